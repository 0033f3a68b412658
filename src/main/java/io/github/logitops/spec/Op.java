package io.github.logitops.spec;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The table of ops: a row says what an op is called, what it is told beside tensors, its methods, and its kernels. Whatever else
 * names an op, a method or a kernel has the name from here, or a test holds it to this.
 */
public enum Op {
    /** y = exp(x - logsumexp(x)). */
    SOFTMAX(
            "softmax",
            Void.class,
            methods("forward", "backward"),
            light(1, "fwd", Kept.ROW),
            light(2, "bwd", Kept.TWO_ROWS)),
    /** y = x - logsumexp(x). */
    LOG_SOFTMAX(
            "logSoftmax",
            Void.class,
            methods("forward", "backward"),
            light(1, "fwd", Kept.ROW),
            light(2, "bwd", Kept.ROW_BEFORE_ANOTHER)),
    /** Softmax of what a mask leaves, a plain one of masks that only hide; its gradient is that of softmax. */
    MASKED_SOFTMAX(
            "maskedSoftmax",
            Void.class,
            methods("forward", "backward"),
            own("fwd", Kept.VALUES),
            held(1, "fwd_plain", Kept.SEEN),
            shared(SOFTMAX.kernel("bwd"))),
    /** log sum exp(x). */
    LOG_SUM_EXP(
            "logSumExp",
            Void.class,
            methods("forward", "backward"),
            held(2, "fwd", Kept.LINE),
            light(2, "bwd", Kept.LINE)),
    /** - sum p log p of the softmax p. */
    ENTROPY(
            "entropy",
            Void.class,
            methods("forward", "backward"),
            held(2, "fwd", Kept.LINE),
            held(2, "bwd", Kept.LINE)),
    /** The log-probability of a label. */
    SELECTED_LOG_PROB(
            "selectedLogProb",
            SelectedLogProbOptions.class,
            methods("forward", "backward"),
            held(2, "fwd", Kept.LINE),
            held(2, "bwd", Kept.LINE),
            shared(Kernel.BATCH_SUMS)),
    /** A student's loss against a teacher: a kernel for each kind of divergence, which leaves the gradient out if not asked. */
    DISTILLATION(
            "distillation",
            DistillationOptions.class,
            methods("forward", "forwardBackward"),
            own("fused_kl", Kept.TWO_ROWS),
            own("fused_reverse_kl", Kept.TWO_ROWS),
            own("fused_jensen_shannon", Kept.TWO_ROWS),
            shared(Kernel.BATCH_SUMS)),
    /** Softmax cross entropy: kernels for every option; plain ones for labels, and what costs nothing in a column. */
    CROSS_ENTROPY(
            "crossEntropy",
            CrossEntropyOptions.class,
            methods("forward", "backward", "forwardBackward"),
            own("fwd", Kept.ROW),
            held(2, "fwd_plain", Kept.LINE),
            own("bwd", Kept.ROW),
            held(2, "bwd_plain", Kept.LINE),
            own("fused", Kept.ROW_AND_PROBABILITIES),
            held(1, "fused_plain", Kept.ROW),
            shared(Kernel.BATCH_SUMS)),
    /** The same of classes that are split over devices; the passes over logits are those of cross entropy. */
    CROSS_ENTROPY_SHARD(
            "crossEntropyShard",
            CrossEntropyOptions.class,
            methods("forwardPartials", "combine", "combineProbabilities", "backward"),
            shared(CROSS_ENTROPY.kernel("fwd")),
            shared(CROSS_ENTROPY.kernel("bwd")),
            shared(Kernel.CROSS_ENTROPY_COMBINE),
            shared(Kernel.BATCH_SUMS)),
    ;

    /** What waits in shared memory between the passes of a kernel over a row. */
    public enum Kept {
        /** The kernel walks no rows. */
        NOTHING,
        /** The row, but not if it is whole vectors: then it is read once, from where it lies. */
        LINE,
        /** The row. */
        ROW,
        /** Of the row, what a mask leaves: nothing else is copied. */
        SEEN,
        /** The row; not another one that is looked at once, after it, unless both go through a tile. */
        ROW_BEFORE_ANOTHER,
        /** Two rows of two tensors. */
        TWO_ROWS,
        /** The row, and that of probabilities where these are the targets. */
        ROW_AND_PROBABILITIES,
        /** What was computed of the row, in the arithmetic dtype. */
        VALUES;

        /** The bytes of it for each column; {@code probabilities}: whether these are the targets. */
        public int bytes(DType dtype, boolean probabilities) {
            return switch (this) {
                case NOTHING -> 0;
                case LINE, ROW, SEEN, ROW_BEFORE_ANOTHER -> dtype.bytes();
                case TWO_ROWS -> 2 * dtype.bytes();
                case ROW_AND_PROBABILITIES -> probabilities ? 2 * dtype.bytes() : dtype.bytes();
                case VALUES -> dtype.arithmetic().bytes();
            };
        }
    }

    /** What there is an entry of a kernel for. */
    public enum Entries {
        /** Each tier and dtype: {@code <name>_<tier>_<dtype>}. */
        OF_TIERS,
        /** Each dtype that is computed in: {@code <name>_<dtype>}. */
        OF_ARITHMETIC
    }

    /**
     * A kernel.
     *
     * @param name the op's, what it does (fwd, bwd or fused), and behind it which, if there are several; else what it is for
     * @param entries which there are
     * @param kept what it keeps of a row
     * @param held the longest rows that a block has in registers are one part in so many of what its threads could hold: 1 for all, 2
     *     for half, where two rows are held or longer ones are better read in steps; 0 if it has no entries for such rows
     * @param light whether it writes rows and a thread does little besides its columns: then short ones have more threads
     */
    public record Kernel(String name, Entries entries, Kept kept, int held, boolean light) {
        /** Adds up what rows and labels come to. */
        public static final Kernel BATCH_SUMS = new Kernel("batch_sums", Entries.OF_ARITHMETIC, Kept.NOTHING, 0, false);

        /** Makes losses of what shards know of their classes. */
        public static final Kernel CROSS_ENTROPY_COMBINE =
                new Kernel("cross_entropy_combine", Entries.OF_ARITHMETIC, Kept.NOTHING, 0, false);
    }

    /** A kernel of the op whose kernels' names begin with {@code prefix}. */
    private interface KernelOf {
        Kernel of(String prefix);
    }

    private final String callName;
    private final Class<?> options;
    private final List<String> methods;
    private final List<Kernel> kernels;

    Op(String callName, Class<?> options, List<String> methods, KernelOf... kernels) {
        this.callName = callName;
        this.options = options;
        this.methods = methods;
        this.kernels = Stream.of(kernels).map(kernel -> kernel.of(prefix())).toList();
    }

    /** The op as its factory method in {@code LogitOps} and error messages call it, such as logSumExp. */
    public String callName() {
        return callName;
    }

    /** The class of its options; {@link Void} if it has none. */
    public Class<?> options() {
        return options;
    }

    /** Its methods on tensors. */
    public List<String> methods() {
        return methods;
    }

    /** One of its methods as error messages and tables call it, such as logSumExp.forward. */
    public String method(String name) {
        if (!methods.contains(name)) {
            throw new IllegalArgumentException(callName + ": not a method of the table: method=" + name);
        }
        return callName + "." + name;
    }

    /** Every kernel that its calls launch, those of other ops included. */
    public List<Kernel> kernels() {
        return kernels;
    }

    /** The kernel of its own that does this, such as fwd or fused_plain. */
    public Kernel kernel(String what) {
        return kernels.stream()
                .filter(kernel -> kernel.name().equals(prefix() + what))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        callName + ": not a kernel of the table: kernel=" + prefix() + what));
    }

    private String prefix() {
        return name().toLowerCase(Locale.ROOT) + "_";
    }

    private static List<String> methods(String... methods) {
        return List.of(methods);
    }

    /** A kernel that is written for this op and walks rows. */
    private static KernelOf own(String what, Kept kept) {
        return held(0, what, kept);
    }

    /** The same; of rows that fit, so many wait in registers. */
    private static KernelOf held(int rows, String what, Kept kept) {
        return prefix -> new Kernel(prefix + what, Entries.OF_TIERS, kept, rows, false);
    }

    /** The same; it is light. */
    private static KernelOf light(int rows, String what, Kept kept) {
        return prefix -> new Kernel(prefix + what, Entries.OF_TIERS, kept, rows, true);
    }

    /** A kernel that other ops have, too, or that walks no rows. */
    private static KernelOf shared(Kernel kernel) {
        return prefix -> kernel;
    }
}

package io.github.logitops.spec;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The table of ops: for each its name, what it is told beside tensors, its methods, and the kernels that walk its rows. Whatever
 * else names an op or a kernel is computed from this table, or held to it by a test.
 */
public enum Op {
    /** y = exp(x - logsumexp(x)). */
    SOFTMAX("softmax", Void.class, methods("forward", "backward"), fwd(Kept.ROW), bwd(Kept.TWO_ROWS)),
    /** y = x - logsumexp(x). */
    LOG_SOFTMAX("logSoftmax", Void.class, methods("forward", "backward"), fwd(Kept.ROW), bwd(Kept.ROW)),
    /** Softmax of what a mask leaves; its gradient is that of softmax. */
    MASKED_SOFTMAX("maskedSoftmax", Void.class, methods("forward", "backward"), fwd(Kept.VALUES), like(SOFTMAX, "bwd")),
    /** log sum exp(x). */
    LOG_SUM_EXP("logSumExp", Void.class, methods("forward", "backward"), fwd(Kept.ROW), bwd(Kept.ROW)),
    /** - sum p log p of the softmax p. */
    ENTROPY("entropy", Void.class, methods("forward", "backward"), fwd(Kept.ROW), bwd(Kept.ROW)),
    /** The log-probability of a label. */
    SELECTED_LOG_PROB(
            "selectedLogProb",
            SelectedLogProbOptions.class,
            methods("forward", "backward"),
            fwd(Kept.ROW),
            bwd(Kept.ROW)),
    /** A student's loss against a teacher: a kernel for each kind of divergence, which leaves the gradient out if not asked. */
    DISTILLATION(
            "distillation",
            DistillationOptions.class,
            methods("forward", "forwardBackward"),
            fused("kl", Kept.TWO_ROWS),
            fused("reverse_kl", Kept.TWO_ROWS),
            fused("jensen_shannon", Kept.TWO_ROWS)),
    /** Softmax cross entropy: kernels for every option, and plain ones for labels and nothing else. */
    CROSS_ENTROPY(
            "crossEntropy",
            CrossEntropyOptions.class,
            methods("forward", "backward", "forwardBackward"),
            fwd(Kept.ROW),
            fwd("plain", Kept.ROW),
            bwd(Kept.ROW),
            bwd("plain", Kept.ROW),
            fused(Kept.ROW_AND_PROBABILITIES),
            fused("plain", Kept.ROW)),
    /** The same of classes that are split over devices; the passes over logits are those of cross entropy. */
    CROSS_ENTROPY_SHARD(
            "crossEntropyShard",
            CrossEntropyOptions.class,
            methods("forwardPartials", "combine", "combineProbabilities", "backward"),
            like(CROSS_ENTROPY, "fwd"),
            like(CROSS_ENTROPY, "bwd"));

    /** What waits in shared memory between the passes of a kernel over a row. */
    public enum Kept {
        /** The row. */
        ROW,
        /** Two rows of two tensors. */
        TWO_ROWS,
        /** The row, and that of probabilities where these are the targets. */
        ROW_AND_PROBABILITIES,
        /** What was computed of the row, in the arithmetic dtype. */
        VALUES;

        /** The bytes of it for each column; {@code probabilities}: whether these are the targets. */
        public int bytes(DType dtype, boolean probabilities) {
            return switch (this) {
                case ROW -> dtype.bytes();
                case TWO_ROWS -> 2 * dtype.bytes();
                case ROW_AND_PROBABILITIES -> probabilities ? 2 * dtype.bytes() : dtype.bytes();
                case VALUES -> dtype.arithmetic().bytes();
            };
        }
    }

    /**
     * A kernel that walks rows: an entry {@code <name>_<tier>_<dtype>} for each tier and dtype.
     *
     * @param name the op's, what it does (fwd, bwd or fused), and behind it which, if there are several
     * @param kept what it keeps of a row
     */
    public record Kernel(String name, Kept kept) {}

    /** A kernel of the op whose kernels' names begin so. */
    private interface KernelOf {
        Kernel of(String op);
    }

    private final String callName;
    private final Class<?> options;
    private final List<String> methods;
    private final List<Kernel> kernels;

    Op(String callName, Class<?> options, List<String> methods, KernelOf... kernels) {
        this.callName = callName;
        this.options = options;
        this.methods = methods;
        this.kernels = Stream.of(kernels)
                .map(kernel -> kernel.of(name().toLowerCase(Locale.ROOT)))
                .toList();
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

    /** The kernels that walk its rows, those of other ops included. */
    public List<Kernel> kernels() {
        return kernels;
    }

    /** The kernel of its own that does this, such as fwd or fused_plain. */
    public Kernel kernel(String what) {
        String name = name().toLowerCase(Locale.ROOT) + "_" + what;
        return kernels.stream()
                .filter(kernel -> kernel.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("kernels: not in the table: kernel=" + name));
    }

    private static List<String> methods(String... methods) {
        return List.of(methods);
    }

    private static KernelOf fwd(Kept kept) {
        return op -> new Kernel(op + "_fwd", kept);
    }

    private static KernelOf fwd(String which, Kept kept) {
        return op -> new Kernel(op + "_fwd_" + which, kept);
    }

    private static KernelOf bwd(Kept kept) {
        return op -> new Kernel(op + "_bwd", kept);
    }

    private static KernelOf bwd(String which, Kept kept) {
        return op -> new Kernel(op + "_bwd_" + which, kept);
    }

    private static KernelOf fused(Kept kept) {
        return op -> new Kernel(op + "_fused", kept);
    }

    private static KernelOf fused(String which, Kept kept) {
        return op -> new Kernel(op + "_fused_" + which, kept);
    }

    /** That of another op. */
    private static KernelOf like(Op other, String what) {
        return op -> other.kernel(what);
    }
}

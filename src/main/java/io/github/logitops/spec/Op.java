package io.github.logitops.spec;

import java.util.List;
import java.util.Locale;

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
    MASKED_SOFTMAX("maskedSoftmax", Void.class, methods("forward", "backward"), fwd(Kept.VALUES)),
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
            methods("forwardPartials", "combine", "combineProbabilities", "backward"));

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
     * Kernels that walk an op's rows: an entry {@code <op>_<way>_<tier>_<dtype>} for each tier and dtype.
     *
     * @param way fwd, bwd or fused; and behind it which, if there are several
     * @param kept what they keep of a row
     */
    public record Kernels(String way, Kept kept) {}

    private final String callName;
    private final Class<?> options;
    private final List<String> methods;
    private final List<Kernels> kernels;

    Op(String callName, Class<?> options, List<String> methods, Kernels... kernels) {
        this.callName = callName;
        this.options = options;
        this.methods = methods;
        this.kernels = List.of(kernels);
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

    /** The kernels that walk its rows. */
    public List<Kernels> kernels() {
        return kernels;
    }

    /** What names of its kernels begin with, such as log_sum_exp. */
    public String kernelName() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static List<String> methods(String... methods) {
        return List.of(methods);
    }

    private static Kernels fwd(Kept kept) {
        return new Kernels("fwd", kept);
    }

    private static Kernels fwd(String which, Kept kept) {
        return new Kernels("fwd_" + which, kept);
    }

    private static Kernels bwd(Kept kept) {
        return new Kernels("bwd", kept);
    }

    private static Kernels bwd(String which, Kept kept) {
        return new Kernels("bwd_" + which, kept);
    }

    private static Kernels fused(Kept kept) {
        return new Kernels("fused", kept);
    }

    private static Kernels fused(String which, Kept kept) {
        return new Kernels("fused_" + which, kept);
    }
}

package io.github.logitops.spec;

import java.util.List;

/**
 * The table of ops: a row says what an op is called, what it is told beside tensors, and its methods. Whatever else names an op or
 * a method has the name from here, or a test holds it to this; kernels are named after the constants.
 */
public enum Op {
    /** y = exp(x - logsumexp(x)). */
    SOFTMAX("softmax", Void.class, "forward", "backward"),
    /** y = x - logsumexp(x). */
    LOG_SOFTMAX("logSoftmax", Void.class, "forward", "backward"),
    /** Softmax of what a mask leaves; its gradient is that of softmax. */
    MASKED_SOFTMAX("maskedSoftmax", Void.class, "forward", "backward"),
    /** log sum exp(x). */
    LOG_SUM_EXP("logSumExp", Void.class, "forward", "backward"),
    /** - sum p log p of the softmax p. */
    ENTROPY("entropy", Void.class, "forward", "backward"),
    /** The log-probability of a label. */
    SELECTED_LOG_PROB("selectedLogProb", SelectedLogProbOptions.class, "forward", "backward"),
    /** A student's loss against a teacher. */
    DISTILLATION("distillation", DistillationOptions.class, "forward", "forwardBackward"),
    /** Softmax cross entropy. */
    CROSS_ENTROPY("crossEntropy", CrossEntropyOptions.class, "forward", "backward", "forwardBackward"),
    /** The same of classes that are split over devices. */
    CROSS_ENTROPY_SHARD(
            "crossEntropyShard",
            CrossEntropyOptions.class,
            "forwardPartials",
            "combine",
            "combineProbabilities",
            "backward"),
    /** A linear layer and the cross entropy of its logits. */
    LINEAR_CROSS_ENTROPY("linearCrossEntropy", CrossEntropyOptions.class, "forward", "forwardBackward"),
    /** A linear layer and the log-probability of a label. */
    LINEAR_SELECTED_LOG_PROB("linearSelectedLogProb", SelectedLogProbOptions.class, "forward", "backward"),
    /** y = 1 / (1 + exp(-x)), element by element. */
    SIGMOID("sigmoid", Void.class, "forward", "backward"),
    /** y = log(1 / (1 + exp(-x))), element by element. */
    LOG_SIGMOID("logSigmoid", Void.class, "forward", "backward"),
    /** Binary cross entropy of logits: each class by itself. */
    SIGMOID_CROSS_ENTROPY(
            "sigmoidCrossEntropy", SigmoidCrossEntropyOptions.class, "forward", "backward", "forwardBackward"),
    ;

    private final String callName;
    private final Class<?> options;
    private final List<String> methods;

    Op(String callName, Class<?> options, String... methods) {
        this.callName = callName;
        this.options = options;
        this.methods = List.of(methods);
    }

    /** The op as its factory method in {@link io.github.logitops.LogitOps} and error messages call it, such as logSumExp. */
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
}

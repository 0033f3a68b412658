package io.github.logitops.op;

/** Which of the two a softmax problem is about: they differ in the formula and in nothing else. */
public enum SoftmaxKind {
    /** y = exp(x - logsumexp(x)). */
    SOFTMAX("softmax"),
    /** y = x - logsumexp(x). */
    LOG_SOFTMAX("logSoftmax");

    private final String op;

    SoftmaxKind(String op) {
        this.op = op;
    }

    /** The name in error messages. */
    public String op() {
        return op;
    }
}

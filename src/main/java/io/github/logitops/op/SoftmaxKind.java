package io.github.logitops.op;

import io.github.logitops.spec.Op;

/** Which of the two a softmax problem is about: they differ in the formula and in nothing else. */
public enum SoftmaxKind {
    /** y = exp(x - logsumexp(x)). */
    SOFTMAX(Op.SOFTMAX),
    /** y = x - logsumexp(x). */
    LOG_SOFTMAX(Op.LOG_SOFTMAX);

    private final String forward;
    private final String backward;

    SoftmaxKind(Op op) {
        forward = op.method("forward");
        backward = op.method("backward");
    }

    /** The name of the forward op in error messages. */
    String forward() {
        return forward;
    }

    /** The name of its gradient there. */
    String backward() {
        return backward;
    }
}

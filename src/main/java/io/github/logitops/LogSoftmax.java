package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.SoftmaxProblem;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;

/**
 * Log-softmax along one axis, forward and backward: the logarithms of {@link Softmax}, without its underflow. Cheap to make,
 * without state, shared by threads.
 *
 * <p><i>Numerics</i>: as for {@link Softmax}; -inf beside finite logits stays -inf. Errors grow with the logit's distance from the
 * row's maximum, not with the logits themselves ({@code docs/numerics.md}).
 */
public final class LogSoftmax extends Activation {
    private final Axis axis;

    LogSoftmax(Session session, Axis axis) {
        super(session, Op.LOG_SOFTMAX);
        this.axis = Arguments.notNull(Op.LOG_SOFTMAX.callName(), "axis", axis);
    }

    /**
     * y = x - logsumexp(x) along the axis. Shapes, aliasing, waits and errors as in
     * {@link Softmax#forward(Tensor, Tensor, Stream)}: y may be x.
     */
    @Override
    public void forward(Tensor x, Tensor y, Stream stream) {
        session.run(SoftmaxProblem.Forward.of(SoftmaxProblem.Kind.LOG_SOFTMAX, axis, x, y), stream);
    }

    /**
     * dx = g (dy - exp(y) sum dy) along the axis, where y is what {@link #forward(Tensor, Tensor, Stream)} wrote. Shapes,
     * aliasing, waits and errors as in {@link Softmax#backward(Tensor, Tensor, GradScale, Tensor, Stream)}: dx may be dy.
     */
    @Override
    public void backward(Tensor y, Tensor dy, GradScale gradScale, Tensor dx, Stream stream) {
        session.run(SoftmaxProblem.Backward.of(SoftmaxProblem.Kind.LOG_SOFTMAX, axis, y, dy, gradScale, dx), stream);
    }
}

package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.SoftmaxProblem;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;

/**
 * Log-softmax along one axis, forward and backward: the logarithms of {@link Softmax}, without its underflow. Cheap to make,
 * without state, shared by threads.
 *
 * <p><i>Numerics</i>: as for {@link Softmax}; -inf beside finite logits stays -inf. Errors grow with the logit's distance from the
 * row's maximum, not with the logits themselves ({@code docs/numerics.md}).
 */
public final class LogSoftmax {
    private static final String FORWARD = Op.LOG_SOFTMAX.method("forward");
    private static final String BACKWARD = Op.LOG_SOFTMAX.method("backward");

    private final Session session;
    private final Axis axis;

    LogSoftmax(Session session, Axis axis) {
        this.session = session;
        this.axis = Arguments.notNull(Op.LOG_SOFTMAX.callName(), "axis", axis);
    }

    /**
     * y = x - logsumexp(x) along the axis. Shapes, aliasing, waits and errors as in
     * {@link Softmax#forward(Tensor, Tensor, Stream)}: y may be x.
     */
    public void forward(Tensor x, Tensor y, Stream stream) {
        session.run(SoftmaxProblem.Forward.of(SoftmaxProblem.Kind.LOG_SOFTMAX, axis, x, y), stream);
    }

    /** As {@link #backward(Tensor, Tensor, GradScale, Tensor, Stream)}, without a scale. */
    public void backward(Tensor y, Tensor dy, Tensor dx, Stream stream) {
        backward(y, dy, GradScale.ONE, dx, stream);
    }

    /**
     * dx = g (dy - exp(y) sum dy) along the axis, where y is what {@link #forward(Tensor, Tensor, Stream)} wrote. Shapes,
     * aliasing, waits and errors as in {@link Softmax#backward(Tensor, Tensor, GradScale, Tensor, Stream)}: dx may be dy.
     */
    public void backward(Tensor y, Tensor dy, GradScale gradScale, Tensor dx, Stream stream) {
        session.run(SoftmaxProblem.Backward.of(SoftmaxProblem.Kind.LOG_SOFTMAX, axis, y, dy, gradScale, dx), stream);
    }

    /** {@link #forward(Tensor, Tensor, Stream)} on an F32 host array without padding; returns y in a new array. Waits. */
    public float[] forward(float[] x, Shape shape) {
        return ArrayCall.over(session, HostForm.FLOATS, FORWARD, x, shape, (t, s) -> forward(t, t, s));
    }

    /** As {@link #forward(float[], Shape)}, in F64. */
    public double[] forward(double[] x, Shape shape) {
        return ArrayCall.over(session, HostForm.DOUBLES, FORWARD, x, shape, (t, s) -> forward(t, t, s));
    }

    /** As {@link #backward(float[], float[], GradScale, Shape)}, without a scale. */
    public float[] backward(float[] y, float[] dy, Shape shape) {
        return backward(y, dy, GradScale.ONE, shape);
    }

    /**
     * {@link #backward(Tensor, Tensor, GradScale, Tensor, Stream)} on F32 host arrays without padding; returns dx in a new
     * array. Waits.
     */
    public float[] backward(float[] y, float[] dy, GradScale gradScale, Shape shape) {
        return ArrayCall.over(
                session, HostForm.FLOATS, BACKWARD, y, dy, shape, (a, b, s) -> backward(a, b, gradScale, b, s));
    }

    /** As {@link #backward(double[], double[], GradScale, Shape)}, without a scale. */
    public double[] backward(double[] y, double[] dy, Shape shape) {
        return backward(y, dy, GradScale.ONE, shape);
    }

    /** As {@link #backward(float[], float[], GradScale, Shape)}, in F64. */
    public double[] backward(double[] y, double[] dy, GradScale gradScale, Shape shape) {
        return ArrayCall.over(
                session, HostForm.DOUBLES, BACKWARD, y, dy, shape, (a, b, s) -> backward(a, b, gradScale, b, s));
    }
}

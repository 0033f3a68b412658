package io.github.logitops;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.SigmoidProblem;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;

/**
 * Log-sigmoid, element by element, forward and backward: the logarithms of {@link Sigmoid}, without its underflow. Cheap to make,
 * without state, shared by threads.
 *
 * <p><i>Numerics</i>: as for {@link Sigmoid}; -inf stays -inf, and +inf becomes 0.
 */
public final class LogSigmoid {
    private static final String FORWARD = Op.LOG_SIGMOID.method("forward");
    private static final String BACKWARD = Op.LOG_SIGMOID.method("backward");

    private final Session session;

    LogSigmoid(Session session) {
        this.session = session;
    }

    /**
     * y = log(1 / (1 + exp(-x))) = min(x, 0) - log(1 + exp(-|x|)). Shapes, aliasing, waits and errors as in
     * {@link Sigmoid#forward(Tensor, Tensor, Stream)}: y may be x.
     */
    public void forward(Tensor x, Tensor y, Stream stream) {
        session.run(SigmoidProblem.Forward.of(SigmoidProblem.Kind.LOG_SIGMOID, x, y), stream);
    }

    /** As {@link #backward(Tensor, Tensor, GradScale, Tensor, Stream)}, without a scale. */
    public void backward(Tensor y, Tensor dy, Tensor dx, Stream stream) {
        backward(y, dy, GradScale.ONE, dx, stream);
    }

    /**
     * dx = g dy (1 - exp(y)), where y is what {@link #forward(Tensor, Tensor, Stream)} wrote. Shapes, aliasing, waits and errors as in
     * {@link Sigmoid#backward(Tensor, Tensor, GradScale, Tensor, Stream)}: dx may be dy.
     */
    public void backward(Tensor y, Tensor dy, GradScale gradScale, Tensor dx, Stream stream) {
        session.run(SigmoidProblem.Backward.of(SigmoidProblem.Kind.LOG_SIGMOID, y, dy, gradScale, dx), stream);
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

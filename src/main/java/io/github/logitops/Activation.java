package io.github.logitops;

import static io.github.logitops.HostForm.DOUBLES;
import static io.github.logitops.HostForm.FLOATS;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;

/** What ops have in common that make a tensor like their input, and their gradient from what they made. */
abstract class Activation {
    final Session session;
    private final String forward;
    private final String backward;

    Activation(Session session, Op op) {
        this.session = session;
        this.forward = op.method("forward");
        this.backward = op.method("backward");
    }

    public abstract void forward(Tensor x, Tensor y, Stream stream);

    public abstract void backward(Tensor y, Tensor dy, GradScale gradScale, Tensor dx, Stream stream);

    /** As {@link #backward(Tensor, Tensor, GradScale, Tensor, Stream)}, without a scale. */
    public void backward(Tensor y, Tensor dy, Tensor dx, Stream stream) {
        backward(y, dy, GradScale.ONE, dx, stream);
    }

    /** {@link #forward(Tensor, Tensor, Stream)} on an F32 host array without padding; returns y in a new array. Waits. */
    public float[] forward(float[] x, Shape shape) {
        return ArrayCall.over(session, FLOATS, forward, x, shape, (t, s) -> forward(t, t, s));
    }

    /** As {@link #forward(float[], Shape)}, in F64. */
    public double[] forward(double[] x, Shape shape) {
        return ArrayCall.over(session, DOUBLES, forward, x, shape, (t, s) -> forward(t, t, s));
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
        return ArrayCall.over(session, FLOATS, backward, y, dy, shape, (a, b, s) -> backward(a, b, gradScale, b, s));
    }

    /** As {@link #backward(double[], double[], GradScale, Shape)}, without a scale. */
    public double[] backward(double[] y, double[] dy, Shape shape) {
        return backward(y, dy, GradScale.ONE, shape);
    }

    /** As {@link #backward(float[], float[], GradScale, Shape)}, in F64. */
    public double[] backward(double[] y, double[] dy, GradScale gradScale, Shape shape) {
        return ArrayCall.over(session, DOUBLES, backward, y, dy, shape, (a, b, s) -> backward(a, b, gradScale, b, s));
    }
}

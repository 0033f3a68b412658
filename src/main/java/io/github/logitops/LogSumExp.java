package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.LogSumExpProblem;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;

/**
 * The logarithm of the sum of exponentials along one axis, forward and backward. Cheap to make, without state, shared by
 * threads.
 *
 * <p><i>Shapes</i>: x and dx of any shape and floating dtype, with any row strides; lse has that shape without the axis, the
 * arithmetic dtype (F64 with F64 logits, else F32) and no padding. <i>Waits</i>: the tensor forms wait for nothing; those that
 * take their outputs allocate nothing either.
 *
 * <p><i>Numerics</i>: nothing but -inf gives -inf, a +inf gives +inf, a NaN gives NaN; the gradient of such a row is NaN
 * throughout. The gradient starts from each row's maximum and sum, not from the rounded lse: it is nearly as exact as softmax, however
 * large the logits ({@code docs/numerics.md}).
 */
public final class LogSumExp {
    private static final String OP = Op.LOG_SUM_EXP.callName();
    private static final String FORWARD = Op.LOG_SUM_EXP.method("forward");
    private static final String BACKWARD = Op.LOG_SUM_EXP.method("backward");

    private final Session session;
    private final Axis axis;

    LogSumExp(Session session, Axis axis) {
        this.session = session;
        this.axis = Arguments.notNull(OP, "axis", axis);
    }

    /**
     * An empty result for logits of this dtype and shape, to be filled again and again. Close it.
     *
     * @param stream where its first op will run
     * @throws IllegalArgumentException if the dtype is not floating, or the shape has no such axis or none of 1 to 2^31-1 elements
     */
    public LogSumExpResult newResult(DType logits, Shape shape, Stream stream) {
        Arguments.notNull(OP, "stream", stream);
        Shape rows = ResultShape.of(OP, logits, shape, axis).rows();
        ResultBuffers buffers = session.newBuffers(OP, logits, rows, LogSumExpProblem.Forward.resultParts(), stream);
        return new LogSumExpResult(buffers, stream);
    }

    /** As {@link #forward(Tensor, LogSumExpResult, Stream)}, into a new result. Close it. */
    public LogSumExpResult forward(Tensor x, Stream stream) {
        Arguments.notNull(FORWARD, "x", x);
        return session.filled(
                FORWARD, stream, () -> newResult(x.dtype(), x.shape(), stream), result -> forward(x, result, stream));
    }

    /**
     * lse = log sum exp(x) along the axis, and what {@link #backward} needs.
     *
     * <p><i>Aliasing</i>: no tensor of the result may overlap x.
     *
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if a tensor, the result or the stream is closed
     */
    public void forward(Tensor x, LogSumExpResult result, Stream stream) {
        Arguments.notNull(FORWARD, "result", result);
        session.fill(LogSumExpProblem.Forward.of(axis, x, result.lse(), result.statistics()), result.streams(), stream);
    }

    /**
     * lse = log sum exp(x) along the axis, where nobody wants a gradient.
     *
     * <p><i>Aliasing</i>: lse must not overlap x.
     *
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if a tensor or the stream is closed
     */
    public void forward(Tensor x, Tensor lse, Stream stream) {
        session.run(LogSumExpProblem.Forward.of(axis, x, lse, null), stream);
    }

    /**
     * dx = g softmax(x) along the axis, from what {@link #forward(Tensor, LogSumExpResult, Stream)} on the same x left in
     * {@code saved}: one read and one write.
     *
     * <p><i>Aliasing</i>: dx may be x; it must not overlap the result or the factors of the scale.
     *
     * @param gradScale g, the upstream gradient: {@link GradScale#perRow} of a tensor like lse, or a number for all rows
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if no op has filled the result, or it, a tensor or the stream is closed
     */
    public void backward(Tensor x, LogSumExpResult saved, GradScale gradScale, Tensor dx, Stream stream) {
        Arguments.notNull(BACKWARD, "saved", saved);
        LogSumExpProblem.Backward problem =
                LogSumExpProblem.Backward.of(axis, x, saved.lse(), saved.statistics(), gradScale, dx);
        saved.streams().requireFilled(BACKWARD);
        session.run(problem, saved.streams(), stream);
    }

    /** {@link #forward(Tensor, Tensor, Stream)} on an F32 host array without padding; returns lse in a new array. Waits. */
    public float[] forward(float[] x, Shape shape) {
        return forward(HostForm.FLOATS, x, shape);
    }

    /** As {@link #forward(float[], Shape)}, in F64. */
    public double[] forward(double[] x, Shape shape) {
        return forward(HostForm.DOUBLES, x, shape);
    }

    /**
     * Forward and backward on F32 host arrays without padding; returns dx in a new array. Waits.
     *
     * @param dlse the gradient with respect to lse, a number for each row
     */
    public float[] backward(float[] x, float[] dlse, Shape shape) {
        return backward(HostForm.FLOATS, x, shape, perRow(dlse));
    }

    /** As {@link #backward(float[], float[], Shape)}, in F64. */
    public double[] backward(double[] x, double[] dlse, Shape shape) {
        return backward(HostForm.DOUBLES, x, shape, perRow(dlse));
    }

    /** As {@link #backward(float[], float[], Shape)}, with one number for all rows. */
    public float[] backward(float[] x, GradScale gradScale, Shape shape) {
        return backward(HostForm.FLOATS, x, shape, (host, rows) -> gradScale);
    }

    /** As {@link #backward(float[], GradScale, Shape)}, in F64. */
    public double[] backward(double[] x, GradScale gradScale, Shape shape) {
        return backward(HostForm.DOUBLES, x, shape, (host, rows) -> gradScale);
    }

    private <A> A forward(HostForm<A> form, A x, Shape shape) {
        return ArrayCall.of(session, form, FORWARD, host -> {
            Tensor logits = host.in("x", x, shape);
            Tensor lse = host.out(shape.without(axis));
            forward(logits, lse, host.stream());
            return host.read(lse);
        });
    }

    private static <A> ArrayCall.Upstream<A> perRow(A dlse) {
        return (host, rows) -> GradScale.perRow(host.in("dlse", dlse, rows));
    }

    private <A> A backward(HostForm<A> form, A x, Shape shape, ArrayCall.Upstream<A> gradScale) {
        Shape rows = Arguments.notNull(BACKWARD, "shape", shape).without(axis);
        return ArrayCall.of(session, form, BACKWARD, host -> {
            Tensor over = host.over("x", x, shape);
            GradScale upstream = gradScale.of(host, rows);
            LogSumExpResult result = host.closing(forward(over, host.stream()));
            backward(over, result, upstream, over, host.stream());
            return host.read(over);
        });
    }
}

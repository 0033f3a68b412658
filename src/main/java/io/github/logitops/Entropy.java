package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.EntropyProblem;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;

/**
 * The entropy of softmax(x) along one axis, - sum p log p, forward and backward: what policies are kept from collapsing by.
 * Cheap to make, without state, shared by threads.
 *
 * <p><i>Shapes</i>: x and dx of any shape and floating dtype, with any row strides; entropy and lse have that shape without the
 * axis, the arithmetic dtype (F64 with F64 logits, else F32) and no padding. <i>Waits</i>: the tensor forms wait for nothing;
 * those that take their outputs allocate nothing either.
 *
 * <p><i>Numerics</i>: -inf beside finite logits has probability 0 and adds nothing. A row that holds NaN or +inf, or nothing
 * but -inf, has entropy and gradient NaN. Both are taken from distances to the row's maximum, so that their errors do not grow
 * with the logits ({@code docs/numerics.md}).
 */
public final class Entropy {
    private static final String OP = Op.ENTROPY.callName();
    private static final String FORWARD = Op.ENTROPY.method("forward");
    private static final String BACKWARD = Op.ENTROPY.method("backward");

    private final Session session;
    private final Axis axis;

    Entropy(Session session, Axis axis) {
        this.session = session;
        this.axis = Arguments.notNull(OP, "axis", axis);
    }

    /**
     * An empty result for logits of this dtype and shape, to be filled again and again. Close it.
     *
     * @param stream where its first op will run
     * @throws IllegalArgumentException if the dtype is not floating, or the shape has no such axis or none of 1 to 2^31-1 elements
     */
    public EntropyResult newResult(DType logits, Shape shape, Stream stream) {
        Arguments.notNull(OP, "stream", stream);
        Shape rows = ResultShape.of(OP, logits, shape, axis).rows();
        ResultBuffers buffers = session.newBuffers(OP, logits, rows, EntropyProblem.Forward.resultParts(), stream);
        return new EntropyResult(buffers, stream);
    }

    /** As {@link #forward(Tensor, EntropyResult, Stream)}, into a new result. Close it. */
    public EntropyResult forward(Tensor x, Stream stream) {
        Arguments.notNull(FORWARD, "x", x);
        return session.filled(
                FORWARD, stream, () -> newResult(x.dtype(), x.shape(), stream), result -> forward(x, result, stream));
    }

    /**
     * entropy = logsumexp(x) - sum softmax(x) x along the axis, lse = logsumexp(x), and what {@link #backward} needs.
     *
     * <p><i>Aliasing</i>: no tensor of the result may overlap x.
     *
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if a tensor, the result or the stream is closed
     */
    public void forward(Tensor x, EntropyResult result, Stream stream) {
        Arguments.notNull(FORWARD, "result", result);
        session.fill(
                EntropyProblem.Forward.of(axis, x, result.entropy(), result.lse(), result.statistics()),
                result.streams(),
                stream);
    }

    /**
     * entropy = logsumexp(x) - sum softmax(x) x along the axis, where nobody wants a gradient.
     *
     * <p><i>Aliasing</i>: entropy must not overlap x.
     *
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if a tensor or the stream is closed
     */
    public void forward(Tensor x, Tensor entropy, Stream stream) {
        session.run(EntropyProblem.Forward.of(axis, x, entropy, null, null), stream);
    }

    /**
     * dx = -g p (log p + entropy) along the axis, from what {@link #forward(Tensor, EntropyResult, Stream)} on the same x left in
     * {@code saved}: one read and one write.
     *
     * <p><i>Aliasing</i>: dx may be x; it must not overlap the result or the factors of the scale.
     *
     * @param gradScale g, the upstream gradient: {@link GradScale#perRow} of a tensor like entropy, or a number for all rows
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if no op has filled the result, or it, a tensor or the stream is closed
     */
    public void backward(Tensor x, EntropyResult saved, GradScale gradScale, Tensor dx, Stream stream) {
        Arguments.notNull(BACKWARD, "saved", saved);
        EntropyProblem.Backward problem =
                EntropyProblem.Backward.of(axis, x, saved.entropy(), saved.lse(), saved.statistics(), gradScale, dx);
        saved.streams().requireFilled(BACKWARD);
        session.run(problem, saved.streams(), stream);
    }

    /** {@link #forward(Tensor, Tensor, Stream)} on an F32 host array without padding; returns the entropies. Waits. */
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
     * @param dEntropy the gradient with respect to the entropies, a number for each row
     */
    public float[] backward(float[] x, float[] dEntropy, Shape shape) {
        return backward(HostForm.FLOATS, x, shape, perRow(dEntropy));
    }

    /** As {@link #backward(float[], float[], Shape)}, in F64. */
    public double[] backward(double[] x, double[] dEntropy, Shape shape) {
        return backward(HostForm.DOUBLES, x, shape, perRow(dEntropy));
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
            Tensor entropy = host.out(shape.without(axis));
            forward(logits, entropy, host.stream());
            return host.read(entropy);
        });
    }

    private static <A> ArrayCall.Upstream<A> perRow(A dEntropy) {
        return (host, rows) -> GradScale.perRow(host.in("dEntropy", dEntropy, rows));
    }

    private <A> A backward(HostForm<A> form, A x, Shape shape, ArrayCall.Upstream<A> gradScale) {
        Shape rows = Arguments.notNull(BACKWARD, "shape", shape).without(axis);
        return ArrayCall.of(session, form, BACKWARD, host -> {
            Tensor over = host.over("x", x, shape);
            GradScale upstream = gradScale.of(host, rows);
            EntropyResult result = host.closing(forward(over, host.stream()));
            backward(over, result, upstream, over, host.stream());
            return host.read(over);
        });
    }
}

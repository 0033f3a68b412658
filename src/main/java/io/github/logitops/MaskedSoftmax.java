package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Mask;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.MaskedSoftmaxProblem;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;
import java.util.function.Function;

/**
 * Softmax of what a mask leaves, along one axis: of attention scores, of the actions that are allowed. The mask is boolean or
 * additive and broadcasts, or it is causal, or both ({@link Mask}). Cheap to make, without state, shared by threads.
 *
 * <p><i>Numerics</i>: as for {@link Softmax}, of z: x, x plus the additive mask (rounded in F32, F64 for F64), or -inf where x
 * is hidden. Hidden elements are not read, so NaN in them does not matter; they become 0. <b>A row of nothing but -inf becomes
 * 0 throughout</b>, not NaN. A row that holds NaN or +inf where it is not hidden becomes NaN throughout.
 */
public final class MaskedSoftmax {
    private static final String FORWARD = Op.MASKED_SOFTMAX.method("forward");

    private final Session session;
    private final Axis axis;

    MaskedSoftmax(Session session, Axis axis) {
        this.session = session;
        this.axis = Arguments.notNull(Op.MASKED_SOFTMAX.callName(), "axis", axis);
    }

    /**
     * y = exp(z - logsumexp(z)) along the axis.
     *
     * <p><i>Shapes</i>: x and y have one shape and one dtype, any of the four floating ones, and any row strides; the mask
     * broadcasts to them ({@link Mask}). <i>Aliasing</i>: y may be x; otherwise outputs and inputs must not overlap.
     * <i>Waits</i>: for nothing; allocates nothing.
     *
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if a tensor or the stream is closed
     */
    public void forward(Tensor x, Mask mask, Tensor y, Stream stream) {
        session.run(MaskedSoftmaxProblem.Forward.of(axis, x, mask, y), stream);
    }

    /**
     * dx = g y (dy - sum y dy) along the axis: the backward op of {@link Softmax}, which needs no mask. y is 0 where x was
     * hidden, and so is dx, if dy is finite there. With an additive mask, dx summed over where the mask was repeated is the
     * mask's gradient.
     *
     * <p>Shapes, aliasing, waits and errors as in {@link Softmax#backward(Tensor, Tensor, GradScale, Tensor, Stream)}.
     */
    public void backward(Tensor y, Tensor dy, GradScale gradScale, Tensor dx, Stream stream) {
        new Softmax(session, axis).backward(y, dy, gradScale, dx, stream);
    }

    /** {@link Mask#causal} on an F32 host array [..., queries, keys] without padding; returns y in a new array. Waits. */
    public float[] forwardCausal(float[] x, Shape shape) {
        return forward(HostForm.FLOATS, x, shape, host -> Mask.causal());
    }

    /** As {@link #forwardCausal(float[], Shape)}, in F64. */
    public double[] forwardCausal(double[] x, Shape shape) {
        return forward(HostForm.DOUBLES, x, shape, host -> Mask.causal());
    }

    /** {@link Mask#causal} and {@link Mask#keep} on host arrays without padding; returns y in a new array. Waits. */
    public float[] forwardCausal(float[] x, Shape shape, boolean[] keep, Shape keepShape) {
        return forward(HostForm.FLOATS, x, shape, andCausal(keep(keep, keepShape)));
    }

    /** As {@link #forwardCausal(float[], Shape, boolean[], Shape)}, in F64. */
    public double[] forwardCausal(double[] x, Shape shape, boolean[] keep, Shape keepShape) {
        return forward(HostForm.DOUBLES, x, shape, andCausal(keep(keep, keepShape)));
    }

    /** {@link Mask#causal} and {@link Mask#additive} on host arrays without padding; returns y in a new array. Waits. */
    public float[] forwardCausal(float[] x, Shape shape, float[] additive, Shape additiveShape) {
        return forward(HostForm.FLOATS, x, shape, andCausal(additive(additive, additiveShape)));
    }

    /** As {@link #forwardCausal(float[], Shape, float[], Shape)}, in F64. */
    public double[] forwardCausal(double[] x, Shape shape, double[] additive, Shape additiveShape) {
        return forward(HostForm.DOUBLES, x, shape, andCausal(additive(additive, additiveShape)));
    }

    /** {@link Mask#keep} on host arrays without padding; returns y in a new array. Waits. */
    public float[] forward(float[] x, Shape shape, boolean[] keep, Shape keepShape) {
        return forward(HostForm.FLOATS, x, shape, keep(keep, keepShape));
    }

    /** As {@link #forward(float[], Shape, boolean[], Shape)}, in F64. */
    public double[] forward(double[] x, Shape shape, boolean[] keep, Shape keepShape) {
        return forward(HostForm.DOUBLES, x, shape, keep(keep, keepShape));
    }

    /** {@link Mask#additive} on host arrays without padding; returns y in a new array. Waits. */
    public float[] forward(float[] x, Shape shape, float[] additive, Shape additiveShape) {
        return forward(HostForm.FLOATS, x, shape, additive(additive, additiveShape));
    }

    /** As {@link #forward(float[], Shape, float[], Shape)}, in F64. */
    public double[] forward(double[] x, Shape shape, double[] additive, Shape additiveShape) {
        return forward(HostForm.DOUBLES, x, shape, additive(additive, additiveShape));
    }

    /** {@link #backward(Tensor, Tensor, GradScale, Tensor, Stream)} on host arrays; returns dx in a new array. Waits. */
    public float[] backward(float[] y, float[] dy, Shape shape) {
        return new Softmax(session, axis).backward(y, dy, shape);
    }

    /** As {@link #backward(float[], float[], Shape)}, in F64. */
    public double[] backward(double[] y, double[] dy, Shape shape) {
        return new Softmax(session, axis).backward(y, dy, shape);
    }

    /** As {@link #backward(float[], float[], Shape)}, multiplied. */
    public float[] backward(float[] y, float[] dy, GradScale gradScale, Shape shape) {
        return new Softmax(session, axis).backward(y, dy, gradScale, shape);
    }

    /** As {@link #backward(float[], float[], GradScale, Shape)}, in F64. */
    public double[] backward(double[] y, double[] dy, GradScale gradScale, Shape shape) {
        return new Softmax(session, axis).backward(y, dy, gradScale, shape);
    }

    private static <A> Function<ArrayCall<A>, Mask> keep(boolean[] keep, Shape keepShape) {
        HostForm.requireLength(FORWARD, "keep", keep, Arguments.notNull(FORWARD, "keepShape", keepShape));
        return host -> Mask.keep(host.mask(keep, keepShape));
    }

    private static <A> Function<ArrayCall<A>, Mask> additive(A additive, Shape additiveShape) {
        Arguments.notNull(FORWARD, "additiveShape", additiveShape);
        return host -> Mask.additive(host.in("additive", additive, additiveShape));
    }

    private static <A> Function<ArrayCall<A>, Mask> andCausal(Function<ArrayCall<A>, Mask> mask) {
        return mask.andThen(Mask::andCausal);
    }

    private <A> A forward(HostForm<A> form, A x, Shape shape, Function<ArrayCall<A>, Mask> mask) {
        return ArrayCall.of(session, form, FORWARD, host -> {
            Tensor over = host.over("x", x, shape);
            forward(over, mask.apply(host), over, host.stream());
            return host.read(over);
        });
    }
}

package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.GradScale;
import io.github.logitops.op.LogSumExpBackward;
import io.github.logitops.op.LogSumExpForward;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Shape;
import java.util.Objects;

/**
 * The logarithm of the sum of exponentials along one axis, forward and backward. Cheap to make, without state, shared by
 * threads.
 *
 * <p><i>Shapes</i>: x and dx of any shape and floating dtype, with any row strides; lse has that shape without the axis, the
 * arithmetic dtype (F64 with F64 logits, else F32) and no padding. <i>Waits</i>: the tensor forms wait for nothing and
 * allocate nothing.
 *
 * <p><i>Numerics</i>: nothing but -inf gives -inf, a +inf gives +inf, a NaN gives NaN; the gradient of such a row is NaN
 * throughout. Errors of lse stay below 1e-6 of the largest of 1, the row's maximum and lse; those of the gradient below 2e-6 of
 * its largest element, times lse / 8 where that is more than 1, since it starts from the rounded lse ({@code docs/numerics.md}).
 */
public final class LogSumExp {
    private static final String FORWARD = "logSumExp.forward";
    private static final String BACKWARD = "logSumExp.backward";

    private final LogitOps ops;
    private final Axis axis;

    LogSumExp(LogitOps ops, Axis axis) {
        this.ops = ops;
        this.axis = Objects.requireNonNull(axis, "axis");
    }

    /**
     * lse = log sum exp(x) along the axis.
     *
     * <p><i>Aliasing</i>: lse must not overlap x.
     *
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if a tensor or the stream is closed
     */
    public void forward(Tensor x, Tensor lse, Stream stream) {
        ops.run(LogSumExpForward.of(axis, x, lse), stream);
    }

    /**
     * dx = g exp(x - lse) along the axis, where lse is what {@link #forward(Tensor, Tensor, Stream)} wrote: one read and one
     * write.
     *
     * <p><i>Aliasing</i>: dx may be x; it must not overlap lse or the factors of the scale.
     *
     * @param gradScale g, the upstream gradient: {@code GradScale.perRow} of a tensor like lse, or a number for all rows
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if a tensor or the stream is closed
     */
    public void backward(Tensor x, Tensor lse, GradScale gradScale, Tensor dx, Stream stream) {
        ops.run(LogSumExpBackward.of(axis, x, lse, gradScale, dx), stream);
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
        return backward(HostForm.FLOATS, x, dlse, shape);
    }

    /** As {@link #backward(float[], float[], Shape)}, in F64. */
    public double[] backward(double[] x, double[] dlse, Shape shape) {
        return backward(HostForm.DOUBLES, x, dlse, shape);
    }

    private <A> A forward(HostForm<A> form, A x, Shape shape) {
        try (Stream stream = ops.newStream();
                Tensor logits = form.upload(ops, FORWARD + ": x", x, shape, stream);
                Tensor lse = ops.empty(form.dtype(), shape.without(axis))) {
            forward(logits, lse, stream);
            return form.down().apply(lse, stream);
        }
    }

    private <A> A backward(HostForm<A> form, A x, A dlse, Shape shape) {
        Shape rows = shape.without(axis);
        try (Stream stream = ops.newStream();
                Tensor logits = form.upload(ops, BACKWARD + ": x", x, shape, stream);
                Tensor upstream = form.upload(ops, BACKWARD + ": dlse", dlse, rows, stream);
                Tensor lse = ops.empty(form.dtype(), rows)) {
            forward(logits, lse, stream);
            backward(logits, lse, GradScale.perRow(upstream), logits, stream);
            return form.down().apply(logits, stream);
        }
    }
}

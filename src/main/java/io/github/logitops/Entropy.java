package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.EntropyBackward;
import io.github.logitops.op.EntropyForward;
import io.github.logitops.op.GradScale;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Shape;
import java.util.Objects;

/**
 * The entropy of softmax(x) along one axis, - sum p log p, forward and backward: what policies are kept from collapsing by.
 * Cheap to make, without state, shared by threads.
 *
 * <p><i>Shapes</i>: x and dx of any shape and floating dtype, with any row strides; entropy and lse have that shape without the
 * axis, the arithmetic dtype (F64 with F64 logits, else F32) and no padding. <i>Waits</i>: the tensor forms wait for nothing
 * and allocate nothing.
 *
 * <p><i>Numerics</i>: -inf beside finite logits has probability 0 and adds nothing. A row that holds NaN or +inf, or nothing
 * but -inf, has entropy and gradient NaN. Errors of the entropy stay below 1e-6 of the larger of 1 and itself, however large
 * the logits; {@code docs/numerics.md} has the gradient's.
 */
public final class Entropy {
    private static final String FORWARD = "entropy.forward";
    private static final String BACKWARD = "entropy.backward";

    private final LogitOps ops;
    private final Axis axis;

    Entropy(LogitOps ops, Axis axis) {
        this.ops = ops;
        this.axis = Objects.requireNonNull(axis, "axis");
    }

    /** As {@link #forward(Tensor, Tensor, Tensor, Stream)}, without the log-sum-exps that backward needs. */
    public void forward(Tensor x, Tensor entropy, Stream stream) {
        forward(x, entropy, null, stream);
    }

    /**
     * entropy = logsumexp(x) - sum softmax(x) x along the axis, and lse = logsumexp(x).
     *
     * <p><i>Aliasing</i>: none; outputs and x must not overlap.
     *
     * @param lse the second output; or null
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if a tensor or the stream is closed
     */
    public void forward(Tensor x, Tensor entropy, Tensor lse, Stream stream) {
        ops.run(EntropyForward.of(axis, x, entropy, lse), stream);
    }

    /**
     * dx = -g p (log p + entropy) along the axis, with log p = x - lse, where entropy and lse are what
     * {@link #forward(Tensor, Tensor, Tensor, Stream)} wrote: one read and one write.
     *
     * <p><i>Aliasing</i>: dx may be x; it must not overlap the other inputs.
     *
     * @param gradScale g, the upstream gradient: {@code GradScale.perRow} of a tensor like entropy, or a number for all rows
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if a tensor or the stream is closed
     */
    public void backward(Tensor x, Tensor entropy, Tensor lse, GradScale gradScale, Tensor dx, Stream stream) {
        ops.run(EntropyBackward.of(axis, x, entropy, lse, gradScale, dx), stream);
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
        return backward(HostForm.FLOATS, x, dEntropy, shape);
    }

    /** As {@link #backward(float[], float[], Shape)}, in F64. */
    public double[] backward(double[] x, double[] dEntropy, Shape shape) {
        return backward(HostForm.DOUBLES, x, dEntropy, shape);
    }

    private <A> A forward(HostForm<A> form, A x, Shape shape) {
        try (Stream stream = ops.newStream();
                Tensor logits = form.upload(ops, FORWARD + ": x", x, shape, stream);
                Tensor entropy = ops.empty(form.dtype(), shape.without(axis))) {
            forward(logits, entropy, stream);
            return form.down().apply(entropy, stream);
        }
    }

    private <A> A backward(HostForm<A> form, A x, A dEntropy, Shape shape) {
        Shape rows = shape.without(axis);
        try (Stream stream = ops.newStream();
                Tensor logits = form.upload(ops, BACKWARD + ": x", x, shape, stream);
                Tensor upstream = form.upload(ops, BACKWARD + ": dEntropy", dEntropy, rows, stream);
                Tensor entropy = ops.empty(form.dtype(), rows);
                Tensor lse = ops.empty(form.dtype(), rows)) {
            forward(logits, entropy, lse, stream);
            backward(logits, entropy, lse, GradScale.perRow(upstream), logits, stream);
            return form.down().apply(logits, stream);
        }
    }
}

package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.SoftmaxProblem;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;

/**
 * Softmax along one axis, forward and backward. Cheap to make, without state, shared by threads.
 *
 * <p><i>Numerics</i>: F64 is computed in double, the other dtypes at least in float, and each element is rounded once. A row
 * that holds NaN or +inf, or nothing but -inf, becomes NaN throughout; -inf beside finite logits becomes 0. Each probability is
 * off by 26 roundings of itself at most, and a few more for each unit that the logits lie below the row's maximum, however far
 * from 0 they lie (those below 2^-126 may be 0); in F16 and BF16 by half a unit in the last place more ({@code docs/numerics.md}).
 */
public final class Softmax extends Activation {
    private final Axis axis;

    Softmax(Session session, Axis axis) {
        super(session, Op.SOFTMAX);
        this.axis = Arguments.notNull(Op.SOFTMAX.callName(), "axis", axis);
    }

    /**
     * y = exp(x - logsumexp(x)) along the axis.
     *
     * <p><i>Shapes</i>: x and y have one shape and one dtype, any of the four floating ones, and any row strides.
     * <i>Aliasing</i>: y may be x; otherwise they must not overlap. <i>Waits</i>: for nothing; allocates nothing.
     *
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if a tensor or the stream is closed
     */
    @Override
    public void forward(Tensor x, Tensor y, Stream stream) {
        session.run(SoftmaxProblem.Forward.of(SoftmaxProblem.Kind.SOFTMAX, axis, x, y), stream);
    }

    /**
     * dx = g y (dy - sum y dy) along the axis, where y is what {@link #forward(Tensor, Tensor, Stream)} wrote.
     *
     * <p><i>Shapes</i>: y, dy and dx have one shape and one dtype, and any row strides. <i>Aliasing</i>: dx may be dy; it must
     * not overlap y. <i>Waits</i>: for nothing; allocates nothing.
     *
     * @param gradScale g, applied before rounding
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if a tensor or the stream is closed
     */
    @Override
    public void backward(Tensor y, Tensor dy, GradScale gradScale, Tensor dx, Stream stream) {
        session.run(SoftmaxProblem.Backward.of(SoftmaxProblem.Kind.SOFTMAX, axis, y, dy, gradScale, dx), stream);
    }
}

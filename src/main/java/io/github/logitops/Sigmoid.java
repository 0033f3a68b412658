package io.github.logitops;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.SigmoidProblem;
import io.github.logitops.spec.Op;

/**
 * Sigmoid, element by element, forward and backward. Cheap to make, without state, shared by threads.
 *
 * <p><i>Numerics</i>: F64 is computed in double, the other dtypes at least in float, and each element is rounded once. -inf becomes 0,
 * +inf 1 and NaN NaN. Each value is off by 7 roundings of itself at most, and below 0 by 10 and a few more for each unit that the
 * logit is below it (those below 2^-126 may be 0); in F16 and BF16 by half a unit in the last place more ({@code
 * docs/numerics.md}).
 */
public final class Sigmoid extends Activation {
    Sigmoid(Session session) {
        super(session, Op.SIGMOID);
    }

    /**
     * y = 1 / (1 + exp(-x)).
     *
     * <p><i>Shapes</i>: x and y have one shape of rank 1 or more, one dtype, any of the four floating ones, and any row strides.
     * <i>Aliasing</i>: y may be x; otherwise they must not overlap. <i>Waits</i>: for nothing; allocates nothing.
     *
     * @throws IllegalArgumentException if shapes, dtypes or the aliasing are not as said
     * @throws IllegalStateException if a tensor or the stream is closed
     */
    @Override
    public void forward(Tensor x, Tensor y, Stream stream) {
        session.run(SigmoidProblem.Forward.of(SigmoidProblem.Kind.SIGMOID, x, y), stream);
    }

    /**
     * dx = g dy y (1 - y), where y is what {@link #forward(Tensor, Tensor, Stream)} wrote.
     *
     * <p><i>Shapes</i>: y, dy and dx have one shape and one dtype, and any row strides. <i>Aliasing</i>: dx may be dy; it must
     * not overlap y. <i>Waits</i>: for nothing; allocates nothing.
     *
     * @param gradScale g, applied before rounding. Each element is a row of its own here: factors, if there are any, have the shape of
     *     y
     * @throws IllegalArgumentException if shapes, dtypes or the aliasing are not as said
     * @throws IllegalStateException if a tensor or the stream is closed
     */
    @Override
    public void backward(Tensor y, Tensor dy, GradScale gradScale, Tensor dx, Stream stream) {
        session.run(SigmoidProblem.Backward.of(SigmoidProblem.Kind.SIGMOID, y, dy, gradScale, dx), stream);
    }
}

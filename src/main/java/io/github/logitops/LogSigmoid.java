package io.github.logitops;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.SigmoidProblem;
import io.github.logitops.spec.Op;

/**
 * Log-sigmoid, element by element, forward and backward: the logarithms of {@link Sigmoid}, without its underflow. Cheap to make,
 * without state, shared by threads.
 *
 * <p><i>Numerics</i>: as for {@link Sigmoid}; -inf stays -inf, and +inf becomes 0.
 */
public final class LogSigmoid extends Activation {
    LogSigmoid(Session session) {
        super(session, Op.LOG_SIGMOID);
    }

    /**
     * y = log(1 / (1 + exp(-x))) = min(x, 0) - log(1 + exp(-|x|)). Shapes, aliasing, waits and errors as in
     * {@link Sigmoid#forward(Tensor, Tensor, Stream)}: y may be x.
     */
    @Override
    public void forward(Tensor x, Tensor y, Stream stream) {
        session.run(SigmoidProblem.Forward.of(SigmoidProblem.Kind.LOG_SIGMOID, x, y), stream);
    }

    /**
     * dx = g dy (1 - exp(y)), where y is what {@link #forward(Tensor, Tensor, Stream)} wrote. Shapes, aliasing, waits and errors as in
     * {@link Sigmoid#backward(Tensor, Tensor, GradScale, Tensor, Stream)}: dx may be dy.
     */
    @Override
    public void backward(Tensor y, Tensor dy, GradScale gradScale, Tensor dx, Stream stream) {
        session.run(SigmoidProblem.Backward.of(SigmoidProblem.Kind.LOG_SIGMOID, y, dy, gradScale, dx), stream);
    }
}

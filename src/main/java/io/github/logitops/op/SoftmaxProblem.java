package io.github.logitops.op;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;
import java.util.List;

/** Softmax and log-softmax. */
public sealed interface SoftmaxProblem extends Problem {
    /** Which of the two a softmax problem is about: they differ in the formula and in nothing else. */
    enum Kind {
        /** y = exp(x - logsumexp(x)). */
        SOFTMAX(Op.SOFTMAX),
        /** y = x - logsumexp(x). */
        LOG_SOFTMAX(Op.LOG_SOFTMAX);

        private final String forward;
        private final String backward;

        Kind(Op op) {
            forward = op.method("forward");
            backward = op.method("backward");
        }

        /** The name of the forward op in error messages. */
        String forward() {
            return forward;
        }

        /** The name of its gradient there. */
        String backward() {
            return backward;
        }
    }

    /**
     * y = softmax(x) or log-softmax(x), row by row.
     *
     * @param kind which of the two
     * @param x the logits
     * @param y the output; may be x
     */
    record Forward(Kind kind, Rows x, Rows y) implements SoftmaxProblem {
        public Forward {
            String op = kind.forward();
            Require.alike(op, x, y);
            Require.sameOrApart(op, "y", y.tensor(), "x", x.tensor());
        }

        /** The problem along {@code axis}. */
        public static Forward of(Kind kind, Axis axis, Tensor x, Tensor y) {
            return new Forward(kind, Rows.of(kind.forward(), "x", x, axis), Rows.of(kind.forward(), "y", y, axis));
        }

        @Override
        public String op() {
            return kind.forward();
        }

        @Override
        public List<Tensor> tensors() {
            return List.of(x.tensor(), y.tensor());
        }
    }

    /**
     * The gradient of softmax, dx = g y (dy - sum y dy), or of log-softmax, dx = g (dy - exp(y) sum dy), row by row.
     *
     * @param kind which of the two
     * @param y what the forward op wrote
     * @param dy the gradient with respect to y
     * @param gradScale g
     * @param dx the output; may be dy, but not y
     */
    record Backward(Kind kind, Rows y, Rows dy, GradScale gradScale, Rows dx) implements SoftmaxProblem {
        public Backward {
            String op = kind.backward();
            Arguments.notNull(op, "gradScale", gradScale);
            Require.alike(op, y, dy);
            Require.alike(op, y, dx);
            Require.fits(op, gradScale, dx);
            Require.sameOrApart(op, "dx", dx.tensor(), "dy", dy.tensor());
            Require.apart(op, "dx", dx.tensor(), "y", y.tensor());
        }

        /** The problem along {@code axis}. */
        public static Backward of(Kind kind, Axis axis, Tensor y, Tensor dy, GradScale gradScale, Tensor dx) {
            String op = kind.backward();
            return new Backward(
                    kind,
                    Rows.of(op, "y", y, axis),
                    Rows.of(op, "dy", dy, axis),
                    gradScale,
                    Rows.of(op, "dx", dx, axis));
        }

        @Override
        public String op() {
            return kind.backward();
        }

        @Override
        public List<Tensor> tensors() {
            return new Operands().and(y).and(dy).and(gradScale).and(dx).tensors();
        }
    }
}

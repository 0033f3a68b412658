package io.github.logitops.op;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;
import java.util.List;

/** Sigmoid and log-sigmoid. No element needs another one; rows along the last axis are how executors walk them. */
public sealed interface SigmoidProblem extends Problem {
    /** Which of the two a sigmoid problem is about: they differ in the formula and in nothing else. */
    enum Kind {
        /** y = 1 / (1 + exp(-x)). */
        SIGMOID(Op.SIGMOID),
        /** y = log(1 / (1 + exp(-x))). */
        LOG_SIGMOID(Op.LOG_SIGMOID);

        private final String forward;
        private final String backward;

        Kind(Op op) {
            forward = op.method("forward");
            backward = op.method("backward");
        }
    }

    /** Which of the two. */
    Kind kind();

    /**
     * y = sigmoid(x) or log-sigmoid(x).
     *
     * @param kind which of the two
     * @param x the logits
     * @param y the output; may be x
     */
    record Forward(Kind kind, Rows x, Rows y) implements SigmoidProblem {
        public Forward {
            Require.alike(kind.forward, x, y);
            Require.sameOrApart(kind.forward, "y", y.tensor(), "x", x.tensor());
        }

        /** The problem of these tensors. */
        public static Forward of(Kind kind, Tensor x, Tensor y) {
            return new Forward(
                    kind, Rows.of(kind.forward, "x", x, Axis.LAST), Rows.of(kind.forward, "y", y, Axis.LAST));
        }

        @Override
        public String op() {
            return kind.forward;
        }

        @Override
        public List<Tensor> tensors() {
            return List.of(x.tensor(), y.tensor());
        }
    }

    /**
     * The gradient of sigmoid, dx = g dy y (1 - y), or of log-sigmoid, dx = g dy (1 - exp(y)).
     *
     * @param kind which of the two
     * @param y what the forward op wrote
     * @param dy the gradient with respect to y
     * @param gradScale g; its factors, if there are any, are one for each element
     * @param dx the output; may be dy, but not y
     */
    record Backward(Kind kind, Rows y, Rows dy, GradScale gradScale, Rows dx) implements SigmoidProblem {
        public Backward {
            String op = kind.backward;
            Arguments.notNull(op, "gradScale", gradScale);
            Require.alike(op, y, dy);
            Require.alike(op, y, dx);
            Require.fits(op, gradScale, dx, dx.shape());
            Require.sameOrApart(op, "dx", dx.tensor(), "dy", dy.tensor());
            Require.apart(op, "dx", dx.tensor(), "y", y.tensor());
        }

        /** The problem of these tensors. */
        public static Backward of(Kind kind, Tensor y, Tensor dy, GradScale gradScale, Tensor dx) {
            String op = kind.backward;
            return new Backward(
                    kind,
                    Rows.of(op, "y", y, Axis.LAST),
                    Rows.of(op, "dy", dy, Axis.LAST),
                    gradScale,
                    Rows.of(op, "dx", dx, Axis.LAST));
        }

        /** The factors of the scale; null if there are none. */
        public Rows factors() {
            return Rows.orNull(op(), "gradScale", gradScale.perRow(), Axis.LAST);
        }

        @Override
        public String op() {
            return kind.backward;
        }

        @Override
        public List<Tensor> tensors() {
            return new Operands().and(y).and(dy).and(gradScale).and(dx).tensors();
        }
    }
}

package io.github.logitops.op;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Entropy of softmax. */
public sealed interface EntropyProblem extends Problem {
    /**
     * The entropy of each row's softmax.
     *
     * @param x the logits
     * @param entropy the output, of the rows' shape and the arithmetic dtype
     * @param lse the log-sum-exps, an output like it; or null
     * @param statistics the {@link RowStatistics} for the gradient; null where lse is
     */
    record Forward(Rows x, Tensor entropy, Tensor lse, Tensor statistics) implements EntropyProblem {
        private static final String OP = Op.ENTROPY.method("forward");

        public Forward {
            Require.perRowOutput(OP, "entropy", entropy, x);
            if (lse != null) {
                Require.perRowOutput(OP, "lse", lse, x);
                RowStatistics.requireOutput(OP, statistics, x);
            }
        }

        /** The problem along {@code axis}. */
        public static Forward of(Axis axis, Tensor x, Tensor entropy, Tensor lse, Tensor statistics) {
            return new Forward(Rows.of(OP, "x", x, axis), entropy, lse, statistics);
        }

        /** What a result of it holds. */
        public static Set<ResultPart> resultParts() {
            return EnumSet.of(ResultPart.ENTROPY, ResultPart.LSE, ResultPart.STATISTICS);
        }

        @Override
        public String op() {
            return OP;
        }

        @Override
        public List<Tensor> tensors() {
            return new Operands()
                    .and(x)
                    .and("entropy", entropy)
                    .and("lse", lse)
                    .and("result.statistics", statistics)
                    .tensors();
        }
    }

    /**
     * The gradient of the entropy, dx_j = -g p_j (log p_j + entropy), row by row.
     *
     * @param x the logits
     * @param entropy what the forward op wrote
     * @param lse what it wrote besides; not read here, but not to be overwritten
     * @param statistics the {@link RowStatistics} that it wrote
     * @param gradScale g: the upstream gradient
     * @param dx the output; may be x
     */
    record Backward(Rows x, Tensor entropy, Tensor lse, Tensor statistics, GradScale gradScale, Rows dx)
            implements EntropyProblem {
        private static final String OP = Op.ENTROPY.method("backward");

        public Backward {
            Require.gradientOverLogits(OP, dx, x, gradScale);
            Require.perRowInput(OP, "saved.entropy", entropy, dx);
            RowStatistics.requireInput(OP, statistics, dx);
            Require.apart(OP, dx.name(), dx.tensor(), "saved.lse", lse);
        }

        /** The problem along {@code axis}. */
        public static Backward of(
                Axis axis, Tensor x, Tensor entropy, Tensor lse, Tensor statistics, GradScale gradScale, Tensor dx) {
            return new Backward(
                    Rows.of(OP, "x", x, axis), entropy, lse, statistics, gradScale, Rows.of(OP, "dx", dx, axis));
        }

        @Override
        public String op() {
            return OP;
        }

        @Override
        public List<Tensor> tensors() {
            return new Operands()
                    .and(x)
                    .and("saved.entropy", entropy)
                    .and("saved.statistics", statistics)
                    .and(gradScale)
                    .and(dx)
                    .tensors();
        }
    }
}

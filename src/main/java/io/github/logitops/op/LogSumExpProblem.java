package io.github.logitops.op;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Log-sum-exp. */
public sealed interface LogSumExpProblem extends Problem {
    /**
     * The log-sum-exp of each row.
     *
     * @param x the logits
     * @param lse the output, of the rows' shape and the arithmetic dtype
     * @param statistics the {@link RowStatistics} for the gradient; or null
     */
    record Forward(Rows x, Tensor lse, Tensor statistics) implements LogSumExpProblem {
        private static final String OP = Op.LOG_SUM_EXP.method("forward");

        public Forward {
            Require.perRowOutput(OP, "lse", lse, x);
            if (statistics != null) {
                RowStatistics.requireOutput(OP, statistics, x);
            }
        }

        /** The problem along {@code axis}. */
        public static Forward of(Axis axis, Tensor x, Tensor lse, Tensor statistics) {
            return new Forward(Rows.of(OP, "x", x, axis), lse, statistics);
        }

        /** What a result of it holds. */
        public static Set<ResultPart> resultParts() {
            return EnumSet.of(ResultPart.LSE, ResultPart.STATISTICS);
        }

        @Override
        public String op() {
            return OP;
        }

        @Override
        public List<Tensor> tensors() {
            return new Operands()
                    .and(x)
                    .and("lse", lse)
                    .and("result.statistics", statistics)
                    .tensors();
        }
    }

    /**
     * The gradient of the log-sum-exp, dx_j = g p_j, row by row.
     *
     * @param x the logits
     * @param lse what the forward op wrote; not read here, but not to be overwritten
     * @param statistics the {@link RowStatistics} that the forward op wrote
     * @param gradScale g: the upstream gradient
     * @param dx the output; may be x
     */
    record Backward(Rows x, Tensor lse, Tensor statistics, GradScale gradScale, Rows dx) implements LogSumExpProblem {
        private static final String OP = Op.LOG_SUM_EXP.method("backward");

        public Backward {
            Require.gradientOverLogits(OP, dx, x, gradScale);
            RowStatistics.requireInput(OP, statistics, dx);
            Require.apart(OP, dx.name(), dx.tensor(), "saved.lse", lse);
        }

        /** The problem along {@code axis}. */
        public static Backward of(Axis axis, Tensor x, Tensor lse, Tensor statistics, GradScale gradScale, Tensor dx) {
            return new Backward(Rows.of(OP, "x", x, axis), lse, statistics, gradScale, Rows.of(OP, "dx", dx, axis));
        }

        @Override
        public String op() {
            return OP;
        }

        @Override
        public List<Tensor> tensors() {
            return new Operands()
                    .and(x)
                    .and("saved.statistics", statistics)
                    .and(gradScale)
                    .and(dx)
                    .tensors();
        }
    }
}

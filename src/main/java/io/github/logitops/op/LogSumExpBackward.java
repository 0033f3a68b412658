package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;
import java.util.List;

/**
 * The gradient of the log-sum-exp, dx_j = g p_j, row by row.
 *
 * @param x the logits
 * @param lse what the forward op wrote; not read here, but not to be overwritten
 * @param statistics the {@link RowStatistics} that the forward op wrote
 * @param gradScale g: the upstream gradient
 * @param dx the output; may be x
 */
public record LogSumExpBackward(Rows x, Tensor lse, Tensor statistics, GradScale gradScale, Rows dx)
        implements Problem {
    private static final String OP = Op.LOG_SUM_EXP.method("backward");

    public LogSumExpBackward {
        Require.gradientOverLogits(OP, dx, x, gradScale);
        RowStatistics.requireInput(OP, statistics, dx);
        Require.apart(OP, dx.name(), dx.tensor(), "saved.lse", lse);
    }

    /** The problem along {@code axis}. */
    public static LogSumExpBackward of(
            Axis axis, Tensor x, Tensor lse, Tensor statistics, GradScale gradScale, Tensor dx) {
        return new LogSumExpBackward(
                Rows.of(OP, "x", x, axis), lse, statistics, gradScale, Rows.of(OP, "dx", dx, axis));
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

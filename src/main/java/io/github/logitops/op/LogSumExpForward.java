package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The log-sum-exp of each row.
 *
 * @param x the logits
 * @param lse the output, of the rows' shape and the arithmetic dtype
 * @param statistics the {@link RowStatistics} for the gradient; or null
 */
public record LogSumExpForward(Rows x, Tensor lse, Tensor statistics) implements Problem {
    private static final String OP = Op.LOG_SUM_EXP.method("forward");

    public LogSumExpForward {
        Require.perRowOutput(OP, "lse", lse, x);
        if (statistics != null) {
            RowStatistics.requireOutput(OP, statistics, x);
        }
    }

    /** The problem along {@code axis}. */
    public static LogSumExpForward of(Axis axis, Tensor x, Tensor lse, Tensor statistics) {
        return new LogSumExpForward(Rows.of(OP, "x", x, axis), lse, statistics);
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

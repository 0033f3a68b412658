package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The entropy of each row's softmax.
 *
 * @param x the logits
 * @param entropy the output, of the rows' shape and the arithmetic dtype
 * @param lse the log-sum-exps, an output like it; or null
 * @param statistics the {@link RowStatistics} for the gradient; null where lse is
 */
public record EntropyForward(Rows x, Tensor entropy, Tensor lse, Tensor statistics) implements Problem {
    private static final String OP = Op.ENTROPY.method("forward");

    public EntropyForward {
        Require.perRowOutput(OP, "entropy", entropy, x);
        if (lse != null) {
            Require.perRowOutput(OP, "lse", lse, x);
            RowStatistics.requireOutput(OP, statistics, x);
        }
    }

    /** The problem along {@code axis}. */
    public static EntropyForward of(Axis axis, Tensor x, Tensor entropy, Tensor lse, Tensor statistics) {
        return new EntropyForward(Rows.of(OP, "x", x, axis), entropy, lse, statistics);
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

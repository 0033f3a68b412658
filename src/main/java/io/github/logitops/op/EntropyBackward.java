package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;
import java.util.List;

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
public record EntropyBackward(Rows x, Tensor entropy, Tensor lse, Tensor statistics, GradScale gradScale, Rows dx)
        implements Problem {
    private static final String OP = Op.ENTROPY.method("backward");

    public EntropyBackward {
        Require.gradientOverLogits(OP, dx, x, gradScale);
        Require.perRowInput(OP, "saved.entropy", entropy, dx);
        RowStatistics.requireInput(OP, statistics, dx);
        Require.apart(OP, dx.name(), dx.tensor(), "saved.lse", lse);
    }

    /** The problem along {@code axis}. */
    public static EntropyBackward of(
            Axis axis, Tensor x, Tensor entropy, Tensor lse, Tensor statistics, GradScale gradScale, Tensor dx) {
        return new EntropyBackward(
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

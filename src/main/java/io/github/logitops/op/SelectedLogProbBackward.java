package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import java.util.List;

/**
 * The gradient of the label's log-probability, dx_j = g ([j = label] - p_j), row by row; 0 in rows that are not counted.
 *
 * @param x the logits
 * @param labels a class for each row
 * @param logProbs what the forward op wrote; not read here, but not to be overwritten
 * @param lse the same
 * @param statistics the {@link RowStatistics} that the forward op wrote
 * @param gradScale g: the upstream gradient
 * @param dx the output; may be x
 */
public record SelectedLogProbBackward(
        Rows x, RowLabels labels, Tensor logProbs, Tensor lse, Tensor statistics, GradScale gradScale, Rows dx)
        implements Problem {
    private static final String OP = "selectedLogProb.backward";

    public SelectedLogProbBackward {
        labels.requireFit(OP, x);
        Require.gradientOverLogits(OP, dx, x, gradScale);
        RowStatistics.requireInput(OP, statistics, dx);
        Require.apart(OP, dx.name(), dx.tensor(), "saved.logProbs", logProbs);
        Require.apart(OP, dx.name(), dx.tensor(), "saved.lse", lse);
        Require.apart(OP, dx.name(), dx.tensor(), "labels", labels.labels());
    }

    /** The problem along {@code axis}. */
    public static SelectedLogProbBackward of(
            Axis axis,
            Tensor logits,
            RowLabels labels,
            Tensor logProbs,
            Tensor lse,
            Tensor statistics,
            GradScale gradScale,
            Tensor gradient) {
        Rows x = Rows.of(OP, "logits", logits, axis);
        Rows dx = Rows.of(OP, "gradient", gradient, axis);
        return new SelectedLogProbBackward(x, labels, logProbs, lse, statistics, gradScale, dx);
    }

    @Override
    public String op() {
        return OP;
    }

    @Override
    public List<Tensor> tensors() {
        return gradScale.with(List.of(x.tensor(), labels.labels(), statistics, dx.tensor()));
    }
}

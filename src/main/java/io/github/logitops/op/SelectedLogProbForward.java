package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import java.util.ArrayList;
import java.util.List;

/**
 * The log-probability of each row's label: 0 for an ignored row, NaN for a label out of range. Rows that are not counted are
 * not read; their log-sum-exp and statistics are written as 0.
 *
 * @param x the logits
 * @param labels a class for each row
 * @param logProbs the output, of the rows' shape and the arithmetic dtype
 * @param lse the log-sum-exps, an output like it
 * @param statistics the {@link RowStatistics} for the gradient
 * @param counts what is found out about the labels
 */
public record SelectedLogProbForward(
        Rows x, RowLabels labels, Tensor logProbs, Tensor lse, Tensor statistics, LabelCounts counts)
        implements Problem {
    private static final String OP = "selectedLogProb.forward";

    public SelectedLogProbForward {
        labels.requireFit(OP, x);
        Require.perRowOutput(OP, "result.logProbs", logProbs, x);
        Require.perRowOutput(OP, "result.lse", lse, x);
        RowStatistics.requireOutput(OP, statistics, x);
        counts.requireApart(OP, x.name(), x.tensor());
        Require.apart(OP, "result.logProbs", logProbs, "labels", labels.labels());
        Require.apart(OP, "result.lse", lse, "labels", labels.labels());
        Require.apart(OP, "result.statistics", statistics, "labels", labels.labels());
        counts.requireApart(OP, "labels", labels.labels());
    }

    /** The problem along {@code axis}. */
    public static SelectedLogProbForward of(
            Axis axis,
            Tensor logits,
            RowLabels labels,
            Tensor logProbs,
            Tensor lse,
            Tensor statistics,
            LabelCounts counts) {
        return new SelectedLogProbForward(
                Rows.of(OP, "logits", logits, axis), labels, logProbs, lse, statistics, counts);
    }

    @Override
    public String op() {
        return OP;
    }

    @Override
    public List<Tensor> tensors() {
        List<Tensor> tensors = new ArrayList<>(List.of(x.tensor(), labels.labels(), logProbs, lse, statistics));
        tensors.addAll(counts.tensors());
        return tensors;
    }
}

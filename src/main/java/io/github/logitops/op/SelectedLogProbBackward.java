package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;
import java.util.List;

/**
 * The gradient of the label's log-probability, dx_j = g ([j = label] - p_j), row by row; 0 in rows that are not counted.
 *
 * @param x the logits
 * @param labels a class for each row
 * @param saved the forward op's result: statistics are read
 * @param gradScale g: the upstream gradient
 * @param dx the output; may be x
 */
public record SelectedLogProbBackward(Rows x, RowLabels labels, ResultBuffers saved, GradScale gradScale, Rows dx)
        implements Problem {
    private static final String OP = Op.SELECTED_LOG_PROB.method("backward");

    public SelectedLogProbBackward {
        labels.requireFit(OP, x.rowShape());
        Require.gradientOverLogits(OP, dx, x, gradScale);
        RowStatistics.requireInput(OP, saved.get(ResultPart.STATISTICS), dx);
        Operands read = new Operands()
                .and("saved.logProbs", saved.get(ResultPart.LOG_PROBS))
                .and("saved.lse", saved.get(ResultPart.LSE))
                .and(labels);
        read.requireKept(OP, dx);
    }

    /** The problem along {@code axis}. */
    public static SelectedLogProbBackward of(
            Axis axis, Tensor logits, RowLabels labels, ResultBuffers saved, GradScale gradScale, Tensor gradient) {
        Rows x = Rows.of(OP, "logits", logits, axis);
        Rows dx = Rows.of(OP, "gradient", gradient, axis);
        return new SelectedLogProbBackward(x, labels, saved, gradScale, dx);
    }

    @Override
    public String op() {
        return OP;
    }

    @Override
    public List<Tensor> tensors() {
        return new Operands()
                .and(x)
                .and(labels)
                .and("saved.statistics", saved.get(ResultPart.STATISTICS))
                .and(gradScale)
                .and(dx)
                .tensors();
    }
}

package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The log-probability of each row's label: 0 for an ignored row, NaN for a label out of range. Rows that are not counted are
 * not looked at; their log-sum-exp and statistics are written as 0.
 *
 * @param x the logits
 * @param labels a class for each row
 * @param result the outputs
 */
public record SelectedLogProbForward(Rows x, RowLabels labels, ResultBuffers result) implements Problem {
    private static final String OP = Op.SELECTED_LOG_PROB.method("forward");

    public SelectedLogProbForward {
        labels.requireFit(OP, x.rowShape());
        result.requireRows(OP, ResultPart.LOG_PROBS, x);
        result.requireApart(OP, read(x, labels));
    }

    /** The problem along {@code axis}. */
    public static SelectedLogProbForward of(Axis axis, Tensor logits, RowLabels labels, ResultBuffers result) {
        return new SelectedLogProbForward(Rows.of(OP, "logits", logits, axis), labels, result);
    }

    /** What a selected log-probability leaves. */
    public static Set<ResultPart> resultParts() {
        return EnumSet.of(
                ResultPart.LOG_PROBS,
                ResultPart.LSE,
                ResultPart.STATISTICS,
                ResultPart.DIVISORS,
                ResultPart.LABEL_STATS);
    }

    @Override
    public String op() {
        return OP;
    }

    @Override
    public List<Tensor> tensors() {
        return result.addedTo(read(x, labels)).tensors();
    }

    private static Operands read(Rows x, RowLabels labels) {
        return new Operands().and(x).and(labels);
    }
}

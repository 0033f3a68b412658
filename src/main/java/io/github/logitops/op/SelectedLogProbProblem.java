package io.github.logitops.op;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Log-probabilities of labels. */
public sealed interface SelectedLogProbProblem extends Problem {
    /**
     * The log-probability of each row's label: 0 for an ignored row, NaN for a label out of range. Rows that are not counted are
     * not looked at; their log-sum-exp and statistics are written as 0.
     *
     * @param x the logits
     * @param labels a class for each row
     * @param result the outputs
     */
    record Forward(Rows x, RowLabels labels, ResultBuffers result) implements SelectedLogProbProblem {
        private static final String OP = Op.SELECTED_LOG_PROB.method("forward");

        public Forward {
            labels.requireFit(OP, x.rowShape());
            result.requireRows(OP, ResultPart.LOG_PROBS, x);
            result.requireApart(OP, read(x, labels));
        }

        /** The problem along {@code axis}. */
        public static Forward of(Axis axis, Tensor logits, RowLabels labels, ResultBuffers result) {
            return new Forward(Rows.of(OP, "logits", logits, axis), labels, result);
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

    /**
     * {@link Forward} of some rows of a batch. {@link Totals} count those of all.
     *
     * @param of these rows
     */
    record ForwardPart(Forward of) implements SelectedLogProbProblem {
        @Override
        public String op() {
            return of.op();
        }

        @Override
        public List<Tensor> tensors() {
            return of.tensors();
        }
    }

    /**
     * How many rows of a batch count, and which is the first whose label is out of range.
     *
     * @param op the op's name in error messages
     * @param labels a class for each row
     * @param classes how many there are
     * @param result of all rows
     */
    record Totals(String op, RowLabels labels, int classes, ResultBuffers result) implements SelectedLogProbProblem {
        /** How many rows there are. */
        public long rows() {
            return result.get(ResultPart.LSE).shape().elements();
        }

        @Override
        public List<Tensor> tensors() {
            return result.addedTo(new Operands().and(labels)).tensors();
        }
    }

    /**
     * The gradient of the label's log-probability, dx_j = g ([j = label] - p_j), row by row; 0 in rows that are not counted.
     *
     * @param x the logits
     * @param labels a class for each row
     * @param saved the forward op's result: statistics are read
     * @param gradScale g: the upstream gradient
     * @param dx the output; may be x
     */
    record Backward(Rows x, RowLabels labels, ResultBuffers saved, GradScale gradScale, Rows dx)
            implements SelectedLogProbProblem {
        private static final String OP = Op.SELECTED_LOG_PROB.method("backward");

        public Backward {
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
        public static Backward of(
                Axis axis, Tensor logits, RowLabels labels, ResultBuffers saved, GradScale gradScale, Tensor gradient) {
            Rows x = Rows.of(OP, "logits", logits, axis);
            Rows dx = Rows.of(OP, "gradient", gradient, axis);
            return new Backward(x, labels, saved, gradScale, dx);
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
}

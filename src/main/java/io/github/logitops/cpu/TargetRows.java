package io.github.logitops.cpu;

import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.RowLabels;
import io.github.logitops.op.Rows;
import io.github.logitops.spec.ClassShard;
import io.github.logitops.spec.CrossEntropyOptions;
import java.util.Arrays;

/**
 * What cross entropy's rows should be: T_j = w_j ((1 - e) q_j + e / classes), where q is one-hot at the row's label or the
 * given probabilities, e the label smoothing and w the class weights. The columns are all classes or a shard of them.
 */
final class TargetRows {
    private final CrossEntropyOptions options;
    private final int classes;
    private final int first; // the class of the first column
    private final int columns;
    private final LabelView labels; // none: probabilities are given
    private final RowView probabilities;
    private final VectorView weights; // null: 1 each

    TargetRows(CrossEntropyProblem.Inputs inputs, HostDriver driver) {
        this(
                inputs.labels(),
                inputs.probabilities(),
                inputs.weights(),
                inputs.options(),
                inputs.shard(),
                inputs.x().classes(),
                driver);
    }

    TargetRows(CrossEntropyProblem.Combine combine, HostDriver driver) {
        this(combine.labels(), null, combine.weights(), combine.options(), combine.shard(), 0, driver);
    }

    private TargetRows(
            RowLabels labels,
            Rows probabilities,
            Tensor weights,
            CrossEntropyOptions options,
            ClassShard shard,
            int columns,
            HostDriver driver) {
        this.options = options;
        this.classes = (int) shard.classes();
        this.first = (int) shard.first();
        this.columns = columns;
        this.labels = new LabelView(labels, this.classes, driver);
        this.probabilities = probabilities == null ? null : new RowView(probabilities, driver);
        this.weights = VectorView.orNull(weights, driver);
    }

    /** Whether the row is neither ignored nor mislabelled. */
    boolean counts(long row) {
        return labels.counts(row);
    }

    boolean isIgnored(long row) {
        return labels.isIgnored(row);
    }

    /** Counts the rows, sums what MEAN divides by, and notes the first label out of range. */
    void count(long rows, ResultBuffers result, HostDriver driver) {
        labels.count(rows, this::labelWeight, result, driver);
    }

    /** Whether every class has a target, not the label's alone. */
    boolean spreads() {
        return !labels.exist() || options.labelSmoothing() != 0;
    }

    /** What a counted row adds to what MEAN divides by. */
    double labelWeight(long row) {
        return !labels.exist() || weights == null ? 1 : weights.get(labels.of(row));
    }

    /** What a counted row's label has alone: (1 - e) w_y; 0 without a label. */
    double peak(long row) {
        return labels.exist() ? (1 - options.labelSmoothing()) * labelWeight(row) : 0;
    }

    /** The column of a counted row's label, or -1 if it is in another shard or there is none. */
    int labelColumn(long row) {
        int column = labels.exist() ? labels.of(row) - first : -1;
        return column >= 0 && column < columns ? column : -1;
    }

    /** Writes a block of the targets of a counted row. */
    void read(long row, Block block, double[] targets) {
        readSpread(row, block, targets);
        int at = labelColumn(row) - block.from(); // below 0 also where there is none
        if (at >= 0 && at < block.count()) {
            targets[at] += peak(row);
        }
    }

    /** Writes a block of the targets of a counted row but for its label's peak. */
    void readSpread(long row, Block block, double[] targets) {
        if (labels.exist()) {
            Arrays.fill(targets, 0, block.count(), 0);
        } else {
            probabilities.read(row, block, targets);
        }
        int firstClass = first + block.from();
        double even = options.labelSmoothing() / classes;
        for (int j = 0; j < block.count(); j++) {
            double q = (1 - options.labelSmoothing()) * targets[j] + even;
            // No weight matters where nothing asks for its class, be it NaN.
            targets[j] = weights == null ? q : weighted(q, weights.get(firstClass + j));
        }
    }

    /** The column that a counted row should have: its label's, or that of the largest of its probabilities, by way of the third array. */
    int best(long row, Scratch scratch) {
        if (labels.exist()) {
            return labelColumn(row);
        }
        return RowMath.argmax(probabilities.row(row, scratch.third()), scratch.blocks());
    }

    /** factor * value, but 0 where the factor is, even at infinity: what has no weight adds nothing. */
    static double weighted(double factor, double value) {
        return factor == 0 ? 0 : factor * value;
    }
}

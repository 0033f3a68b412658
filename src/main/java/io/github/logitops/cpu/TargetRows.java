package io.github.logitops.cpu;

import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyCombine;
import io.github.logitops.op.CrossEntropyInputs;
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
    private final VectorView labels; // null: probabilities are given
    private final RowView probabilities;
    private final double[] weights; // null: 1 each

    TargetRows(CrossEntropyInputs inputs, HostDriver driver) {
        this(
                inputs.labels(),
                inputs.probabilities(),
                inputs.weights(),
                inputs.options(),
                inputs.shard(),
                inputs.x().classes(),
                driver);
    }

    TargetRows(CrossEntropyCombine combine, HostDriver driver) {
        this(combine.labels(), null, combine.weights(), combine.options(), combine.shard(), 0, driver);
    }

    private TargetRows(
            Tensor labels,
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
        this.labels = labels == null ? null : new VectorView(labels, driver);
        this.probabilities = probabilities == null ? null : new RowView(probabilities, driver);
        this.weights = weights == null ? null : new VectorView(weights, driver).toArray(classes);
    }

    /** Whether the row is neither ignored nor mislabelled. Labels are compared as 64-bit numbers before they index anything. */
    boolean counts(long row) {
        if (labels == null) {
            return true;
        }
        long label = labels.label(row);
        return label >= 0 && label < classes && !options.ignores(label);
    }

    boolean isIgnored(long row) {
        return labels != null && options.ignores(labels.label(row));
    }

    /** The label of a row; there must be labels. */
    long label(long row) {
        return labels.label(row);
    }

    /** Whether every class has a target, not the label's alone. */
    boolean spreads() {
        return labels == null || options.labelSmoothing() != 0;
    }

    /** What a counted row adds to what MEAN divides by. */
    double labelWeight(long row) {
        return labels == null || weights == null ? 1 : weights[(int) labels.label(row)];
    }

    /** What a counted row's label has alone: (1 - e) w_y; 0 without a label. */
    double peak(long row) {
        return labels == null ? 0 : (1 - options.labelSmoothing()) * labelWeight(row);
    }

    /** The column of a counted row's label, or -1 if it is in another shard or there is none. */
    int labelColumn(long row) {
        long column = labels == null ? -1 : labels.label(row) - first;
        return column >= 0 && column < columns ? (int) column : -1;
    }

    /** Writes the targets of a counted row. */
    void read(long row, double[] targets) {
        readSpread(row, targets);
        int column = labelColumn(row);
        if (column >= 0) {
            targets[column] += peak(row);
        }
    }

    /** Writes the targets of a counted row but for its label's peak. */
    void readSpread(long row, double[] targets) {
        if (labels == null) {
            probabilities.read(row, targets);
        } else {
            Arrays.fill(targets, 0, columns, 0);
        }
        double even = options.labelSmoothing() / classes;
        for (int j = 0; j < columns; j++) {
            double q = (1 - options.labelSmoothing()) * targets[j] + even;
            // No weight matters where nothing asks for its class, be it NaN.
            targets[j] = weights == null ? q : weighted(q, weights[first + j]);
        }
    }

    /** The column that a counted row should have: its label's, or that of the largest of its probabilities. */
    int best(long row, double[] scratch) {
        if (labels != null) {
            return labelColumn(row);
        }
        probabilities.read(row, scratch);
        return RowMath.argmax(scratch, columns);
    }

    /** factor * value, but 0 where the factor is, even at infinity: what has no weight adds nothing. */
    static double weighted(double factor, double value) {
        return factor == 0 ? 0 : factor * value;
    }
}

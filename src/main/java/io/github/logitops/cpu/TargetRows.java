package io.github.logitops.cpu;

import io.github.logitops.op.CrossEntropyInputs;
import io.github.logitops.spec.CrossEntropyOptions;
import java.util.Arrays;

/**
 * What cross entropy's rows should be: T_j = w_j ((1 - e) q_j + e / classes), where q is one-hot at the row's label or the
 * given probabilities, e the label smoothing and w the class weights.
 */
final class TargetRows {
    private final CrossEntropyOptions options;
    private final int classes;
    private final VectorView labels; // null: probabilities are given
    private final RowView probabilities;
    private final double[] weights; // null: 1 each

    TargetRows(CrossEntropyInputs inputs, HostDriver driver) {
        options = inputs.options();
        classes = inputs.x().classes();
        labels = inputs.labels() == null ? null : new VectorView(inputs.labels(), driver);
        probabilities = labels == null ? new RowView(inputs.probabilities(), driver) : null;
        weights = inputs.weights() == null ? null : new VectorView(inputs.weights(), driver).toArray(classes);
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

    /** What a counted row adds to what MEAN divides by. */
    double weight(long row) {
        return labels == null || weights == null ? 1 : weights[(int) labels.label(row)];
    }

    /** Writes the targets of a counted row. */
    void read(long row, double[] targets) {
        readDistribution(row, targets);
        double even = options.labelSmoothing() / classes;
        for (int j = 0; j < classes; j++) {
            double q = (1 - options.labelSmoothing()) * targets[j] + even;
            // No weight matters where nothing asks for its class, be it NaN.
            targets[j] = weights == null ? q : weighted(q, weights[j]);
        }
    }

    /** The class that a counted row should have: its label, or the largest of its probabilities. */
    int best(long row, double[] scratch) {
        if (labels != null) {
            return (int) labels.label(row);
        }
        probabilities.read(row, scratch);
        return RowMath.argmax(scratch, classes);
    }

    private void readDistribution(long row, double[] q) {
        if (labels == null) {
            probabilities.read(row, q);
        } else {
            Arrays.fill(q, 0, classes, 0);
            q[(int) labels.label(row)] = 1;
        }
    }

    /** factor * value, but 0 where the factor is, even at infinity: what has no weight adds nothing. */
    static double weighted(double factor, double value) {
        return factor == 0 ? 0 : factor * value;
    }
}

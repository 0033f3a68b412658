package io.github.logitops.cpu;

import io.github.logitops.op.CrossEntropyInputs;
import io.github.logitops.op.LossBuffers;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Reduction;

/**
 * What cross entropy knows row by row. With the one-hot of the label smoothed by e and class weights w, the target of class j
 * is T_j = w_j ((1 - e) [j = label] + e / classes), and S = sum T_j; then
 *
 * <pre>
 * loss       = S lse - sum T_j x_j
 * gradient_j = p_j S - T_j
 * </pre>
 */
final class LossRows {
    private final CrossEntropyOptions options;
    private final long rows;
    private final int classes;
    private final VectorView labels;
    private final double[] weights; // null: 1 each
    private final double smooth; // what smoothing gives each class, before its weight
    private final double smoothSum; // its sum over the classes

    private final VectorView loss;
    private final VectorView rowLosses;
    private final VectorView lse;
    private final VectorView weightSum;
    private final VectorView labelStats;

    LossRows(CrossEntropyInputs inputs, LossBuffers buffers, HostDriver driver) {
        options = inputs.options();
        rows = inputs.x().count();
        classes = inputs.x().classes();
        labels = new VectorView(inputs.labels(), driver);
        weights = inputs.weights() == null ? null : new VectorView(inputs.weights(), driver).toArray(classes);
        smooth = options.labelSmoothing() / classes;
        // Without smoothing no weight but the label's counts, be it NaN.
        smoothSum = smooth == 0 ? 0 : smooth * (weights == null ? classes : RowMath.sum(weights, classes));
        loss = new VectorView(buffers.loss(), driver);
        rowLosses = new VectorView(buffers.rowLosses(), driver);
        lse = new VectorView(buffers.lse(), driver);
        weightSum = new VectorView(buffers.weightSum(), driver);
        labelStats = new VectorView(buffers.labelStats(), driver);
    }

    /** Counts the rows, sums what MEAN divides by, and notes the first label out of range. */
    void countLabels() {
        long counted = 0;
        double sum = 0;
        double lost = 0;
        boolean noted = labelStats.label(1) >= 0;
        for (long row = 0; row < rows; row++) {
            long label = labels.label(row);
            if (counts(row)) {
                counted++;
                double next = sum + weight((int) label);
                lost += (sum - next) + weight((int) label);
                sum = next;
            } else if (!noted && !isIgnored(row)) {
                labelStats.setLong(1, row);
                labelStats.setLong(2, label);
                noted = true;
            }
        }
        labelStats.setLong(0, counted);
        weightSum.set(0, Double.isFinite(sum) ? sum + lost : sum);
    }

    /** Whether the row is neither ignored nor mislabelled. Labels are compared as 64-bit numbers before they index anything. */
    boolean counts(long row) {
        long label = labels.label(row);
        return label >= 0 && label < classes && !options.ignores(label);
    }

    boolean isIgnored(long row) {
        return options.ignores(labels.label(row));
    }

    /** The loss of a row: 0 if it is ignored, NaN if it is mislabelled or has no finite log-sum-exp. */
    double of(long row, double[] logits, RowMath.Summary summary) {
        if (isIgnored(row)) {
            return 0;
        }
        if (!counts(row) || !Double.isFinite(summary.lse())) {
            return Double.NaN;
        }
        int label = (int) labels.label(row);
        double logSum = Math.log(summary.sum);
        double loss = part(sharp(label), logSum - (logits[label] - summary.shift));
        if (smooth != 0) {
            double[] parts = Scratch.of(classes).third;
            for (int j = 0; j < classes; j++) {
                parts[j] = part(smooth * weight(j), logSum - (logits[j] - summary.shift));
            }
            loss += RowMath.sum(parts, classes);
        }
        return loss;
    }

    /** Turns a row's probabilities into its gradient, each element times {@code factor}. */
    void toGradient(long row, double[] probabilities, double factor) {
        int label = (int) labels.label(row);
        double targetSum = sharp(label) + smoothSum;
        for (int j = 0; j < classes; j++) {
            double target = smooth == 0 ? 0 : smooth * weight(j);
            if (j == label) {
                target += sharp(label);
            }
            probabilities[j] = (probabilities[j] * targetSum - target) * factor;
        }
    }

    void setRow(long row, double rowLoss, double rowLse) {
        rowLosses.set(row, rowLoss);
        lse.set(row, rowLse);
    }

    double lse(long row) {
        return lse.get(row);
    }

    /** Reduces the row losses as they are stored. */
    void reduce() {
        if (options.reduction() == Reduction.NONE) {
            return;
        }
        double[] stored = rowLosses.toArray((int) rows);
        double sum = RowMath.sum(stored, stored.length);
        loss.set(0, sum * meanFactor()); // a mislabelled row has made the sum NaN
    }

    /** What MEAN multiplies with, NaN where nothing counts or the weights sum to 0; 1 for the other reductions. */
    double meanFactor() {
        if (options.reduction() != Reduction.MEAN) {
            return 1;
        }
        double divisor = weightSum.get(0);
        return divisor == 0 ? Double.NaN : 1 / divisor;
    }

    private double sharp(int label) {
        return (1 - options.labelSmoothing()) * weight(label);
    }

    private double weight(int label) {
        return weights == null ? 1 : weights[label];
    }

    /** A target times minus a log-probability: 0 without a target, even where the probability is 0. */
    private static double part(double target, double minusLogProbability) {
        return target == 0 ? 0 : target * minusLogProbability;
    }
}

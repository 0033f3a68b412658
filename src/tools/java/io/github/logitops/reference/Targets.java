package io.github.logitops.reference;

import io.github.logitops.spec.CrossEntropyOptions;

/**
 * What the rows of a batch should be: one of the two is null.
 *
 * @param labels a class by row
 * @param probabilities by row and class
 */
public record Targets(long[] labels, double[][] probabilities) {
    /** Class labels. */
    public static Targets of(long... labels) {
        return new Targets(labels, null);
    }

    /** Probabilities, which need not sum to 1. */
    public static Targets of(double[][] probabilities) {
        return new Targets(null, probabilities);
    }

    boolean isIgnored(int row, CrossEntropyOptions options) {
        return labels != null && options.ignores(labels[row]);
    }

    boolean counts(int row, int classes, CrossEntropyOptions options) {
        return labels == null || !options.ignores(labels[row]) && labels[row] >= 0 && labels[row] < classes;
    }

    /** What a counted row adds to the divisor of MEAN. */
    double weight(int row, double[] weights) {
        return labels == null || weights == null ? 1 : weights[(int) labels[row]];
    }

    /** The class that a counted row should have. */
    public long best(int row) {
        return labels != null ? labels[row] : SoftmaxReference.argmax(probabilities[row]);
    }

    /** T_j = w_j ((1 - e) q_j + e / classes) of a counted row; 0 where the bracket is, whatever the weight. */
    DoubleDouble[] of(int row, double[] weights, int classes, double smoothing) {
        DoubleDouble rest = DoubleDouble.difference(1, smoothing);
        DoubleDouble each = DoubleDouble.of(smoothing).dividedBy(classes);
        DoubleDouble[] target = new DoubleDouble[classes];
        for (int j = 0; j < classes; j++) {
            double q = labels == null ? probabilities[row][j] : labels[row] == j ? 1 : 0;
            DoubleDouble smoothed = rest.times(q).plus(each);
            target[j] = weights == null || smoothed.value() == 0 ? smoothed : smoothed.times(weights[j]);
        }
        return target;
    }

    /** What {@link #of} is the sum of, without signs: probabilities may be negative and leave little of it. */
    double[] sizes(int row, double[] weights, int classes, double smoothing) {
        double[] sizes = new double[classes];
        for (int j = 0; j < classes; j++) {
            double q = labels == null ? Math.abs(probabilities[row][j]) : labels[row] == j ? 1 : 0;
            double smoothed = (1 - smoothing) * q + smoothing / classes;
            sizes[j] = weights == null || smoothed == 0 ? smoothed : smoothed * Math.abs(weights[j]);
        }
        return sizes;
    }

    /** Whether more classes than a label have one. */
    boolean spread(double smoothing) {
        return labels == null || smoothing != 0;
    }
}

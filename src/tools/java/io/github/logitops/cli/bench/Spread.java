package io.github.logitops.cli.bench;

import java.util.Arrays;

/**
 * What several rounds gave. Two results that differ by less than their spreads do not differ.
 *
 * @param median half of the rounds lie below
 * @param p20 a fifth of the rounds lies below
 * @param p80 four fifths of the rounds lie below
 */
record Spread(double median, double p20, double p80) {
    /** The spread of at least one value; between values it is linear. */
    static Spread of(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Spread(quantile(sorted, 0.5), quantile(sorted, 0.2), quantile(sorted, 0.8));
    }

    private static double quantile(double[] sorted, double q) {
        double at = q * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}

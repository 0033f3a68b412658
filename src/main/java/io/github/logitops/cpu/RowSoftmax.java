package io.github.logitops.cpu;

/**
 * What is known of the softmax of a row of unit * v, where unit is a logit scale or one over a temperature: its maximum, its sum of
 * exponentials from there, and what comes of them. The maximum is subtracted before anything is multiplied, so that nothing depends on
 * where the row lies. A row whose log-sum-exp is not finite is NaN throughout.
 *
 * @param max -inf if there is nothing else
 * @param sum of exp(unit * (v - shift))
 * @param unit what one of v counts
 */
record RowSoftmax(double max, double sum, double unit) {
    RowSoftmax {
        max = Double.isNaN(sum) ? Double.NaN : max; // of a row with a NaN it may be anything
    }

    /** What is subtracted from v: the maximum, or 0 where that is infinite. */
    static double shift(double max) {
        return Double.isInfinite(max) ? 0 : max;
    }

    /** Writes what is saved of a row that is not read. */
    static void saveNothing(VectorView statistics, long row, long rows) {
        statistics.set(row, 0);
        statistics.set(rows + row, 0);
    }

    /** As {@link #save} left it of row {@code row}. */
    static RowSoftmax saved(VectorView statistics, long row, long rows, double unit) {
        return new RowSoftmax(statistics.get(row), statistics.get(rows + row), unit);
    }

    /** Of a row in parts, each with its own maximum and sum. */
    static RowSoftmax ofParts(double[] maxima, double[] sums, double unit) {
        double max = Double.NEGATIVE_INFINITY;
        for (double ofPart : maxima) {
            max = Math.max(max, ofPart);
        }
        RowSoftmax known = new RowSoftmax(max, 0, unit);
        double[] scaled = new double[sums.length];
        for (int i = 0; i < sums.length; i++) {
            scaled[i] = sums[i] * known.weightOfPart(maxima[i]);
        }
        return new RowSoftmax(max, RowSum.of(scaled, scaled.length), unit);
    }

    /** What exponentials from the maximum of a part count. */
    double weightOfPart(double maxOfPart) {
        return maxOfPart == Double.NEGATIVE_INFINITY ? 0 : Math.exp((shift(maxOfPart) - shift()) * unit);
    }

    /** Writes the maximum, which is a number of the dtype, and the sum from there. */
    void save(VectorView statistics, long row, long rows) {
        statistics.set(row, max);
        statistics.set(rows + row, sum);
    }

    /** What is subtracted from v here. */
    double shift() {
        return shift(max);
    }

    /** Whether the log-sum-exp is finite. */
    boolean isRegular() {
        return sum > 0 && Double.isFinite(sum);
    }

    /** Whether there is nothing but -inf. */
    boolean isEmpty() {
        return sum == 0;
    }

    /** What an exponential from the maximum is divided by to give a probability; NaN if the log-sum-exp is not finite. */
    double divisor() {
        return isRegular() ? sum : Double.NaN;
    }

    /** One over the divisor. */
    double inverse() {
        return 1 / divisor();
    }

    /** log sum exp(unit * (v - shift)). */
    double logSum() {
        return Math.log(sum);
    }

    /** The logarithm of the divisor. */
    double logDivisor() {
        return Math.log(divisor());
    }

    /** log sum exp(unit * v): -inf if all v are -inf, +inf if one is +inf, NaN if one is NaN. */
    double lse() {
        return unit * shift() + logSum();
    }

    double logP(double v) {
        return (v - shift()) * unit - logDivisor();
    }
}

package io.github.logitops.cpu;

/**
 * What is known of the softmax of a row of unit * v, where unit is a logit scale or one over a temperature: its maximum, its
 * sum of exponentials from there, and what comes of them. The maximum is subtracted before anything is multiplied, so that nothing depends on where
 * the row lies. A row whose log-sum-exp is not finite is NaN throughout.
 */
final class RowSoftmax {
    private final double max; // -inf if there is nothing else; passes over NaN, which the sum then shows
    private final double sum;
    private final double unit;
    private final double shift;
    private final double logSum;
    private final double divisor; // the sum; NaN if the log-sum-exp is not finite
    private final double logDivisor;

    RowSoftmax(double max, double sum, double unit) {
        this.max = max;
        this.sum = sum;
        this.unit = unit;
        this.shift = shift(max);
        this.logSum = Math.log(sum);
        this.divisor = isRegular() ? sum : Double.NaN;
        this.logDivisor = isRegular() ? logSum : Double.NaN;
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
    static RowSoftmax ofParts(double[] maxima, double[] sums, double unit, int parts) {
        double max = RowMath.max(maxima, parts);
        double shift = shift(max);
        double[] scaled = new double[parts];
        for (int i = 0; i < parts; i++) {
            scaled[i] = TargetRows.weighted(sums[i], Math.exp((shift(maxima[i]) - shift) * unit));
        }
        return new RowSoftmax(max, RowSum.of(scaled, parts), unit);
    }

    /** Writes the maximum, which is a number of the dtype, and the sum from there. */
    void save(VectorView statistics, long row, long rows) {
        statistics.set(row, max);
        statistics.set(rows + row, sum);
    }

    /** What is subtracted from v here. */
    double shift() {
        return shift;
    }

    /** Whether the log-sum-exp is finite. */
    boolean isRegular() {
        return sum > 0 && Double.isFinite(sum);
    }

    /** Whether there is nothing but -inf. */
    boolean isEmpty() {
        return sum == 0;
    }

    /** What one of v counts. */
    double unit() {
        return unit;
    }

    /** What an exponential from the maximum is divided by to give a probability. */
    double divisor() {
        return divisor;
    }

    /** log sum exp(unit * (v - shift)). */
    double logSum() {
        return logSum;
    }

    /** log sum exp(unit * v): -inf if all v are -inf, +inf if one is +inf, NaN if one is NaN. */
    double lse() {
        return unit * shift + logSum;
    }

    double p(double v) {
        return Math.exp((v - shift) * unit) / divisor;
    }

    double logP(double v) {
        return (v - shift) * unit - logDivisor;
    }

    /** log(p(v) / other.p(u)), both of one unit; what both have in common is not rounded into it. */
    double logRatio(double v, RowSoftmax other, double u) {
        double apart = (v - shift) - (u - other.shift);
        return apart * unit - (logDivisor - other.logDivisor);
    }
}

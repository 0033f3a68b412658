package io.github.logitops.reference;

/** A sum that carries its rounding errors along (Neumaier), so that its length does not show in the result. */
final class CompensatedSum {
    private double sum;
    private double lost;

    void add(double value) {
        double next = sum + value;
        if (Math.abs(sum) >= Math.abs(value)) {
            lost += (sum - next) + value;
        } else {
            lost += (value - next) + sum;
        }
        sum = next;
    }

    double value() {
        return Double.isFinite(sum) ? sum + lost : sum;
    }

    static double of(double[] values) {
        CompensatedSum sum = new CompensatedSum();
        for (double value : values) {
            sum.add(value);
        }
        return sum.value();
    }
}

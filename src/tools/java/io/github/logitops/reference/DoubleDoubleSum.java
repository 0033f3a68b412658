package io.github.logitops.reference;

/** A sum under way: what many {@link DoubleDouble#plus} would give, without an object for each. */
final class DoubleDoubleSum {
    private double high;
    private double low;

    void add(double value) {
        add(value, 0);
    }

    void add(DoubleDouble value) {
        add(value.high(), value.low());
    }

    private void add(double value, double valueLow) {
        double sum = high + value;
        double ofValue = sum - high;
        double left = ((high - (sum - ofValue)) + (value - ofValue)) + (low + valueLow);
        high = sum + left;
        low = left - (high - sum);
        if (!Double.isFinite(sum)) {
            high = sum;
            low = 0;
        }
    }

    DoubleDouble value() {
        return new DoubleDouble(high, low);
    }

    static DoubleDouble of(double[] values) {
        DoubleDoubleSum sum = new DoubleDoubleSum();
        for (double value : values) {
            sum.add(value);
        }
        return sum.value();
    }
}

package io.github.logitops.reference;

/**
 * A number as the unevaluated sum of two doubles, {@code high} the double nearest to it: some 106 bits. Sums, products and
 * quotients are good to 2^-100, functions to 2^-70 or so. Infinities and NaN are in {@code high}, beside a {@code low} of 0.
 *
 * @param high the nearest double
 * @param low what that leaves
 */
record DoubleDouble(double high, double low) {
    static final DoubleDouble ZERO = new DoubleDouble(0, 0);
    static final DoubleDouble ONE = new DoubleDouble(1, 0);
    static final DoubleDouble NAN = new DoubleDouble(Double.NaN, 0);

    private static final DoubleDouble LN2 = new DoubleDouble(0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56);
    private static final int STEPS = 64; // powers of 2 that are in a table, in each octave
    private static final DoubleDouble STEP = LN2.dividedBy(STEPS);
    private static final DoubleDouble[] POWERS = powers();
    private static final double SMALL = 0x1p-7; // where series of few terms do
    private static final double TINY = 0x1p-20;

    static DoubleDouble of(double value) {
        return new DoubleDouble(value, 0);
    }

    /** a + b, exactly (Knuth's two-sum). */
    static DoubleDouble sum(double a, double b) {
        double high = a + b;
        if (!Double.isFinite(high)) {
            return of(high);
        }
        double ofB = high - a;
        return new DoubleDouble(high, (a - (high - ofB)) + (b - ofB));
    }

    /** a - b, exactly. */
    static DoubleDouble difference(double a, double b) {
        return sum(a, -b);
    }

    /** a b, exactly but for underflow. */
    static DoubleDouble product(double a, double b) {
        double high = a * b;
        return Double.isFinite(high) ? new DoubleDouble(high, Math.fma(a, b, -high)) : of(high);
    }

    /** The sum of two of which the second is the smaller. */
    private static DoubleDouble normal(double high, double low) {
        double sum = high + low;
        return Double.isFinite(sum) ? new DoubleDouble(sum, low - (sum - high)) : of(sum);
    }

    /** The nearest double. */
    double value() {
        return high;
    }

    DoubleDouble negated() {
        return new DoubleDouble(-high, -low);
    }

    DoubleDouble plus(DoubleDouble other) {
        DoubleDouble ofHigh = sum(high, other.high);
        DoubleDouble ofLow = sum(low, other.low);
        DoubleDouble first = normal(ofHigh.high, ofHigh.low + ofLow.high);
        return normal(first.high, first.low + ofLow.low);
    }

    DoubleDouble plus(double other) {
        DoubleDouble ofHigh = sum(high, other);
        return normal(ofHigh.high, ofHigh.low + low);
    }

    DoubleDouble minus(DoubleDouble other) {
        return plus(other.negated());
    }

    DoubleDouble times(DoubleDouble other) {
        DoubleDouble ofHigh = product(high, other.high);
        return Double.isFinite(ofHigh.high)
                ? normal(ofHigh.high, Math.fma(high, other.low, Math.fma(low, other.high, ofHigh.low)))
                : ofHigh;
    }

    DoubleDouble times(double other) {
        DoubleDouble ofHigh = product(high, other);
        return Double.isFinite(ofHigh.high) ? normal(ofHigh.high, Math.fma(low, other, ofHigh.low)) : ofHigh;
    }

    DoubleDouble dividedBy(DoubleDouble other) {
        double first = high / other.high;
        if (!Double.isFinite(first) || Double.isInfinite(other.high)) {
            return of(first);
        }
        DoubleDouble rest = minus(other.times(first));
        double second = rest.high / other.high;
        DoubleDouble left = rest.minus(other.times(second));
        return normal(first, second).plus(left.high / other.high);
    }

    DoubleDouble dividedBy(double other) {
        return dividedBy(of(other));
    }

    /**
     * e to the power of it: 2^(n / 64) from a table times e^r with abs r below 0.006, whose series is in doubles from its
     * third power on.
     */
    DoubleDouble exp() {
        if (!(high > -746)) {
            return Double.isNaN(high) ? NAN : ZERO;
        }
        if (high > 710) {
            return of(Double.POSITIVE_INFINITY);
        }
        double n = Math.rint(high / STEP.high);
        DoubleDouble r = n == 0 ? this : minus(STEP.times(n));
        double x = r.high;
        double x2 = x * x;
        double last = 1 / 720.0 + x * (1 / 5040.0 + x * (1 / 40320.0));
        double rest = x * x2 * (1 / 6.0 + x * (1 / 24.0 + x * (1 / 120.0 + x * last)));
        double square = Math.fma(x, x, -x2);
        double whole = 1 + x;
        double left = x - (whole - 1);
        double next = whole + x2 / 2;
        left += x2 / 2 - (next - whole);
        DoubleDouble power = normal(next, left + (rest + square / 2 + r.low * next));
        int steps = (int) n;
        return n == 0 ? power : POWERS[steps & STEPS - 1].times(power).scaled(steps >> 6);
    }

    /** Times 2^n. Of a subnormal number no digits are left below its double. */
    private DoubleDouble scaled(int n) {
        if (n > -960 && n < Double.MAX_EXPONENT) {
            double factor = Double.longBitsToDouble((long) (n + Double.MAX_EXPONENT) << 52); // 2^n
            return new DoubleDouble(high * factor, low * factor);
        }
        double scaled = Math.scalb(high, n);
        boolean normal = scaled >= Double.MIN_NORMAL && Double.isFinite(scaled);
        return new DoubleDouble(scaled, normal ? Math.scalb(low, n) : 0);
    }

    /** One step of Newton's from the double that is nearest. */
    DoubleDouble log() {
        double nearest = Math.log(high);
        if (!Double.isFinite(nearest) || Double.isInfinite(high)) {
            return of(nearest);
        }
        return times(of(-nearest).exp()).plus(-1).plus(nearest);
    }

    /** log(1 + it). */
    DoubleDouble logOnePlus() {
        if (!(Math.abs(high) < SMALL)) {
            return plus(1).log();
        }
        double series = 0;
        for (int k = 12; k >= 3; k--) {
            series = 1.0 / k - high * series;
        }
        return plus(times(this).times(-0.5)).plus(high * high * high * series);
    }

    /** e^x - 1. */
    DoubleDouble expMinusOne() {
        return Math.abs(high) < SMALL ? plus(tail()) : exp().plus(-1);
    }

    /** e^x - 1 - x. */
    DoubleDouble tail() {
        if (!(Math.abs(high) < SMALL)) {
            return exp().plus(-1).minus(this);
        }
        double series = 0;
        for (int k = 11; k >= 3; k--) {
            series = (1 + series) * high / k;
        }
        DoubleDouble half = times(this).times(0.5);
        return half.plus(half.times(series));
    }

    DoubleDouble tanh() {
        double size = Math.abs(high);
        if (size < TINY) {
            return plus(high * high * high / -3);
        }
        DoubleDouble up = size == high ? this : negated();
        DoubleDouble less = up.times(-2).expMinusOne(); // e^(-2 abs x) - 1
        DoubleDouble tanh = less.dividedBy(less.plus(2));
        return size == high ? tanh.negated() : tanh;
    }

    /** 1 - tanh^2, which does not cancel as 4 e^(-2 abs x) / (1 + e^(-2 abs x))^2. */
    DoubleDouble tanhSlope() {
        DoubleDouble power = times(high < 0 ? 2 : -2).exp();
        DoubleDouble onePlus = power.plus(1);
        return power.times(4).dividedBy(onePlus.times(onePlus));
    }

    /** 2^(n / STEPS) from 0 to STEPS - 1, by the series of e. */
    private static DoubleDouble[] powers() {
        DoubleDouble[] powers = new DoubleDouble[STEPS];
        for (int n = 0; n < STEPS; n++) {
            DoubleDouble x = STEP.times(n);
            DoubleDouble sum = ONE;
            DoubleDouble term = ONE;
            for (int k = 1; k < 40; k++) {
                term = term.times(x).dividedBy(k);
                sum = sum.plus(term);
            }
            powers[n] = sum;
        }
        return powers;
    }
}

package io.github.logitops.reference;

import java.math.BigDecimal;
import java.math.MathContext;

/** Functions to 90 digits, by their series: nothing in them is shared with what they judge. */
final class Decimal {
    static final MathContext DIGITS = new MathContext(100);

    /** What is far below anything that a double holds is 0. */
    private static final int NOTHING = -4000;

    private static final BigDecimal LN10 = lnOfSmall(new BigDecimal("1.25"))
            .add(lnOfSmall(BigDecimal.valueOf(2)).multiply(BigDecimal.valueOf(3)));

    private Decimal() {}

    static BigDecimal of(double value) {
        return new BigDecimal(value);
    }

    static BigDecimal of(DoubleDouble value) {
        return of(value.high()).add(of(value.low()));
    }

    static BigDecimal over(BigDecimal a, BigDecimal b) {
        return a.divide(b, DIGITS);
    }

    static BigDecimal times(BigDecimal a, BigDecimal b) {
        return a.multiply(b, DIGITS);
    }

    /** e^x: halved until it is small, and squared back. */
    static BigDecimal exp(BigDecimal x) {
        if (x.compareTo(BigDecimal.valueOf(NOTHING)) < 0) {
            return BigDecimal.ZERO;
        }
        int halvings = 0;
        BigDecimal small = x;
        while (small.abs().compareTo(new BigDecimal("0.01")) > 0) {
            small = small.divide(BigDecimal.valueOf(2), DIGITS);
            halvings++;
        }
        BigDecimal sum = BigDecimal.ONE;
        BigDecimal term = BigDecimal.ONE;
        for (int k = 1; k < 45; k++) {
            term = over(times(term, small), BigDecimal.valueOf(k));
            sum = sum.add(term, DIGITS);
        }
        for (int i = 0; i < halvings; i++) {
            sum = times(sum, sum);
        }
        return sum;
    }

    /** e^x - 1 - x. */
    static BigDecimal tail(BigDecimal x) {
        if (x.abs().compareTo(BigDecimal.ONE) > 0) {
            return exp(x).subtract(BigDecimal.ONE).subtract(x);
        }
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal term = x;
        for (int k = 2; k < 80; k++) {
            term = over(times(term, x), BigDecimal.valueOf(k));
            sum = sum.add(term, DIGITS);
        }
        return sum;
    }

    /** log x = log m + n log 10 with m in [0.4, 4]. */
    static BigDecimal log(BigDecimal x) {
        int n = x.precision() - x.scale() - 1;
        BigDecimal mantissa = x.scaleByPowerOfTen(-n);
        if (mantissa.compareTo(BigDecimal.valueOf(4)) > 0) {
            mantissa = mantissa.scaleByPowerOfTen(-1);
            n++;
        }
        return lnOfSmall(mantissa).add(LN10.multiply(BigDecimal.valueOf(n)), DIGITS);
    }

    /** 2 artanh((x - 1) / (x + 1)). */
    private static BigDecimal lnOfSmall(BigDecimal x) {
        BigDecimal ratio = over(x.subtract(BigDecimal.ONE), x.add(BigDecimal.ONE));
        BigDecimal square = times(ratio, ratio);
        BigDecimal power = ratio;
        BigDecimal sum = BigDecimal.ZERO;
        for (int k = 1; k < 600; k += 2) {
            sum = sum.add(over(power, BigDecimal.valueOf(k)), DIGITS);
            power = times(power, square);
        }
        return sum.multiply(BigDecimal.valueOf(2));
    }

    /** tanh x = (e^2x - 1) / (e^2x + 1). */
    static BigDecimal tanh(BigDecimal x) {
        BigDecimal twice = x.multiply(BigDecimal.valueOf(2));
        if (twice.abs().compareTo(BigDecimal.valueOf(1000)) > 0) {
            return BigDecimal.valueOf(x.signum());
        }
        BigDecimal less = tail(twice).add(twice);
        return over(less, less.add(BigDecimal.valueOf(2)));
    }
}

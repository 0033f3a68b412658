package io.github.logitops.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operation and function against a hundred decimal digits. */
class DoubleDoubleTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double[] SIZES = {1e-300, 1e-100, 1e-20, 1e-9, 1e-6, 1e-3, 0.007, 0.01, 0.1, 0.5, 1, 3, 30, 300
    };

    private final Random random = new Random(200);

    @Test
    void arithmetic() {
        for (int i = 0; i < 2000; i++) {
            DoubleDouble a = number(Math.scalb(1.0, random.nextInt(200) - 100));
            DoubleDouble b = number(Math.scalb(1.0, random.nextInt(200) - 100));
            BigDecimal x = Decimal.of(a);
            BigDecimal y = Decimal.of(b);
            double size = Math.abs(a.high()) + Math.abs(b.high());
            assertEquals(0, off(a.plus(b), x.add(y)) / size, 0x1p-104);
            assertEquals(0, off(a.minus(b), x.subtract(y)) / size, 0x1p-104);
            assertEquals(0, off(a.plus(b.high()), x.add(Decimal.of(b.high()))) / size, 0x1p-104);
            assertEquals(0, relative(a.times(b), x.multiply(y)), 0x1p-102);
            assertEquals(0, relative(a.times(b.high()), x.multiply(Decimal.of(b.high()))), 0x1p-102);
            assertEquals(0, relative(a.dividedBy(b), Decimal.over(x, y)), 0x1p-100);
        }
    }

    @Test
    void sumsAndProductsOfDoublesAreExact() {
        for (int i = 0; i < 2000; i++) {
            double a = random.nextGaussian() * Math.scalb(1.0, random.nextInt(100));
            double b = random.nextGaussian();
            assertEquals(
                    0,
                    Decimal.of(DoubleDouble.sum(a, b)).compareTo(Decimal.of(a).add(Decimal.of(b))));
            assertEquals(
                    0,
                    Decimal.of(DoubleDouble.difference(b, a))
                            .compareTo(Decimal.of(b).subtract(Decimal.of(a))));
            assertEquals(
                    0,
                    Decimal.of(DoubleDouble.product(a, b))
                            .compareTo(Decimal.of(a).multiply(Decimal.of(b))));
        }
    }

    @Test
    void exponential() {
        check(DoubleDouble::exp, Decimal::exp, 0x1p-70);
        check(DoubleDouble::expMinusOne, x -> Decimal.tail(x).add(x), 0x1p-66);
        check(DoubleDouble::tail, Decimal::tail, 0x1p-57);
    }

    @Test
    void hyperbolicTangent() {
        check(DoubleDouble::tanh, Decimal::tanh, 0x1p-66);
        check(
                DoubleDouble::tanhSlope,
                x -> {
                    BigDecimal power = Decimal.exp(x.abs().multiply(BigDecimal.valueOf(-2)));
                    BigDecimal onePlus = power.add(BigDecimal.ONE);
                    return Decimal.over(power.multiply(BigDecimal.valueOf(4)), onePlus.multiply(onePlus));
                },
                0x1p-66);
    }

    private void check(UnaryOperator<DoubleDouble> ours, UnaryOperator<BigDecimal> exact, double bound) {
        for (double size : SIZES) {
            for (int i = 0; i < 40; i++) {
                DoubleDouble x = number(size);
                DoubleDouble y = ours.apply(x);
                double result = Math.abs(y.high());
                double underflow = result < 1e-280 ? 0x1p-50 + 2 * Double.MIN_VALUE / result : 0;
                assertEquals(0, relative(y, exact.apply(Decimal.of(x))), bound + underflow, x::toString);
            }
        }
    }

    @Test
    void logarithm() {
        for (int i = 0; i < 2000; i++) {
            DoubleDouble x = number(Math.scalb(1.0, random.nextInt(1400) - 700));
            DoubleDouble positive = x.high() < 0 ? x.negated() : x;
            assertEquals(0, relative(positive.log(), Decimal.log(Decimal.of(positive))), 0x1p-66, x::toString);
        }
        for (double near : new double[] {1e-15, -1e-15, 1e-10, 1e-4, -0.1, 0.3}) {
            DoubleDouble x = DoubleDouble.ONE.plus(number(near));
            double bound = 0x1p-66 + 0x1p-104 / Math.abs(near); // x has no more digits
            assertEquals(0, relative(x.log(), Decimal.log(Decimal.of(x))), bound, x::toString);
        }
        for (double size : new double[] {1e-3, 0.007, 0.01, 0.1, 0.5, 1, 3, 30, 300}) {
            DoubleDouble x = number(size);
            DoubleDouble above = x.high() < 0 ? x.negated() : x;
            BigDecimal exact = Decimal.log(Decimal.of(above).add(BigDecimal.ONE));
            assertEquals(0, relative(above.logOnePlus(), exact), 0x1p-66, x::toString);
        }
        DoubleDouble tiny = DoubleDouble.of(1e-30);
        assertEquals(1e-30, tiny.logOnePlus().value());
        assertEquals(
                -0.5e-60, tiny.logOnePlus().low() + (1e-30 - tiny.logOnePlus().high()), 1e-65);
    }

    @Test
    void theEndsOfTheExponential() {
        assertEquals(0, DoubleDouble.of(-INF).exp().value());
        assertEquals(0, DoubleDouble.of(-1e308).exp().value());
        assertEquals(0, DoubleDouble.of(-746.5).exp().value());
        assertEquals(Math.exp(-740), DoubleDouble.of(-740).exp().value(), Double.MIN_VALUE);
        assertEquals(Math.exp(-700), DoubleDouble.of(-700).exp().value(), 1e-15 * Math.exp(-700));
        assertEquals(Math.exp(709.5), DoubleDouble.of(709.5).exp().value(), 1e-15 * Math.exp(709.5));
        assertEquals(INF, DoubleDouble.of(709.9).exp().value());
        assertEquals(INF, DoubleDouble.of(INF).exp().value());
        assertTrue(Double.isNaN(DoubleDouble.NAN.exp().value()));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN})
    void whatIsNotFiniteStaysSo(double value) {
        DoubleDouble x = DoubleDouble.of(value);
        DoubleDouble one = DoubleDouble.ONE;
        for (DoubleDouble same : new DoubleDouble[] {
            x.plus(one), one.plus(x), x.plus(1), x.minus(one), x.times(one), one.times(x), x.times(2), x.dividedBy(one)
        }) {
            assertEquals(DoubleDouble.of(value), same);
        }
        assertEquals(Double.isNaN(value) ? Double.NaN : 0, one.dividedBy(x).value(), 0);
        assertEquals(Math.tanh(value), x.tanh().value());
        assertTrue(Double.isNaN(x.minus(x).value()));
        assertTrue(Double.isNaN(x.times(0).value()));
    }

    /** Of about this size, with all of its digits. */
    private DoubleDouble number(double size) {
        double high = (0.5 + random.nextDouble()) * size * (random.nextBoolean() ? 1 : -1);
        return DoubleDouble.sum(high, (random.nextDouble() - 0.5) * Math.ulp(high));
    }

    private static double off(DoubleDouble actual, BigDecimal exact) {
        return Decimal.of(actual).subtract(exact).doubleValue();
    }

    private static double relative(DoubleDouble actual, BigDecimal exact) {
        if (exact.doubleValue() == 0 || Double.isInfinite(exact.doubleValue())) {
            return actual.value() == exact.doubleValue() ? 0 : INF;
        }
        return Decimal.over(Decimal.of(actual).subtract(exact), exact).doubleValue();
    }
}

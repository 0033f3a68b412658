package io.github.logitops.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.support.Data;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The oracle against what must hold of any softmax, and against 40-digit arithmetic. */
class SoftmaxReferenceTest {
    private static final MathContext DIGITS = new MathContext(40);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 33, 1000, 50257, 262144})
    void rowsSumToOne(int classes) {
        double[] y = SoftmaxReference.softmax(new Data(50).logits(1, classes)[0]);
        assertEquals(1, DoubleDoubleSum.of(y).value(), 1e-14);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 33, 262144})
    void constantRowsAreUniform(int classes) {
        double[] x = new double[classes];
        Arrays.fill(x, 12.25);
        assertEquals(1.0 / classes, SoftmaxReference.softmax(x)[classes - 1], 1e-16 / classes);
        assertEquals(12.25 + Math.log(classes), SoftmaxReference.logSumExp(x), 4e-15);
    }

    @Test
    void aShiftChangesNothing() {
        double[] x = new Data(51).values(1, 100)[0];
        double[] shifted = Arrays.stream(x)
                .map(value -> Math.rint(value * 1024) / 1024 + 4096)
                .toArray();
        double[] back = Arrays.stream(shifted).map(value -> value - 4096).toArray(); // exact
        assertArrayEquals(SoftmaxReference.softmax(back), SoftmaxReference.softmax(shifted));
        assertArrayEquals(SoftmaxReference.logSoftmax(back), SoftmaxReference.logSoftmax(shifted));
    }

    @Test
    void permutedClassesGivePermutedResults() {
        double[] x = new Data(52).logits(1, 1000)[0];
        double[] reversed = new double[x.length];
        for (int j = 0; j < x.length; j++) {
            reversed[j] = x[x.length - 1 - j];
        }
        double[] y = SoftmaxReference.softmax(x);
        double[] yReversed = SoftmaxReference.softmax(reversed);
        for (int j = 0; j < x.length; j++) {
            assertEquals(y[j], yReversed[x.length - 1 - j], 1e-15 * y[j]);
        }
    }

    @Test
    void infinitiesAndNan() {
        double inf = Double.POSITIVE_INFINITY;
        assertArrayEquals(new double[] {0, 1}, SoftmaxReference.softmax(new double[] {-inf, 7}));
        assertArrayEquals(new double[] {-inf, 0}, SoftmaxReference.logSoftmax(new double[] {-inf, 7}));
        for (double[] bad : new double[][] {{-inf, -inf}, {1, inf}, {1, Double.NaN}, {Double.NaN, -inf}}) {
            for (double[] y : new double[][] {SoftmaxReference.softmax(bad), SoftmaxReference.logSoftmax(bad)}) {
                assertTrue(Arrays.stream(y).allMatch(Double::isNaN), Arrays.toString(bad));
            }
        }
        assertEquals(-inf, SoftmaxReference.logSumExp(new double[] {-inf, -inf}));
        assertEquals(inf, SoftmaxReference.logSumExp(new double[] {1, inf}));
        assertTrue(Double.isNaN(SoftmaxReference.logSumExp(new double[] {inf, Double.NaN})));
    }

    @Test
    void agreesWithFortyDigits() {
        for (double[] x :
                new double[][] {new Data(53).values(1, 60)[0], {-80, 80, 79.5, 0}, {1e-9, 0, -1e-9}, {700, -700, 699}
                }) {
            BigDecimal sum = BigDecimal.ZERO;
            for (double value : x) {
                sum = sum.add(exp(value));
            }
            double[] y = SoftmaxReference.softmax(x);
            double[] logY = SoftmaxReference.logSoftmax(x);
            double largest = Arrays.stream(y).max().orElseThrow();
            for (int j = 0; j < x.length; j++) {
                double exact = exp(x[j]).divide(sum, DIGITS).doubleValue();
                assertEquals(exact, y[j], 1e-15 * largest);
                // exp of the log-probability brings its absolute error to light, relative to the probability.
                double scale = Math.max(1, Math.abs(x[j]) + Math.abs(SoftmaxReference.logSumExp(x)));
                assertEquals(
                        1,
                        exp(logY[j])
                                .divide(exp(x[j]).divide(sum, DIGITS), DIGITS)
                                .doubleValue(),
                        4e-16 * scale);
            }
        }
    }

    /** exp by its series, after halving the argument until it is small. */
    private static BigDecimal exp(double value) {
        int halvings = Math.max(0, Math.getExponent(value) + 4);
        BigDecimal x =
                new BigDecimal(value).divide(BigDecimal.ONE.add(BigDecimal.ONE).pow(halvings), new MathContext(60));
        BigDecimal term = BigDecimal.ONE;
        BigDecimal sum = BigDecimal.ONE;
        for (int k = 1; k < 40; k++) {
            term = term.multiply(x, new MathContext(60)).divide(BigDecimal.valueOf(k), new MathContext(60));
            sum = sum.add(term);
        }
        for (int i = 0; i < halvings; i++) {
            sum = sum.multiply(sum, new MathContext(60));
        }
        return sum;
    }
}

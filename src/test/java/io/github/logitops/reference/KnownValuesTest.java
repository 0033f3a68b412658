package io.github.logitops.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.RowOutput;
import io.github.logitops.spec.TemperatureFactor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Rows that are easy on paper, and that arithmetic which rounds first gets wrong. */
class KnownValuesTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    @Test
    void aLogitScaleFarFromZero() {
        CrossEntropyOptions options =
                CrossEntropyOptions.defaults().withLogitScale(0.1).withOutputs(RowOutput.ENTROPY);
        CrossEntropyReference.Row row = crossEntropy(new double[] {1e6, 1e6 + 1}, options);
        assertEquals(0.052497918747894001, row.gradient()[1]);
        assertEquals(0.6918987413256769, row.entropy());
    }

    @Test
    void aTemperatureFarFromZero() {
        double[][] student = {{1e6, 1e6 + 1, 1e6 + 3}};
        double[][] teacher = {{1e6 + 2, 1e6, 1e6 + 1}};
        DistillationOptions options = DistillationOptions.defaults().withTemperature(3, TemperatureFactor.ONE);
        double loss = DistillationReference.of(student, teacher, null, options, new double[] {1})
                .loss();
        assertEquals(0.17131629653277667, loss);
    }

    @Test
    void equalLogitsFarFromZero() {
        CrossEntropyOptions smoothed = CrossEntropyOptions.defaults().withLabelSmoothing(0.1);
        assertEquals(Math.log(4), crossEntropy(low(4), smoothed).loss());
        assertEquals(6.907755278982137, crossEntropy(low(1000), smoothed).loss());
        assertArrayEquals(
                new double[] {-0.25, 0.75, -0.25, -0.25}, LogProbReference.selectedLogProbBackward(low(4), 1, 1));
        assertArrayEquals(new double[4], LogProbReference.entropyBackward(low(4), 1), 0);
        assertArrayEquals(new double[] {0.25, 0.25, 0.25, 0.25}, LogProbReference.logSumExpBackward(low(4), 1));
    }

    @Test
    void anAdditiveMaskIsClampedToWhatTheArithmeticHolds() {
        double half = 0.75 * Float.MAX_VALUE;
        double[] x = {half, -half, 1, -INF, Double.NaN, INF, 2, half};
        double[] mask = {half, -half, -1e30, 5, -INF, -INF, -INF, -half};
        assertArrayEquals(
                new double[] {Float.MAX_VALUE, -Float.MAX_VALUE, 1 - 1e30, -INF, -INF, -INF, -INF, 0},
                SoftmaxReference.plusMask(DType.BF16, x, mask));
        assertEquals(-2 * half, SoftmaxReference.plusMask(DType.F64, x, mask)[1]);
        double[] huge = {-Double.MAX_VALUE, INF, Double.NaN};
        assertArrayEquals(
                new double[] {-Double.MAX_VALUE, INF, Double.NaN},
                SoftmaxReference.plusMask(DType.F64, huge, new double[] {-1e300, -1, 0}));
    }

    private static double[] low(int classes) {
        double[] x = new double[classes];
        Arrays.fill(x, -1e9);
        return x;
    }

    private static CrossEntropyReference.Row crossEntropy(double[] x, CrossEntropyOptions options) {
        return CrossEntropyReference.of(new double[][] {x}, Targets.of(0), null, options, new double[] {1})
                .rows()[0];
    }
}

package io.github.logitops.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LaneSumTest {
    private static final int ROWS = 5;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 9, 57, 127, 128, 129, 130, 255, 256, 257, 400, 511, 512})
    void aRowHasTheSameBitsAlongAndAcross(int columns) {
        for (boolean compensated : new boolean[] {false, true}) {
            double[][] x = random(columns);
            Tiling tiling = new Tiling(columns, true, ROWS, Tiling.Sizes.DEFAULT);
            LaneSum across = sum(tiling, compensated);
            LaneSum along = sum(Tiling.along(columns, Tiling.Sizes.DEFAULT), compensated);
            for (int repeated = 0; repeated < 2; repeated++) {
                across.clear();
                for (int j = 0; j < columns; j++) {
                    across.add(column(x, j), ROWS);
                }
                double[] sums = new double[ROWS];
                across.write(sums, 0);
                double[] alone = new double[ROWS];
                for (int row = 0; row < ROWS; row++) {
                    along.clear();
                    along.add(x[row], columns);
                    along.write(alone, row);
                }
                assertArrayEquals(alone, sums, "compensated=" + compensated);
            }
        }
    }

    /** Equal terms are the worst: each addition rounds the same way. */
    @ParameterizedTest
    @ValueSource(ints = {1, 100, 511, 512, 513, 5000, 16384})
    void sumsThatAddUpWhatIsRoundedOffAreWithinOneUnit(int columns) {
        double[] x = new double[columns];
        java.util.Arrays.fill(x, 0.1);
        BigDecimal exact = new BigDecimal(0.1).multiply(BigDecimal.valueOf(columns));
        LaneSum sum = sum(Tiling.along(columns, Tiling.Sizes.DEFAULT), true);
        sum.clear();
        for (int from = 0; from < columns; from += 512) {
            int count = Math.min(512, columns - from);
            sum.add(java.util.Arrays.copyOfRange(x, from, from + 512), count);
        }
        double[] result = new double[1];
        sum.write(result, 0);
        BigDecimal error = new BigDecimal(result[0]).subtract(exact).abs();
        assertTrue(error.doubleValue() <= Math.ulp(exact.doubleValue()), "error=" + error);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN})
    void whatIsNotFiniteRemains(double value) {
        double[] x = random(300)[0];
        x[200] = value;
        LaneSum sum = sum(Tiling.along(300, Tiling.Sizes.DEFAULT), true);
        sum.clear();
        sum.add(x, 300);
        double[] result = new double[1];
        sum.write(result, 0);
        assertEquals(value, result[0]);
    }

    private static LaneSum sum(Tiling tiling, boolean compensated) {
        LaneSum sum = new LaneSum();
        sum.reserve(Tiling.along(512, Tiling.Sizes.DEFAULT), !compensated); // it has been used before
        sum.reserve(tiling, compensated);
        return sum;
    }

    private static double[][] random(int columns) {
        Random random = new Random(columns);
        double[][] x = new double[ROWS][512];
        for (double[] row : x) {
            for (int j = 0; j < columns; j++) {
                row[j] = random.nextGaussian();
            }
        }
        return x;
    }

    private static double[] column(double[][] x, int column) {
        double[] values = new double[512];
        for (int row = 0; row < ROWS; row++) {
            values[row] = x[row][column];
        }
        return values;
    }
}

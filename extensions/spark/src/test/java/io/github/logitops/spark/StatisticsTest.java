package io.github.logitops.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    private static final double[][] ROWS = {{1, 0, 5, 1e9}, {2, 0, 5, 1e9 + 1}, {4, 3, 5, 1e9 + 5}, {-1, 0, 5, 1e9 - 2}
    };
    private static final double[] WEIGHTS = {1, 2, 0.5, 3};

    private static Statistics of(int from, int to, boolean sparse) {
        List<Example> examples = IntStream.range(from, to)
                .mapToObj(i -> {
                    Vector x = Vectors.dense(ROWS[i]);
                    return new Example(sparse ? x.toSparse() : x, i % 3, null, WEIGHTS[i]);
                })
                .toList();
        return Statistics.of(examples.iterator(), 4);
    }

    /** In two passes, as the textbook has it; about the third row, so that squares are of small numbers. */
    private static void requireRight(Statistics statistics) {
        double[] means = new double[4];
        double[] deviations = new double[4];
        double weight = 6.5;
        double freedom = weight - (1 + 4 + 0.25 + 9) / weight;
        for (int j = 0; j < 4; j++) {
            double mean = 0;
            for (int i = 0; i < 4; i++) {
                mean += WEIGHTS[i] * (ROWS[i][j] - ROWS[2][j]) / weight;
            }
            double squares = 0;
            for (int i = 0; i < 4; i++) {
                squares += WEIGHTS[i] * Math.pow(ROWS[i][j] - ROWS[2][j] - mean, 2);
            }
            means[j] = ROWS[2][j] + mean;
            deviations[j] = Math.sqrt(squares / freedom);
        }
        assertEquals(4, statistics.rows());
        assertEquals(weight, statistics.weight());
        assertArrayEquals(new double[] {4, 2, 0.5}, statistics.classes());
        double[] found = statistics.means();
        double[] spread = statistics.deviations();
        for (int j = 0; j < 4; j++) {
            assertEquals(means[j], found[j], 4 * Math.ulp(ROWS[2][j])); // the largest, about
            assertEquals(deviations[j], spread[j], 1e-7 * deviations[j]); // of 1e9, where an ulp is 1e-7
        }
        assertEquals(0, spread[2], "a feature that is always the same");
    }

    @Test
    void denseSparseAndMergedAreAlike() {
        requireRight(of(0, 4, false));
        requireRight(of(0, 4, true));
        requireRight(of(0, 1, false).plus(of(1, 4, true)));
        requireRight(new Statistics(4).plus(of(0, 3, true)).plus(of(3, 4, false)));
    }

    @Test
    void whatNeverChangesDeviatesByNothing() {
        Random random = new Random(1);
        double[] x = random.doubles(50, -10, 10).toArray();
        Statistics all = new Statistics(x.length);
        for (int partition = 0; partition < 5; partition++) {
            List<Example> examples = IntStream.range(0, 100)
                    .mapToObj(i -> new Example(Vectors.dense(x), 0, null, random.nextDouble()))
                    .toList();
            all = all.plus(Statistics.of(examples.iterator(), x.length));
        }
        assertArrayEquals(new double[x.length], all.deviations());
        assertArrayEquals(x, all.means());
    }

    @Test
    void aSingleRowDeviatesFromNothing() {
        assertArrayEquals(new double[4], of(0, 1, false).deviations());
    }

    @Test
    void rowsWithoutWeightOnlyName() {
        Example none = new Example(Vectors.dense(7, 7, 7, 7), 4, null, 0);
        Statistics statistics = new Statistics(4)
                .plus(Statistics.of(List.of(none).iterator(), 4))
                .plus(of(0, 4, false));
        assertEquals(5, statistics.classes().length);
        assertEquals(6.5, statistics.weight());
        assertEquals(5, statistics.means()[2]);
    }
}

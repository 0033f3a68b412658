package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LogitTableTest {
    private static final int CLASSES = LogitTable.CLASSES;

    private static float[] row(LogitTable table, int row) {
        float[] values = new float[CLASSES];
        table.copyRow(row, values, 0);
        return values;
    }

    private static float[] gradients(int rows) {
        float[] gradients = new float[rows * CLASSES];
        for (int i = 0; i < gradients.length; i++) {
            gradients[i] = i % 7 - 3;
        }
        return gradients;
    }

    @Test
    void aRowThatABatchHoldsTwiceTakesOneStepAlongTheSum() {
        var twice = new LogitTable(new Contexts(1, 1));
        var once = new LogitTable(new Contexts(1, 1));
        float[] summed = new float[CLASSES];
        for (int batch = 0; batch < 3; batch++) {
            float[] gradients = gradients(3);
            for (int j = 0; j < CLASSES; j++) {
                summed[j] = gradients[j] + gradients[2 * CLASSES + j];
            }
            twice.update(new int[] {5, 9, 5}, 3, gradients, 0.5f);
            once.update(new int[] {5}, 1, summed, 0.5f);
        }
        assertArrayEquals(row(once, 5), row(twice, 5));
    }

    @Test
    void whatLiesBehindTheBatchIsNotLearnt() {
        var table = new LogitTable(new Contexts(1, 1));
        table.update(new int[] {5, 9}, 1, gradients(2), 0.5f);
        assertArrayEquals(new float[CLASSES], row(table, 9));
        assertArrayEquals(new float[CLASSES], row(table, 6));
    }

    /** Adagrad's steps on gradients 2, then 1: rate 2/2, then rate 1/sqrt(5), downhill. */
    @Test
    void stepsAreAdagrads() {
        var table = new LogitTable(new Contexts(1, 1));
        float[] gradient = new float[CLASSES];
        gradient[3] = 2;
        table.update(new int[] {0}, 1, gradient, 0.5f);
        gradient[3] = 1;
        table.update(new int[] {0}, 1, gradient, 0.5f);
        assertEquals(-0.5 - 0.5 / Math.sqrt(5), row(table, 0)[3], 1e-6);
        assertEquals(0, row(table, 0)[4]);
    }
}

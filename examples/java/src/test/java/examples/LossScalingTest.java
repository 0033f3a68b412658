package examples;

import static examples.LossScaling.CLASSES;
import static examples.LossScaling.FEATURES;
import static examples.LossScaling.ROWS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import examples.LossScaling.Data;
import examples.LossScaling.Gradient;
import examples.LossScaling.Result;
import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.Stream;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Micro-batches against one batch, bit for bit; and F16 with a scale against plain loops in double. */
class LossScalingTest {
    private static final Data DATA = LossScaling.data(new Random(1));

    @Test
    void microBatchesAddUpToOneBatch() {
        float[] weight = new float[CLASSES * FEATURES];
        Random random = new Random(2);
        for (int i = 0; i < weight.length; i++) {
            weight[i] = (float) random.nextGaussian();
        }
        Gradient whole = accumulate(weight, ROWS, 0x1p20);
        assertArrayEquals(whole.weight(), accumulate(weight, 600, 0x1p20).weight());
        assertArrayEquals(whole.weight(), accumulate(weight, 1, 0x1p20).weight());

        double[] expected = gradient(weight);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], whole.weight()[i] / 0x1p20, 2e-4); // logits of F16 are off by 2^-9 and less
        }
    }

    /** At 2^28 the gradient of a logit, (p - 1) / 4096, becomes 2^16 (p - 1): below 65504, the largest F16. Twice that is not. */
    @Test
    void scaleIsTheLargestThatDoesNotOverflow() {
        Result result = LossScaling.train(DATA);
        assertEquals(0x1p28, result.scale());
        assertEquals(3 + 6, result.skipped()); // from 2^31, and after each ten good steps
        assertTrue(result.scaled().isFinite());
        assertFalse(accumulate(result.weight(), 600, 0x1p29).isFinite());
    }

    @Test
    void trainsAsInDouble() {
        float[] weight = new float[CLASSES * FEATURES];
        double[] exact = new double[CLASSES * FEATURES];
        for (int step = 0; step < LossScaling.STEPS; step++) {
            double[] gradient = gradient(weight);
            for (int i = 0; i < weight.length; i++) {
                exact[i] -= LossScaling.RATE * gradient[i];
                weight[i] = (float) exact[i];
            }
        }
        Result result = LossScaling.train(DATA);
        for (int i = 0; i < weight.length; i++) {
            assertEquals(weight[i], result.weight()[i], 1e-3);
        }
    }

    /** Without a scale, a gradient of less than half the smallest F16, 2^-24, is rounded to 0. */
    @Test
    void withoutAScaleSmallGradientsAreLost() {
        Result result = LossScaling.train(DATA);
        int small = 0;
        for (int row = 0; row < ROWS; row++) {
            double[] p = softmax(result.weight(), row);
            for (int c = 0; c < CLASSES; c++) {
                double gradient = p[c] - (c == DATA.labels()[row] ? 1 : 0);
                small += Math.abs(gradient) / ROWS < 0x1p-25 ? 1 : 0;
            }
        }
        assertEquals(small, result.unscaled().zeros(), 0.01 * small);
        assertEquals(0, result.scaled().zeros(), 0.001 * small);
    }

    private static Gradient accumulate(float[] weight, int microBatch, double scale) {
        try (LogitOps ops = LogitOps.open(Backend.AUTO);
                Stream stream = ops.newStream()) {
            return LossScaling.accumulate(ops, stream, DATA, weight, microBatch, scale);
        }
    }

    private static double[] gradient(float[] weight) {
        double[] gradient = new double[weight.length];
        for (int row = 0; row < ROWS; row++) {
            double[] p = softmax(weight, row);
            p[DATA.labels()[row]] -= 1;
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] += p[i / FEATURES] / ROWS * DATA.features()[row * FEATURES + i % FEATURES];
            }
        }
        return gradient;
    }

    private static double[] softmax(float[] weight, int row) {
        double[] p = new double[CLASSES];
        double sum = 0;
        for (int c = 0; c < CLASSES; c++) {
            double logit = 0;
            for (int f = 0; f < FEATURES; f++) {
                logit += weight[c * FEATURES + f] * DATA.features()[row * FEATURES + f];
            }
            p[c] = Math.exp(logit);
            sum += p[c];
        }
        for (int c = 0; c < CLASSES; c++) {
            p[c] /= sum;
        }
        return p;
    }
}

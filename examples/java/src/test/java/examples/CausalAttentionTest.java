package examples;

import static examples.CausalAttention.DEPTH;
import static examples.CausalAttention.TOKENS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import examples.CausalAttention.Head;
import examples.CausalAttention.Output;
import examples.CausalAttention.Result;
import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.MaskedSoftmax;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Attention by its definition, in plain loops, and finite differences of that. */
class CausalAttentionTest {
    private final Random random = new Random(5);
    private final Head head = new Head(
            CausalAttention.gaussians(random), CausalAttention.gaussians(random), CausalAttention.gaussians(random));

    @Test
    void outputIsThatOfPlainLoops() {
        try (LogitOps ops = LogitOps.open(Backend.AUTO)) {
            Output made = CausalAttention.forward(ops.maskedSoftmax(), head);
            assertArrayEquals(attention(head), made.output(), 1e-12);
        }
    }

    @Test
    void gradientsAreFiniteDifferences() {
        double[] dOutput = CausalAttention.gaussians(random);
        try (LogitOps ops = LogitOps.open(Backend.AUTO)) {
            MaskedSoftmax softmax = ops.maskedSoftmax();
            double[] weights = CausalAttention.forward(softmax, head).weights();
            Head gradients = CausalAttention.backward(softmax, head, weights, dOutput);
            assertArrayEquals(differences(head.q(), dOutput), gradients.q(), 1e-8);
            assertArrayEquals(differences(head.k(), dOutput), gradients.k(), 1e-8);
            assertArrayEquals(differences(head.v(), dOutput), gradients.v(), 1e-8);
        }
    }

    @Test
    void learnsToLookAtTheTokenBefore() {
        Result result = CausalAttention.train(new Random(3));
        assertEquals(1, result.weights()[0]);
        for (int i = 1; i < TOKENS; i++) {
            assertTrue(result.weights()[i * TOKENS + i - 1] > 0.95, "token=" + i);
            for (int j = i + 1; j < TOKENS; j++) {
                assertEquals(0, result.weights()[i * TOKENS + j]);
            }
        }
        assertTrue(result.loss() < result.firstLoss() / 1000, result::toString);
    }

    /** Of the sum of outputs times {@code dOutput}, by each of these numbers, which belong to the head. */
    private double[] differences(double[] values, double[] dOutput) {
        double[] differences = new double[values.length];
        double step = 1e-5;
        for (int i = 0; i < values.length; i++) {
            double value = values[i];
            values[i] = value + step;
            double above = dot(attention(head), dOutput);
            values[i] = value - step;
            double below = dot(attention(head), dOutput);
            values[i] = value;
            differences[i] = (above - below) / (2 * step);
        }
        return differences;
    }

    private static double[] attention(Head head) {
        double[] output = new double[TOKENS * DEPTH];
        for (int i = 0; i < TOKENS; i++) {
            double[] weights = new double[i + 1];
            double sum = 0;
            for (int j = 0; j <= i; j++) {
                double score = 0;
                for (int d = 0; d < DEPTH; d++) {
                    score += head.q()[i * DEPTH + d] * head.k()[j * DEPTH + d];
                }
                weights[j] = Math.exp(score / Math.sqrt(DEPTH));
                sum += weights[j];
            }
            for (int j = 0; j <= i; j++) {
                for (int d = 0; d < DEPTH; d++) {
                    output[i * DEPTH + d] += weights[j] / sum * head.v()[j * DEPTH + d];
                }
            }
        }
        return output;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}

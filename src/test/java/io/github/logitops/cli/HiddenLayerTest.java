package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HiddenLayerTest {
    private static final byte[] TEXT = "abcabd\u00ffab".getBytes(StandardCharsets.ISO_8859_1);
    private static final int[] POSITIONS = {8, 3, 5, 3, 7};
    private static final int CONTEXT = 3;
    private static final int EMBEDDING = 4;
    private static final int WIDTH = 5;
    private static final int ROWS = 4; // from POSITIONS[1] on

    private final HiddenLayer layer = new HiddenLayer(CONTEXT, EMBEDDING, WIDTH, ROWS, new SplittableRandom(3));

    private float[] forward() {
        float[] hidden = new float[ROWS * WIDTH];
        layer.forward(TEXT, POSITIONS, 1, POSITIONS.length, hidden);
        return hidden;
    }

    @Test
    void isWhatItsFormulaSays() {
        float[] embeddings = layer.learnt().get(0).values();
        float[] weight = layer.learnt().get(1).values();
        float[] bias = layer.learnt().get(2).values();
        bias[1] = 0.5f;
        float[] expected = new float[ROWS * WIDTH];
        for (int row = 0; row < ROWS; row++) {
            for (int j = 0; j < WIDTH; j++) {
                double sum = bias[j];
                for (int place = 0; place < CONTEXT; place++) {
                    int each = TEXT[POSITIONS[1 + row] - CONTEXT + place] & 0xFF;
                    for (int e = 0; e < EMBEDDING; e++) {
                        sum += weight[(place * EMBEDDING + e) * WIDTH + j] * embeddings[each * EMBEDDING + e];
                    }
                }
                expected[row * WIDTH + j] = (float) Math.max(0, sum);
            }
        }
        assertArrayEquals(expected, forward(), 1e-5f);
    }

    /** Hidden rows are linear in each number by itself, but where one turns to 0. */
    @Test
    void slopesAreItsGradients() {
        var random = new SplittableRandom(4);
        float[] factors = HiddenLayer.gaussians(ROWS * WIDTH, 1, random);
        layer.backward(ROWS, forward(), factors.clone());
        for (Adam learnt : layer.learnt()) {
            float[] values = learnt.values();
            for (int i = 0; i < values.length; i++) {
                float before = values[i];
                values[i] = before + 1e-3f;
                double above = dot(factors, forward());
                values[i] = before - 1e-3f;
                double below = dot(factors, forward());
                values[i] = before;
                assertEquals((above - below) / 2e-3, learnt.gradient()[i], 2e-3);
            }
        }
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}

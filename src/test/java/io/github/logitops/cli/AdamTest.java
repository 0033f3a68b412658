package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class AdamTest {
    private static float[] stepped(float... gradients) {
        var adam = new Adam(new float[] {1});
        for (float gradient : gradients) {
            adam.gradient()[0] = gradient;
            adam.step(0.5f);
        }
        return adam.values();
    }

    @Test
    void aGradientThatStaysIsAStepOfTheRate() {
        assertArrayEquals(new float[] {0.5f}, stepped(3), 1e-6f);
        assertArrayEquals(new float[] {-0.5f}, stepped(3, 3, 3), 1e-5f);
        assertArrayEquals(new float[] {2.5f}, stepped(-1e-3f, -1e-3f, -1e-3f), 1e-4f);
    }

    /** Means are 0.1 g, and 0.09 g - 0.1 g, over what there is of them: 0.1, and 0.19; squares stay. */
    @Test
    void aGradientThatTurnsHoldsIt() {
        assertEquals(1 - 0.5 + 0.5 * 0.01 / 0.19, stepped(4, -4)[0], 1e-5);
    }

    @Test
    void noGradientIsNoStep() {
        assertArrayEquals(new float[] {1}, stepped(0, 0));
    }
}

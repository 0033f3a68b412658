package io.github.logitops.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CrossEntropyOptionsTest {
    private static final CrossEntropyOptions DEFAULTS = CrossEntropyOptions.defaults();

    @Test
    void eachOptionIsChangedAlone() {
        CrossEntropyOptions all = DEFAULTS.withLabelSmoothing(0.1)
                .withIgnoreIndex(7)
                .withReduction(Reduction.SUM)
                .withEmptyMean(EmptyMean.ZERO)
                .withZLoss(1e-4)
                .withLogitScale(0.5)
                .withSoftCap(30)
                .withOutputs(RowOutput.ENTROPY, RowOutput.ARGMAX);
        assertEquals(
                new CrossEntropyOptions(
                        0.1,
                        OptionalLong.of(7),
                        Reduction.SUM,
                        EmptyMean.ZERO,
                        1e-4,
                        0.5,
                        OptionalDouble.of(30),
                        Set.of(RowOutput.ARGMAX, RowOutput.ENTROPY)),
                all);
        assertEquals("[ARGMAX, ENTROPY]", all.outputs().toString());
        assertTrue(all.ignores(7));
        assertFalse(all.withoutIgnoreIndex().ignores(7));
        assertEquals(OptionalDouble.empty(), all.withoutSoftCap().softCap());
        assertEquals(Set.of(), all.withOutputs().outputs());
    }

    @Test
    void numbersOutOfTheirRangeAreNamed() {
        for (double bad : new double[] {-0.1, 1.1, Double.NaN}) {
            assertMessage(
                    "label smoothing must be in [0, 1]: labelSmoothing=" + bad, () -> DEFAULTS.withLabelSmoothing(bad));
        }
        for (double bad : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertMessage("z-loss must be finite and not negative: zLoss=" + bad, () -> DEFAULTS.withZLoss(bad));
        }
        for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertMessage(
                    "logit scale must be finite and positive: logitScale=" + bad, () -> DEFAULTS.withLogitScale(bad));
            assertMessage("soft cap must be finite and positive: softCap=" + bad, () -> DEFAULTS.withSoftCap(bad));
        }
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                "crossEntropy: " + message,
                assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}

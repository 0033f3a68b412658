package io.github.logitops.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class DistillationOptionsTest {
    private static final DistillationOptions DEFAULTS = DistillationOptions.defaults();

    @Test
    void aTemperatureIsFiniteAndPositive() {
        for (double temperature : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertMessage(
                    "distillation: temperature must be finite and positive: temperature=" + temperature,
                    () -> DEFAULTS.withTemperature(temperature, TemperatureFactor.ONE));
        }
    }

    @Test
    void aHardWeightIsBetween0And1() {
        for (double weight : new double[] {-0.1, 1.5, Double.NaN}) {
            assertMessage(
                    "distillation: hard weight must be in [0, 1]: hardWeight=" + weight,
                    () -> DEFAULTS.withHardWeight(weight));
        }
    }

    @Test
    void betaIsBetween0And1() {
        for (double beta : new double[] {-0.1, 1.5, Double.NaN}) {
            assertMessage("distillation: beta must be in [0, 1]: beta=" + beta, () -> new Divergence(beta));
        }
        for (double beta : new double[] {0, 1, Double.NaN}) {
            assertMessage(
                    "distillation: beta must be between 0 and 1, whose ends are KL and REVERSE_KL: beta=" + beta,
                    () -> Divergence.jensenShannon(beta));
        }
    }

    @Test
    void theSoftWeightIsWhatTheHardOneLeavesTimesTheFactor() {
        assertEquals(1, DEFAULTS.softWeight());
        assertEquals(0.75, DEFAULTS.withHardWeight(0.25).softWeight());
        assertEquals(
                3,
                DEFAULTS.withHardWeight(0.25)
                        .withTemperature(2, TemperatureFactor.SQUARED)
                        .softWeight());
        assertEquals(
                0.75,
                DEFAULTS.withHardWeight(0.25)
                        .withTemperature(2, TemperatureFactor.ONE)
                        .softWeight());
        assertEquals(
                0,
                DEFAULTS.withHardWeight(1)
                        .withTemperature(1e200, TemperatureFactor.SQUARED)
                        .softWeight());
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}

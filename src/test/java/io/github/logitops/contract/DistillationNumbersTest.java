package io.github.logitops.contract;

import static io.github.logitops.contract.DistillationTest.random;
import static io.github.logitops.contract.RowValueContract.INF;
import static io.github.logitops.contract.SoftmaxContract.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.Distillation;
import io.github.logitops.DistillationResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Divergence;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import io.github.logitops.spec.TemperatureFactor;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Data;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What distillation promises of numbers near the ends of their ranges. */
@OnEachRig
class DistillationNumbersTest {
    private static final DistillationOptions DEFAULTS = DistillationOptions.defaults();

    private final Rig rig;

    DistillationNumbersTest(RigKind kind) {
        rig = kind.rig();
    }

    @Test
    void numbersThatTheArithmeticCannotHoldAreRefused() {
        DistillationOptions hot = DEFAULTS.withTemperature(1e20, TemperatureFactor.SQUARED);
        assertNotHeld(DType.F32, DEFAULTS.withTemperature(1e-39, TemperatureFactor.ONE), "1/temperature", 1 / 1e-39);
        assertNotHeld(DType.BF16, DEFAULTS.withTemperature(1e39, TemperatureFactor.ONE), "1/temperature", 1 / 1e39);
        assertNotHeld(DType.F64, DEFAULTS.withTemperature(1e-310, TemperatureFactor.ONE), "1/temperature", INF);
        assertNotHeld(DType.F16, hot, "softWeight", 1e20 * 1e20);
        assertNotHeld(DType.F64, DEFAULTS.withTemperature(1e200, TemperatureFactor.SQUARED), "softWeight", INF);
        assertNotHeld(DType.F32, DEFAULTS.withHardWeight(1e-50), "hardWeight", 1e-50);
        random(98, DType.F32, Geometry.dense(2, 5))
                .labels(DType.I32, 1, 2)
                .options(hot.withHardWeight(1))
                .check(rig);
        try (Bench bench = new Bench(rig)) {
            Tensor x = bench.empty(DType.F32, 2, 5);
            Tensor t = bench.empty(DType.F32, 2, 5);
            Distillation op = bench.ops().distillation(DEFAULTS);
            try (DistillationResult result = op.newResult(DType.F32, x.shape(), bench.stream())) {
                assertMessage(
                        "distillation.forwardBackward: gradScale must be a normal number of F32, which F32 is computed in:"
                                + " gradScale=1.0E39",
                        () -> op.forwardBackward(x, t, null, GradScale.of(1e39), x, result, bench.stream()));
            }
        }
    }

    private void assertNotHeld(DType dtype, DistillationOptions options, String name, double value) {
        try (Bench bench = new Bench(rig)) {
            Tensor x = bench.empty(dtype, 2, 5);
            Tensor labels = bench.labels(DType.I32, Shape.of(2), 0, 1);
            assertMessage(
                    "distillation.forward: " + name + " must be a normal number of " + dtype.arithmetic() + ", which "
                            + dtype + " is computed in: " + name + "=" + value,
                    () -> bench.ops().distillation(options).forward(x, x, labels, bench.stream()));
        }
    }

    @EachFloatingDType
    void theSquareOfAHighTemperatureLosesNothing(DType dtype) {
        DistillationCase rows = DistillationCase.of(
                dtype, Geometry.dense(8, 200), new Data(100).values(8, 200), new Data(101).values(8, 200));
        for (double temperature : new double[] {4, 20, 100, 1000, 1e5}) {
            for (Divergence divergence : List.of(Divergence.KL, Divergence.jensenShannon(0.3), Divergence.REVERSE_KL)) {
                rows.options(DEFAULTS.withReduction(Reduction.NONE)
                                .withDivergence(divergence)
                                .withTemperature(temperature, TemperatureFactor.SQUARED))
                        .check(rig);
            }
        }
    }

    /** As T grows, T^2 KL(P || Q) becomes half the variance of the logits' differences. */
    @Test
    void atAnEndlessTemperatureALossIsHalfAVariance() {
        double[][] student = {{1, 2, 4, 0}};
        double[][] teacher = {{1, 1, 1, 1}};
        double half = 0.5 * (21.0 / 4 - (7.0 / 4) * (7.0 / 4));
        DistillationOptions hot = DEFAULTS.withTemperature(1e6, TemperatureFactor.SQUARED);
        assertEquals(half, loss(DType.F32, student, teacher, hot), 4e-6);
        assertEquals(half, loss(DType.F32, student, teacher, hot.withDivergence(Divergence.REVERSE_KL)), 4e-6);
        DistillationOptions js = hot.withDivergence(Divergence.jensenShannon(0.25));
        assertEquals(0.25 * 0.75 * half, loss(DType.F32, student, teacher, js), 4e-6);
    }

    /** Between the ends a divergence is about min(beta, 1 - beta) of the plain one, however near to them. */
    @Test
    void aBetaNearAnEndIsStillBetween() {
        double[][] student = {{0, 1, -1, 2}};
        double[][] teacher = {{1, 0.5, 0, -1}};
        double kl = loss(DType.F64, student, teacher, DEFAULTS);
        double reverse = loss(DType.F64, student, teacher, DEFAULTS.withDivergence(Divergence.REVERSE_KL));
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            for (double small : new double[] {1e-5, 1e-9, 1e-15}) {
                DistillationOptions nearReverse = DEFAULTS.withDivergence(Divergence.jensenShannon(1 - small));
                double weight = 1 - (1 - small); // as the double has it
                assertEquals(weight * reverse, loss(dtype, student, teacher, nearReverse), 1e-4 * weight);
                DistillationOptions nearKl = DEFAULTS.withDivergence(Divergence.jensenShannon(small));
                assertEquals(small * kl, loss(dtype, student, teacher, nearKl), 1e-4 * small);
            }
            DistillationOptions nearest = DEFAULTS.withDivergence(Divergence.jensenShannon(1e-50));
            assertEquals(0, loss(dtype, student, teacher, nearest), 1e-12);
        }
    }

    /** M is at least beta P, also where that is all there is of it and less than the smallest float. */
    @Test
    void aMixtureThatUnderflowsIsNotZero() {
        double[][] student = {{0, -200, 0}, {0, -INF, 0}, {0, 0, -87}, {0, 1, 2}};
        double[][] teacher = {{0, -87, 0}, {0, -80, 0}, {-100, -100, 0}, {0, -INF, 1}};
        for (DType dtype : List.of(DType.F64, DType.F32)) {
            for (double beta : new double[] {1e-50, 1e-30, 1e-8, 0.5, 1 - 1e-8, 1 - 1e-15}) {
                DistillationCase.of(dtype, Geometry.dense(4, 3), student, teacher)
                        .options(DEFAULTS.withReduction(Reduction.NONE).withDivergence(Divergence.jensenShannon(beta)))
                        .check(rig);
            }
        }
    }

    /** KL is infinite where the student gives 0 to what the teacher gives little, be that too little for a float. */
    @EachFloatingDType
    void aProbabilityTooSmallToHoldIsNotZero(DType dtype) {
        for (double low : new double[] {-80, -100, -800}) {
            double[][] one = {{0, low}};
            double[][] other = {{0, -INF}};
            DistillationOptions options = DEFAULTS.withReduction(Reduction.NONE);
            var kl = DistillationCase.of(dtype, Geometry.dense(1, 2), other, one)
                    .options(options)
                    .check(rig);
            assertEquals(INF, kl.rowLosses()[0]);
            var reverse = DistillationCase.of(dtype, Geometry.dense(1, 2), one, other)
                    .options(options.withDivergence(Divergence.REVERSE_KL))
                    .check(rig);
            assertEquals(INF, reverse.rowLosses()[0]);
        }
    }

    @EachFloatingDType
    void temperaturesThatOnlyDoublesFeel(DType dtype) {
        for (Divergence divergence : List.of(Divergence.KL, Divergence.REVERSE_KL, Divergence.jensenShannon(0.3))) {
            DistillationCase.of(
                            dtype, Geometry.dense(2, 200), new Data(100).values(2, 200), new Data(101).values(2, 200))
                    .options(DEFAULTS.withReduction(Reduction.NONE)
                            .withDivergence(divergence)
                            .withTemperature(1e10, TemperatureFactor.SQUARED))
                    .check(rig);
        }
    }

    /** Both parts of a gradient beyond what the dtype holds, in opposite directions. */
    @Test
    void whatCancelsIsAddedBeforeItOverflows() {
        double[][] student = {{1, 0}};
        double[][] teacher = {{0, 1}};
        DistillationCase.of(DType.F32, Geometry.dense(1, 2), student, teacher)
                .labels(DType.I32, 0)
                .options(DEFAULTS.withReduction(Reduction.NONE)
                        .withHardWeight(0.5)
                        .withTemperature((float) 0.1, TemperatureFactor.ONE))
                .gradScale((float) 1e38)
                .check(rig);
    }

    @EachFloatingDType
    void aNanOfEitherSideIsNotRescaledAway(DType dtype) {
        double[][] good = new Data(89).values(2, 40);
        double[][] bad = new double[2][40];
        for (double[] row : bad) {
            Arrays.fill(row, -1000);
            row[1] = Double.NaN;
        }
        bad[0][0] = 0; // in the same batch of a thread
        bad[1][33] = 0;
        for (Divergence divergence : List.of(Divergence.KL, Divergence.REVERSE_KL, Divergence.jensenShannon(0.5))) {
            DistillationOptions options = DEFAULTS.withReduction(Reduction.NONE).withDivergence(divergence);
            for (Geometry geometry :
                    List.of(Geometry.dense(2, 40), Geometry.dense(40, 2).along(0))) {
                for (var actual : List.of(
                        DistillationCase.of(dtype, geometry, bad, good)
                                .options(options)
                                .check(rig),
                        DistillationCase.of(dtype, geometry, good, bad)
                                .options(options)
                                .check(rig))) {
                    assertTrue(Arrays.stream(actual.rowLosses()).allMatch(Double::isNaN));
                    for (double[] gradient : actual.gradient()) {
                        assertTrue(Arrays.stream(gradient).allMatch(Double::isNaN));
                    }
                }
            }
        }
    }

    private double loss(DType dtype, double[][] student, double[][] teacher, DistillationOptions options) {
        return DistillationCase.of(dtype, Geometry.dense(1, student[0].length), student, teacher)
                .options(options)
                .check(rig)
                .loss();
    }
}

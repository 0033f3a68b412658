package io.github.logitops.contract;

import static io.github.logitops.contract.DistillationContract.random;
import static io.github.logitops.contract.RowValueContract.INF;
import static io.github.logitops.contract.SoftmaxContract.assertMessage;

import io.github.logitops.Distillation;
import io.github.logitops.DistillationResult;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.GradScale;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Shape;
import io.github.logitops.spec.TemperatureFactor;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.Rig;
import org.junit.jupiter.api.Test;

/** What distillation promises of numbers near the ends of their ranges. */
abstract class DistillationNumbersContract {
    private static final DistillationOptions DEFAULTS = DistillationOptions.defaults();

    abstract Rig rig();

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
                .check(rig());
        try (Bench bench = new Bench(rig())) {
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
        try (Bench bench = new Bench(rig())) {
            Tensor x = bench.empty(dtype, 2, 5);
            Tensor labels = bench.labels(DType.I32, Shape.of(2), 0, 1);
            assertMessage(
                    "distillation.forward: " + name + " must be a normal number of " + dtype.arithmetic() + ", which "
                            + dtype + " is computed in: " + name + "=" + value,
                    () -> bench.ops().distillation(options).forward(x, x, labels, bench.stream()));
        }
    }
}

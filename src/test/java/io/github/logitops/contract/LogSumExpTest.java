package io.github.logitops.contract;

import static io.github.logitops.contract.SoftmaxContract.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.logitops.LogSumExpResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.LogProbReference;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.RigKind;
import org.junit.jupiter.api.Test;

/** The contract of log-sum-exp. */
@OnEachRig
class LogSumExpTest extends RowValueContract<LogSumExpResult> {
    LogSumExpTest(RigKind kind) {
        super(kind);
    }

    @Override
    final String op() {
        return "logSumExp";
    }

    @Override
    final String output() {
        return "lse";
    }

    @Override
    final LogSumExpResult newResult(Bench bench, Geometry geometry, DType dtype) {
        return bench.ops().logSumExp(geometry.specAxis()).newResult(dtype, geometry.shape(), bench.stream());
    }

    @Override
    final Tensor value(LogSumExpResult result) {
        return result.lse();
    }

    @Override
    final Tensor lse(LogSumExpResult result) {
        return result.lse();
    }

    @Override
    final void forward(Bench bench, Geometry geometry, Tensor x, LogSumExpResult result, Stream stream) {
        bench.ops().logSumExp(geometry.specAxis()).forward(x, result, stream);
    }

    @Override
    final void forward(Bench bench, Geometry geometry, Tensor x, Tensor value, Stream stream) {
        bench.ops().logSumExp(geometry.specAxis()).forward(x, value, stream);
    }

    @Override
    final void backward(
            Bench bench,
            Geometry geometry,
            Tensor x,
            LogSumExpResult saved,
            GradScale gradScale,
            Tensor dx,
            Stream stream) {
        bench.ops().logSumExp(geometry.specAxis()).backward(x, saved, gradScale, dx, stream);
    }

    @Override
    final double exactForward(double[] x) {
        return SoftmaxReference.logSumExp(x);
    }

    @Override
    final double[] exactBackward(double[] x, double gradScale) {
        return LogProbReference.logSumExpBackward(x, gradScale);
    }

    @Override
    final double forwardScale(double[] x) {
        return SoftmaxReference.logSumExpScale(x);
    }

    @Override
    final double[] backwardScale(double[] x, double gradScale) {
        return LogProbReference.logSumExpBackwardScale(x, gradScale);
    }

    @Test
    void plusInfinityGivesPlusInfinityAndNothingButMinusInfinityGivesMinusInfinity() {
        try (Bench bench = new Bench(rig)) {
            double[] x = {1, INF, -INF, -INF, Double.NaN, INF, 0, 0};
            double[] lse = bench.ops().logSumExp().forward(x, Shape.of(4, 2));
            assertArrayEquals(new double[] {INF, -INF, Double.NaN, Math.log(2)}, lse, 1e-15);
        }
    }

    @Test
    void equalLogitsFarFromZeroHaveEqualGradients() {
        try (Bench bench = new Bench(rig)) {
            float[] low = {-1e9f, -1e9f, -1e9f, -1e9f};
            float[] dx = bench.ops().logSumExp().backward(low, new float[] {1}, Shape.of(1, 4));
            assertArrayEquals(new float[] {0.25f, 0.25f, 0.25f, 0.25f}, dx);
        }
    }

    @Test
    void hostArraysGiveWhatTensorsGive() {
        try (Bench bench = new Bench(rig)) {
            Shape shape = Shape.of(2, 2);
            double[] x = {0, Math.log(3), 5, 5};
            assertArrayEquals(
                    new double[] {Math.log(4), 5 + Math.log(2)},
                    bench.ops().logSumExp().forward(x, shape),
                    1e-15);
            double[] dx = bench.ops().logSumExp().backward(x, new double[] {4, -1}, shape);
            assertArrayEquals(new double[] {1, 3, -0.5, -0.5}, dx, 1e-14);
            float[] floats = {7, 7, 1, 1};
            float[] lse = bench.ops().logSumExp().forward(floats, shape);
            assertArrayEquals(new float[] {7 + (float) Math.log(2), 1 + (float) Math.log(2)}, lse, 1e-6f);
            float[] gradient = bench.ops().logSumExp().backward(floats, new float[] {1, 8}, shape);
            assertArrayEquals(new float[] {0.5f, 0.5f, 4, 4}, gradient, 1e-5f);
            assertMessage(
                    "logSumExp.backward: dlse must hold each element once: elements=3, shape=[2]",
                    () -> bench.ops().logSumExp().backward(floats, new float[3], shape));
        }
    }
}

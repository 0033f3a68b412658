package io.github.logitops.contract;

import static io.github.logitops.contract.SoftmaxContract.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.Entropy;
import io.github.logitops.EntropyResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.LogProbReference;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.RigKind;
import org.junit.jupiter.api.Test;

/** The contract of entropy. */
@OnEachRig
class EntropyTest extends RowValueContract<EntropyResult> {
    EntropyTest(RigKind kind) {
        super(kind);
    }

    @Override
    final String op() {
        return "entropy";
    }

    @Override
    final String output() {
        return "entropy";
    }

    @Override
    final EntropyResult newResult(Bench bench, Geometry geometry, DType dtype) {
        return bench.ops().entropy(geometry.specAxis()).newResult(dtype, geometry.shape(), bench.stream());
    }

    @Override
    final Tensor value(EntropyResult result) {
        return result.entropy();
    }

    @Override
    final Tensor lse(EntropyResult result) {
        return result.lse();
    }

    @Override
    final void forward(Bench bench, Geometry geometry, Tensor x, EntropyResult result, Stream stream) {
        bench.ops().entropy(geometry.specAxis()).forward(x, result, stream);
    }

    @Override
    final void forward(Bench bench, Geometry geometry, Tensor x, Tensor value, Stream stream) {
        bench.ops().entropy(geometry.specAxis()).forward(x, value, stream);
    }

    @Override
    final void backward(
            Bench bench,
            Geometry geometry,
            Tensor x,
            EntropyResult saved,
            GradScale gradScale,
            Tensor dx,
            Stream stream) {
        bench.ops().entropy(geometry.specAxis()).backward(x, saved, gradScale, dx, stream);
    }

    @Override
    final double exactForward(double[] x) {
        return LogProbReference.entropy(x);
    }

    @Override
    final double[] exactBackward(double[] x, double gradScale) {
        return LogProbReference.entropyBackward(x, gradScale);
    }

    @Override
    final double forwardScale(double[] x) {
        return LogProbReference.entropyScale(x);
    }

    @Override
    final double[] backwardScale(double[] x, double gradScale) {
        return LogProbReference.entropyBackwardScale(x, gradScale);
    }

    @Test
    void theGradientMayNotGoOverTheEntropies() {
        try (Bench bench = new Bench(rig)) {
            Tensor x = bench.vector(DType.F32, Shape.of(1, 1), 5);
            Entropy op = bench.ops().entropy();
            EntropyResult result = bench.keep(op.forward(x, bench.stream()));
            Tensor over = bench.keep(bench.ops().wrap(result.entropy().address(), DType.F32, Shape.of(1, 1)));
            assertMessage(
                    "entropy.backward: dx must not overlap saved.entropy: dx=" + range(over) + ", saved.entropy="
                            + range(over),
                    () -> op.backward(x, result, GradScale.ONE, over, bench.stream()));
        }
    }

    @Test
    void equalLogitsFarFromZeroHaveNoGradient() {
        try (Bench bench = new Bench(rig)) {
            float[] low = {-1e9f, -1e9f, -1e9f, -1e9f};
            float[] dx = bench.ops().entropy().backward(low, new float[] {1}, Shape.of(1, 4));
            assertArrayEquals(new float[4], dx, 3e-7f);
        }
    }

    @Test
    void oneCertainClassHasNoEntropyAndNoGradient() {
        try (Bench bench = new Bench(rig)) {
            Shape shape = Shape.of(2, 3);
            float[] x = {-1e30f, 4, Float.NEGATIVE_INFINITY, 0, 200, -200};
            assertArrayEquals(new float[2], bench.ops().entropy().forward(x, shape));
            for (float gradient : bench.ops().entropy().backward(x, new float[] {1, 1}, shape)) {
                assertEquals(0, Math.abs(gradient));
            }
        }
    }

    @Test
    void hostArraysGiveWhatTensorsGive() {
        try (Bench bench = new Bench(rig)) {
            Shape shape = Shape.of(2, 2);
            double[] x = {0, Math.log(3), 5, 5};
            double first = Math.log(4) - 0.75 * Math.log(3);
            double[] entropy = bench.ops().entropy().forward(x, shape);
            assertArrayEquals(new double[] {first, Math.log(2)}, entropy, 1e-15);
            double[] dx = bench.ops().entropy().backward(x, new double[] {2, 1}, shape);
            double slope = -0.5 * (-Math.log(4) + first);
            assertArrayEquals(new double[] {slope, -slope, 0, 0}, dx, 1e-14);
            float[] floats = bench.ops().entropy().forward(new float[] {7, 7, 1, 1}, shape);
            assertArrayEquals(new float[] {(float) Math.log(2), (float) Math.log(2)}, floats, 1e-6f);
            float[] single = bench.ops().entropy().backward(new float[] {0, 0, 0, 0}, new float[] {1, 1}, shape);
            assertArrayEquals(new float[4], single, 1e-6f);
            assertMessage(
                    "entropy.backward: dEntropy must hold each element once: elements=1, shape=[2]",
                    () -> bench.ops().entropy().backward(x, new double[1], shape));
        }
    }
}

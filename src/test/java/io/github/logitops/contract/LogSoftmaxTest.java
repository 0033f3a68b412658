package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.RigKind;
import org.junit.jupiter.api.Test;

/** The contract of log-softmax. */
@OnEachRig
class LogSoftmaxTest extends SoftmaxContract {
    LogSoftmaxTest(RigKind kind) {
        super(kind);
    }

    @Override
    final String op() {
        return "logSoftmax";
    }

    @Override
    final void forward(Bench bench, Geometry geometry, Tensor x, Tensor y, Stream stream) {
        bench.ops().logSoftmax(geometry.specAxis()).forward(x, y, stream);
    }

    @Override
    final void backward(
            Bench bench, Geometry geometry, Tensor y, Tensor dy, GradScale gradScale, Tensor dx, Stream stream) {
        bench.ops().logSoftmax(geometry.specAxis()).backward(y, dy, gradScale, dx, stream);
    }

    @Override
    final double[] exactForward(double[] x) {
        return SoftmaxReference.logSoftmax(x);
    }

    @Override
    final double[] exactBackward(double[] y, double[] dy, double gradScale) {
        return SoftmaxReference.logSoftmaxBackward(y, dy, gradScale);
    }

    @Override
    final double[] forwardScale(double[] x) {
        return SoftmaxReference.logSoftmaxScale(x);
    }

    @Override
    final double[] backwardScale(double[] y, double[] dy, double gradScale) {
        return SoftmaxReference.logSoftmaxBackwardScale(y, dy, gradScale);
    }

    @Test
    void hostArraysGiveWhatTensorsGive() {
        try (Bench bench = new Bench(rig)) {
            Shape shape = Shape.of(1, 2);
            double[] y = bench.ops().logSoftmax().forward(new double[] {0, Math.log(3)}, shape);
            assertArrayEquals(new double[] {-Math.log(4), Math.log(0.75)}, y, 1e-15);
            float[] floats = bench.ops().logSoftmax().forward(new float[] {7, 7}, shape);
            assertArrayEquals(new float[] {(float) -Math.log(2), (float) -Math.log(2)}, floats);
            double[] dx = bench.ops().logSoftmax().backward(y, new double[] {4, 0}, shape);
            assertArrayEquals(new double[] {3, -3}, dx, 1e-14);
            float[] half = bench.ops().logSoftmax().backward(floats, new float[] {2, 0}, shape);
            assertArrayEquals(new float[] {1, -1}, half, 1e-6f);
            float[] scaled = bench.ops().logSoftmax().backward(floats, new float[] {2, 0}, GradScale.of(8), shape);
            assertArrayEquals(new float[] {8, -8}, scaled, 1e-5f);
        }
    }
}

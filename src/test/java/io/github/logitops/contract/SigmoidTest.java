package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.SigmoidReference;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.RigKind;
import org.junit.jupiter.api.Test;

/** The contract of sigmoid. */
@OnEachRig
class SigmoidTest extends SigmoidContract {
    SigmoidTest(RigKind kind) {
        super(kind);
    }

    @Override
    final String op() {
        return "sigmoid";
    }

    @Override
    final void forward(Bench bench, Geometry geometry, Tensor x, Tensor y, Stream stream) {
        bench.ops().sigmoid().forward(x, y, stream);
    }

    @Override
    final void backward(
            Bench bench, Geometry geometry, Tensor y, Tensor dy, GradScale gradScale, Tensor dx, Stream stream) {
        bench.ops().sigmoid().backward(y, dy, gradScale, dx, stream);
    }

    @Override
    final double[] exactForward(double[] x) {
        return SigmoidReference.sigmoid(x);
    }

    @Override
    final double[] exactBackward(double[] y, double[] dy, double gradScale) {
        return SigmoidReference.sigmoidBackward(y, dy, gradScale);
    }

    @Override
    final double[] forwardScale(double[] x) {
        return SigmoidReference.sigmoidScale(x);
    }

    @Override
    final double[] backwardScale(double[] y, double[] dy, double gradScale) {
        return SigmoidReference.sigmoidBackwardScale(y, dy, gradScale);
    }

    @Test
    void hostArraysGiveWhatTensorsGive() {
        try (Bench bench = new Bench(rig)) {
            Shape shape = Shape.of(2, 2);
            double[] x = {0, Math.log(3), -Math.log(3), Double.POSITIVE_INFINITY};
            double[] y = bench.ops().sigmoid().forward(x, shape);
            assertArrayEquals(new double[] {0.5, 0.75, 0.25, 1}, y, 1e-15);
            float[] floats = bench.ops().sigmoid().forward(new float[] {0, 0, -1e30f, 1e30f}, shape);
            assertArrayEquals(new float[] {0.5f, 0.5f, 0, 1}, floats);
            double[] dx = bench.ops().sigmoid().backward(y, new double[] {4, 16, -16, 5}, shape);
            assertArrayEquals(new double[] {1, 3, -3, 0}, dx, 1e-14);
            float[] half = bench.ops().sigmoid().backward(floats, new float[] {2, -4, 1, 1}, shape);
            assertArrayEquals(new float[] {0.5f, -1, 0, 0}, half);
            double[] scaled = bench.ops().sigmoid().backward(y, new double[] {4, 16, -16, 5}, GradScale.of(2), shape);
            assertArrayEquals(new double[] {2, 6, -6, 0}, scaled, 1e-14);
        }
    }
}

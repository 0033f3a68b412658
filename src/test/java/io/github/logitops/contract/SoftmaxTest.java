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

/** The contract of softmax. */
@OnEachRig
class SoftmaxTest extends SoftmaxContract {
    SoftmaxTest(RigKind kind) {
        super(kind);
    }

    @Override
    final String op() {
        return "softmax";
    }

    @Override
    final void forward(Bench bench, Geometry geometry, Tensor x, Tensor y, Stream stream) {
        bench.ops().softmax(geometry.specAxis()).forward(x, y, stream);
    }

    @Override
    final void backward(
            Bench bench, Geometry geometry, Tensor y, Tensor dy, GradScale gradScale, Tensor dx, Stream stream) {
        bench.ops().softmax(geometry.specAxis()).backward(y, dy, gradScale, dx, stream);
    }

    @Override
    final double[] exactForward(double[] x) {
        return SoftmaxReference.softmax(x);
    }

    @Override
    final double[] exactBackward(double[] y, double[] dy, double gradScale) {
        return SoftmaxReference.softmaxBackward(y, dy, gradScale);
    }

    @Override
    final double[] forwardScale(double[] x) {
        return SoftmaxReference.softmaxScale(x);
    }

    @Override
    final double[] backwardScale(double[] y, double[] dy, double gradScale) {
        return SoftmaxReference.softmaxBackwardScale(y, dy, gradScale);
    }

    @Test
    void arraysOfAWrongLengthAreNamedBeforeMemoryIsAskedFor() {
        try (Bench bench = new Bench(rig)) {
            Shape huge = Shape.of(100000, 100000);
            assertMessage(
                    "softmax.forward: x must hold each element once: elements=4, shape=[100000, 100000]",
                    () -> bench.ops().softmax().forward(new float[4], huge));
            assertMessage(
                    "softmax.backward: dy must hold each element once: elements=3, shape=[2, 2]",
                    () -> bench.ops().softmax().backward(new double[4], new double[3], Shape.of(2, 2)));
        }
    }

    @Test
    void hostArraysGiveWhatTensorsGive() {
        try (Bench bench = new Bench(rig)) {
            Shape shape = Shape.of(2, 2);
            double[] x = {0, Math.log(3), 5, 5};
            double[] y = bench.ops().softmax().forward(x, shape);
            assertArrayEquals(new double[] {0.25, 0.75, 0.5, 0.5}, y, 1e-15);
            float[] floats = bench.ops().softmax().forward(new float[] {7, 7, 1, 1}, shape);
            assertArrayEquals(new float[] {0.5f, 0.5f, 0.5f, 0.5f}, floats);
            double[] dx = bench.ops().softmax().backward(y, new double[] {4, 0, 1, 0}, shape);
            assertArrayEquals(new double[] {0.75, -0.75, 0.25, -0.25}, dx, 1e-15);
            float[] half = bench.ops().softmax().backward(floats, new float[] {2, 0, 0, 4}, shape);
            assertArrayEquals(new float[] {0.5f, -0.5f, -1, 1}, half);
            double[] scaled = bench.ops().softmax().backward(y, new double[] {4, 0, 1, 0}, GradScale.of(4), shape);
            assertArrayEquals(new double[] {3, -3, 1, -1}, scaled, 1e-14);
        }
    }
}

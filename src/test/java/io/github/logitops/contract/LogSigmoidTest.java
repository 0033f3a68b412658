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

/** The contract of log-sigmoid. */
@OnEachRig
class LogSigmoidTest extends SigmoidContract {
    LogSigmoidTest(RigKind kind) {
        super(kind);
    }

    @Override
    final String op() {
        return "logSigmoid";
    }

    @Override
    final void forward(Bench bench, Geometry geometry, Tensor x, Tensor y, Stream stream) {
        bench.ops().logSigmoid().forward(x, y, stream);
    }

    @Override
    final void backward(
            Bench bench, Geometry geometry, Tensor y, Tensor dy, GradScale gradScale, Tensor dx, Stream stream) {
        bench.ops().logSigmoid().backward(y, dy, gradScale, dx, stream);
    }

    @Override
    final double[] exactForward(double[] x) {
        return SigmoidReference.logSigmoid(x);
    }

    @Override
    final double[] exactBackward(double[] y, double[] dy, double gradScale) {
        return SigmoidReference.logSigmoidBackward(y, dy, gradScale);
    }

    @Override
    final double[] forwardScale(double[] x) {
        return SigmoidReference.logSigmoidScale(x);
    }

    @Override
    final double[] backwardScale(double[] y, double[] dy, double gradScale) {
        return SigmoidReference.logSigmoidBackwardScale(y, dy, gradScale);
    }

    @Test
    void hostArraysGiveWhatTensorsGive() {
        try (Bench bench = new Bench(rig)) {
            Shape shape = Shape.of(2, 2);
            double[] x = {0, Math.log(3), -Math.log(3), Double.NEGATIVE_INFINITY};
            double[] y = bench.ops().logSigmoid().forward(x, shape);
            double[] exact = {-Math.log(2), Math.log(0.75), Math.log(0.25), Double.NEGATIVE_INFINITY};
            assertArrayEquals(exact, y, 1e-15);
            float[] floats = bench.ops().logSigmoid().forward(new float[] {0, 0, -1e30f, 1e30f}, shape);
            float half = (float) -Math.log(2);
            assertArrayEquals(new float[] {half, half, -1e30f, 0}, floats, 1e-7f);
            double[] dx = bench.ops().logSigmoid().backward(y, new double[] {4, 4, -4, 5}, shape);
            assertArrayEquals(new double[] {2, 1, -3, 5}, dx, 1e-14);
            float[] halves = bench.ops().logSigmoid().backward(floats, new float[] {2, -4, 1, 1}, shape);
            assertArrayEquals(new float[] {1, -2, 1, 0}, halves, 1e-6f);
            float[] scaled =
                    bench.ops().logSigmoid().backward(floats, new float[] {2, -4, 1, 1}, GradScale.of(2), shape);
            assertArrayEquals(new float[] {2, -4, 2, 0}, scaled, 1e-6f);
        }
    }
}

package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.element.Elements;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Data;
import io.github.logitops.support.DeviceRows;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.Near;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What an op promises that makes a tensor of another one and has a gradient from what it wrote, whichever executor runs it. */
abstract class ActivationContract {
    final Rig rig;

    ActivationContract(RigKind kind) {
        rig = kind.rig();
    }

    /** The op's name in messages. */
    abstract String op();

    abstract void forward(Bench bench, Geometry geometry, Tensor x, Tensor y, Stream stream);

    abstract void backward(
            Bench bench, Geometry geometry, Tensor y, Tensor dy, GradScale gradScale, Tensor dx, Stream stream);

    abstract double[] exactForward(double[] x);

    abstract double[] exactBackward(double[] y, double[] dy, double gradScale);

    abstract double[] forwardScale(double[] x);

    abstract double[] backwardScale(double[] y, double[] dy, double gradScale);

    @EachFloatingDType
    void forwardIsWithinTheBounds(DType dtype) {
        for (Geometry geometry : Geometry.several()) {
            checkForward(dtype, geometry, new Data(7).logits(geometry.rows(), geometry.classes()));
        }
    }

    @EachFloatingDType
    void backwardIsWithinTheBounds(DType dtype) {
        for (Geometry geometry : Geometry.several()) {
            Data data = new Data(8);
            checkBackward(
                    dtype,
                    geometry,
                    data.logits(geometry.rows(), geometry.classes()),
                    data.values(geometry.rows(), geometry.classes()));
        }
    }

    @EachFloatingDType
    void inPlaceEqualsOutOfPlaceBitForBit(DType dtype) {
        for (Geometry geometry : Geometry.several()) {
            try (Bench bench = new Bench(rig)) {
                Data data = new Data(10);
                double[][] logits = data.logits(geometry.rows(), geometry.classes());
                double[][] gradient = data.values(geometry.rows(), geometry.classes());
                DeviceRows x = bench.rows(dtype, geometry, logits);
                DeviceRows y = bench.poisoned(dtype, geometry);
                forward(bench, geometry, x.tensor(), y.tensor(), bench.stream());
                forward(bench, geometry, x.tensor(), x.tensor(), bench.stream());
                assertArrayEquals(y.read(), x.read(), "forward, " + geometry);

                DeviceRows dy = bench.rows(dtype, geometry, gradient);
                DeviceRows dx = bench.poisoned(dtype, geometry);
                backward(bench, geometry, y.tensor(), dy.tensor(), GradScale.ONE, dx.tensor(), bench.stream());
                backward(bench, geometry, y.tensor(), dy.tensor(), GradScale.ONE, dy.tensor(), bench.stream());
                assertArrayEquals(dx.read(), dy.read(), "backward, " + geometry);
            }
        }
    }

    @EachFloatingDType
    void inputAndOutputMayHaveDifferentStrides(DType dtype) {
        Geometry dense = Geometry.dense(3, 33);
        double[][] logits = new Data(12).logits(3, 33);
        try (Bench bench = new Bench(rig)) {
            DeviceRows x = bench.rows(dtype, dense.padded(5), logits);
            DeviceRows y = bench.poisoned(dtype, dense.padded(2));
            forward(bench, dense, x.tensor(), y.tensor(), bench.stream());
            assertArrayEquals(forward(dtype, dense, logits), y.read());
        }
    }

    @EachFloatingDType
    void anEmptyBatchIsFine(DType dtype) {
        Geometry geometry = Geometry.dense(0, 5);
        assertEquals(0, forward(dtype, geometry, new double[0][5]).length);
        checkBackward(dtype, geometry, new double[0][5], new double[0][5]);
    }

    @Test
    void mistakesWithTensorsAreNamed() {
        Geometry g = Geometry.dense(4, 10);
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Tensor x = bench.empty(DType.F32, 4, 10);
            Tensor wide = bench.empty(DType.F32, 4, 11);
            Tensor half = bench.empty(DType.F16, 4, 10);
            Tensor labels = bench.empty(DType.I32, 4, 10);
            Tensor shifted = bench.keep(bench.ops().wrap(x.address() + 4, DType.F32, Shape.of(3, 10)));
            Tensor start = bench.keep(bench.ops().wrap(x.address(), DType.F32, Shape.of(3, 10)));
            Tensor closed = bench.empty(DType.F32, 4, 10);
            closed.close();
            String forward = op() + ".forward: ";
            String backward = op() + ".backward: ";
            assertMessage(
                    forward + "x and y must have one shape: x=[4, 10], y=[4, 11]", () -> forward(bench, g, x, wide, s));
            assertMessage(forward + "x and y must have one dtype: x=F32, y=F16", () -> forward(bench, g, x, half, s));
            assertMessage(
                    forward + "x must be floating-point: x=I32[4, 10]", () -> forward(bench, g, labels, labels, s));
            assertMessage(
                    forward + "y must not overlap x: y=" + range(shifted) + ", x=" + range(start),
                    () -> forward(bench, g, start, shifted, s));
            assertMessage(
                    backward + "y and dy must have one shape: y=[4, 10], dy=[4, 11]",
                    () -> backward(bench, g, x, wide, GradScale.ONE, wide, s));
            assertMessage(
                    backward + "dx must not overlap y: dx=" + range(x) + ", y=" + range(x),
                    () -> backward(bench, g, x, x, GradScale.ONE, x, s));
            IllegalStateException used =
                    assertThrows(IllegalStateException.class, () -> forward(bench, g, x, closed, s));
            assertTrue(used.getMessage().startsWith("tensor: used after close: tensor=" + closed), used.getMessage());
        }
    }

    static Tensor plain(Bench bench) {
        return bench.empty(DType.F32, 4, 10);
    }

    static String range(Tensor tensor) {
        return "0x" + Long.toHexString(tensor.address()) + "+" + tensor.bytes();
    }

    static void assertMessage(String message, Runnable call) {
        assertMessage(message, IllegalArgumentException.class, call);
    }

    static void assertMessage(String message, Class<? extends Exception> type, Runnable call) {
        assertEquals(message, assertThrows(type, call::run).getMessage());
    }

    final double[][] forward(DType dtype, Geometry geometry, double[][] logits) {
        try (Bench bench = new Bench(rig)) {
            DeviceRows x = bench.rows(dtype, geometry, logits);
            DeviceRows y = bench.poisoned(dtype, geometry);
            forward(bench, geometry, x.tensor(), y.tensor(), bench.stream());
            assertArrayEquals(x.values(), x.read(), "the input was written");
            return y.read();
        }
    }

    final void checkForward(DType dtype, Geometry geometry, double[][] logits) {
        double[][] y = forward(dtype, geometry, logits);
        for (int n = 0; n < y.length; n++) {
            double[] x = rounded(dtype, logits[n]);
            Near.assertNear(dtype, exactForward(x), y[n], forwardScale(x), dtype + " " + geometry + " row " + n);
        }
    }

    final void checkBackward(DType dtype, Geometry geometry, double[][] logits, double[][] upstream) {
        double[][] outputs = new double[logits.length][];
        for (int n = 0; n < outputs.length; n++) {
            outputs[n] = exactForward(logits[n]);
        }
        try (Bench bench = new Bench(rig)) {
            DeviceRows y = bench.rows(dtype, geometry, outputs);
            DeviceRows dy = bench.rows(dtype, geometry, upstream);
            DeviceRows dx = bench.poisoned(dtype, geometry);
            backward(bench, geometry, y.tensor(), dy.tensor(), GradScale.ONE, dx.tensor(), bench.stream());
            double[][] actual = dx.read();
            for (int n = 0; n < actual.length; n++) {
                double[] exact = exactBackward(y.values()[n], dy.values()[n], 1);
                double[] scale = backwardScale(y.values()[n], dy.values()[n], 1);
                Near.assertNear(dtype, exact, actual[n], scale, dtype + " " + geometry + " row " + n);
            }
        }
    }

    static double[][] rounded(DType dtype, double[][] rows) {
        return Arrays.stream(rows).map(row -> rounded(dtype, row)).toArray(double[][]::new);
    }

    static double[] rounded(DType dtype, double[] values) {
        return Arrays.stream(values).map(value -> Elements.round(dtype, value)).toArray();
    }
}

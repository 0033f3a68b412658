package io.github.logitops.contract;

import static io.github.logitops.contract.SoftmaxContract.assertMessage;
import static io.github.logitops.contract.SoftmaxContract.rounded;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.SoftmaxReference;
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

/**
 * What ops with one number for each row promise, whichever executor runs them: log-sum-exp and entropy.
 *
 * @param <R> what they leave for their gradient
 */
abstract class RowValueContract<R extends AutoCloseable> {
    static final double INF = Double.POSITIVE_INFINITY;

    final Rig rig;

    RowValueContract(RigKind kind) {
        rig = kind.rig();
    }

    /** The op's name in messages. */
    abstract String op();

    /** What messages call the output. */
    abstract String output();

    abstract R newResult(Bench bench, Geometry geometry, DType dtype);

    /** The output in a result. */
    abstract Tensor value(R result);

    /** The log-sum-exp in a result. */
    abstract Tensor lse(R result);

    abstract void forward(Bench bench, Geometry geometry, Tensor x, R result, Stream stream);

    /** The output alone. */
    abstract void forward(Bench bench, Geometry geometry, Tensor x, Tensor value, Stream stream);

    abstract void backward(
            Bench bench, Geometry geometry, Tensor x, R saved, GradScale gradScale, Tensor dx, Stream stream);

    abstract double exactForward(double[] x);

    abstract double[] exactBackward(double[] x, double gradScale);

    abstract double forwardScale(double[] x);

    abstract double[] backwardScale(double[] x, double gradScale);

    @EachFloatingDType
    void everyLayoutIsWithinTheBounds(DType dtype) {
        for (Geometry geometry : Geometry.several()) {
            check(dtype, geometry, new Data(60).logits(geometry.rows(), geometry.classes()));
        }
    }

    @EachFloatingDType
    void longRowsLoseNothing(DType dtype) {
        double[][] constant = new double[1][262144];
        Arrays.fill(constant[0], 1.5);
        check(dtype, Geometry.dense(1, 262144), constant);
        check(dtype, Geometry.dense(1, 50257), new Data(61).logits(1, 50257));
    }

    @EachFloatingDType
    void logitsFarFromZeroLoseNothing(DType dtype) {
        for (double offset : Data.offsets(dtype)) {
            check(dtype, Geometry.dense(3, 500), new Data(62).logitsAbout(offset, dtype, 3, 500));
            check(dtype, Geometry.dense(2, 5, 3).along(1), new Data(62).logitsAbout(offset, dtype, 6, 5));
        }
    }

    @EachFloatingDType
    void infinitiesAndNanSpreadAsTheTableSays(DType dtype) {
        double[][] rows = {
            {1, -INF, 2}, {-INF, -INF, 3}, {-INF, -INF, -INF}, {1, Double.NaN, 2}, {1, INF, 2}, {-INF, Double.NaN, INF}
        };
        check(dtype, Geometry.dense(6, 3), rows);
    }

    @EachFloatingDType
    void aRowHasTheSameBitsAloneAndInABatch(DType dtype) {
        int classes = 1003;
        double[][] logits = new Data(63).logits(34, classes);
        Results batch = run(dtype, Geometry.dense(34, classes), logits);
        for (int n : new int[] {0, 1, 33}) {
            Results alone = run(dtype, Geometry.dense(1, classes), new double[][] {logits[n]});
            assertEquals(batch.values[n], alone.values[0], "row " + n);
            assertArrayEquals(batch.gradient[n], alone.gradient[0], "row " + n);
        }
        Results again = run(dtype, Geometry.dense(34, classes), logits);
        assertArrayEquals(batch.values, again.values, "from run to run");
        assertArrayEquals(batch.gradient, again.gradient, "from run to run");
    }

    @Test
    void gradScaleIsTheUpstreamGradientAndMultipliesBeforeRounding() {
        Geometry geometry = Geometry.dense(3, 40);
        double[] factors = {3 * 0x1p-24, 0, -1024};
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            DeviceRows x = bench.rows(DType.F16, geometry, new Data(64).values(3, 40));
            R saved = bench.keep(newResult(bench, geometry, DType.F16));
            forward(bench, geometry, x.tensor(), saved, s);
            Tensor perRow = bench.vector(DType.F32, geometry.rowShape(), factors);
            DeviceRows dx = bench.poisoned(DType.F16, geometry);
            backward(bench, geometry, x.tensor(), saved, new GradScale(0x1p18, perRow), dx.tensor(), s);
            for (int n = 0; n < 3; n++) {
                double factor = factors[n] * 0x1p18;
                double[] exact = exactBackward(x.values()[n], factor);
                double[] scale = backwardScale(x.values()[n], factor);
                Near.assertNear(DType.F16, exact, dx.read()[n], scale, "row " + n);
            }
        }
    }

    @EachFloatingDType
    void anEmptyBatchIsFine(DType dtype) {
        assertEquals(0, run(dtype, Geometry.dense(0, 5), new double[0][5]).values.length);
    }

    @Test
    void mistakesAreNamed() {
        Geometry g = Geometry.dense(4, 10);
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Tensor x = bench.vector(DType.F32, Shape.of(4, 10), new double[40]);
            Tensor half = bench.empty(DType.F16, 4, 10);
            Tensor closed = bench.empty(DType.F32, 4, 10);
            closed.close();
            Tensor within = bench.keep(bench.ops().wrap(x.address() + 16, DType.F32, Shape.of(4)));
            R good = bench.keep(newResult(bench, g, DType.F32));
            R ofFive = bench.keep(newResult(bench, Geometry.dense(5, 10), DType.F32));
            String forward = op() + ".forward: ";
            String backward = op() + ".backward: ";
            assertMessage(
                    forward + output() + " must be F32[4] without padding: " + output() + "=F32[5]",
                    () -> forward(bench, g, x, bench.empty(DType.F32, 5), s));
            assertMessage(
                    forward + output() + " must be F32[4] without padding: " + output() + "=F32[5]",
                    () -> forward(bench, g, x, ofFive, s));
            assertMessage(
                    forward + output() + " must be F32[4] without padding: " + output() + "=F64[4]",
                    () -> forward(bench, g, half, bench.empty(DType.F64, 4), s));
            assertMessage(
                    forward + output() + " must not overlap x: " + output() + "=" + range(within) + ", x=" + range(x),
                    () -> forward(bench, g, x, within, s));
            Tensor labels = bench.empty(DType.I32, 4, 10);
            assertMessage(forward + "x must be floating-point: x=I32[4, 10]", () -> forward(bench, g, labels, good, s));
            assertEquals(
                    backward + "no op has filled the result: result=" + value(good),
                    assertThrows(IllegalStateException.class, () -> backward(bench, g, x, good, GradScale.ONE, x, s))
                            .getMessage());
            forward(bench, g, x, good, s);
            assertMessage(
                    backward + "x and dx must have one dtype: x=F32, dx=F16",
                    () -> backward(bench, g, x, good, GradScale.ONE, half, s));
            Tensor shifted = bench.keep(bench.ops().wrap(x.address() + 4, DType.F32, Shape.of(3, 10)));
            Tensor start = bench.keep(bench.ops().wrap(x.address(), DType.F32, Shape.of(3, 10)));
            assertMessage(
                    backward + "dx must not overlap x: dx=" + range(shifted) + ", x=" + range(start),
                    () -> backward(bench, g, start, good, GradScale.ONE, shifted, s));
            GradScale five = GradScale.perRow(bench.empty(DType.F32, 5));
            assertMessage(
                    backward + "gradScale must be F32[4] without padding: gradScale=F32[5]",
                    () -> backward(bench, g, x, good, five, x, s));
            IllegalStateException used =
                    assertThrows(IllegalStateException.class, () -> forward(bench, g, closed, good, s));
            assertTrue(used.getMessage().startsWith("tensor: used after close: tensor=" + closed), used.getMessage());
        }
    }

    static String range(Tensor tensor) {
        return "0x" + Long.toHexString(tensor.address()) + "+" + tensor.bytes();
    }

    private record Results(double[][] x, double[] values, double[] lse, double[][] gradient) {}

    /** Forward, and backward out of place and in place. */
    private Results run(DType dtype, Geometry geometry, double[][] logits) {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            DeviceRows x = bench.rows(dtype, geometry, logits);
            R saved = bench.keep(newResult(bench, geometry, dtype));
            forward(bench, geometry, x.tensor(), saved, s);
            Tensor alone = bench.keep(bench.ops().empty(dtype.arithmetic(), geometry.rowShape()));
            forward(bench, geometry, x.tensor(), alone, s);
            DeviceRows dx = bench.poisoned(dtype, geometry);
            backward(bench, geometry, x.tensor(), saved, GradScale.ONE, dx.tensor(), s);
            assertArrayEquals(x.values(), x.read(), "the logits were written");
            double[][] gradient = dx.read();
            backward(bench, geometry, x.tensor(), saved, GradScale.ONE, x.tensor(), s);
            assertArrayEquals(gradient, x.read(), "in place, " + geometry);
            double[] values = value(saved).downloadDoubles(s);
            assertArrayEquals(values, alone.downloadDoubles(s), "without what the gradient needs");
            return new Results(x.values(), values, lse(saved).downloadDoubles(s), gradient);
        }
    }

    private void check(DType dtype, Geometry geometry, double[][] logits) {
        Results results = run(dtype, geometry, logits);
        for (int n = 0; n < logits.length; n++) {
            double[] x = rounded(dtype, logits[n]);
            String what = dtype + " " + geometry + " row " + n;
            DType arithmetic = dtype.arithmetic();
            Near.assertNear(arithmetic, exactForward(x), results.values[n], forwardScale(x), what);
            double lse = SoftmaxReference.logSumExp(x);
            Near.assertNear(arithmetic, lse, results.lse[n], SoftmaxReference.logSumExpScale(x), what + ", lse");
            Near.assertNear(dtype, exactBackward(x, 1), results.gradient[n], backwardScale(x, 1), what);
        }
    }
}

package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import io.github.logitops.support.RigKind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What softmax and log-softmax promise, whichever executor runs them: a subclass names the op. */
abstract class SoftmaxContract extends ActivationContract {
    private static final double INF = Double.POSITIVE_INFINITY;

    SoftmaxContract(RigKind kind) {
        super(kind);
    }

    /** Upstream gradients of tens of thousands, of which next to nothing is left where a probability is near 1. */
    @EachFloatingDType
    void gradientsThatNearlyCancelAreWithinTheBounds(DType dtype) {
        int classes = 3073;
        double[][] logits = new Data(19).values(2, classes);
        logits[0][7] = 12;
        logits[1][classes - 1] = 9;
        double[][] dy = new double[2][classes];
        for (int n = 0; n < 2; n++) {
            double[] p = SoftmaxReference.softmax(rounded(dtype, logits[n]));
            for (int j = 0; j < classes; j++) {
                dy[n][j] = 3e4 * p[j];
            }
        }
        checkBackward(dtype, Geometry.dense(2, classes), logits, dy);
    }

    @EachFloatingDType
    void longRowsLoseNothing(DType dtype) {
        for (int classes : new int[] {4096, 32768, 50257, 65536, 262144}) {
            double[][] constant = new double[1][classes];
            Arrays.fill(constant[0], 1.5);
            checkForward(dtype, Geometry.dense(1, classes), constant);
            Data data = new Data(9);
            checkForward(dtype, Geometry.dense(1, classes), data.logits(1, classes));
            checkBackward(dtype, Geometry.dense(1, classes), data.logits(1, classes), data.values(1, classes));
        }
    }

    @EachFloatingDType
    void logitsFarFromZeroLoseNothing(DType dtype) {
        for (double offset : Data.offsets(dtype)) {
            checkForward(dtype, Geometry.dense(3, 500), new Data(17).logitsAbout(offset, dtype, 3, 500));
            checkForward(dtype, Geometry.dense(5, 3).along(0).padded(2), new Data(18).logitsAbout(offset, dtype, 3, 5));
        }
    }

    /** A sum that was rescaled for every small step up would be rounded, and always the same way, a thousand times. */
    @EachFloatingDType
    void rowsThatRiseSlowlyLoseNothing(DType dtype) {
        int classes = 8192;
        double[][] rising = new double[6][classes];
        for (int row = 0; row < rising.length; row++) {
            for (int j = 0; j < classes; j++) {
                rising[row][j] = (1 + 0.37 * row) * j / classes;
            }
        }
        checkForward(dtype, Geometry.dense(classes, rising.length).along(0), rising);
    }

    /** Beside 1 each small one is rounded away, batch by batch; all together are a ten-thousandth and more. */
    @EachFloatingDType
    void manySmallOnesBesideALargeOneAreNotLost(DType dtype) {
        int classes = 16384;
        double[][] x = new double[2][classes];
        for (int j = 1; j < classes; j++) {
            x[0][j] = -18.75; // 8 of them are less than half a unit in the last place of 1 in F32
            x[1][j] = -16;
        }
        checkForward(dtype, Geometry.dense(classes, x.length).along(0), x);
    }

    @EachFloatingDType
    void infinitiesAndNanSpreadAsTheTableSays(DType dtype) {
        double[][] rows = {
            {1, -INF, 2}, {-INF, -INF, 3}, {-INF, -INF, -INF}, {1, Double.NaN, 2}, {1, INF, 2}, {-INF, Double.NaN, INF}
        };
        checkForward(dtype, Geometry.dense(6, 3), rows);
    }

    @EachFloatingDType
    void aNanIsNotRescaledAway(DType dtype) {
        double[][] rows = {
            {0, Double.NaN, -200, -200, -200, -200, -200, -200, -200},
            {Double.NaN, -1000, -1000, -1000, 0, -1000, -1000, -1000, -1000}
        };
        for (Geometry geometry :
                List.of(Geometry.dense(2, 9), Geometry.dense(9, 2).along(0))) {
            for (double[] row : forward(dtype, geometry, rows)) {
                assertTrue(Arrays.stream(row).allMatch(Double::isNaN), Arrays.toString(row));
            }
        }
    }

    @EachFloatingDType
    void aRowHasTheSameBitsAloneAndInABatch(DType dtype) {
        int classes = 1003;
        double[][] logits = new Data(11).logits(70, classes);
        double[][] batch = forward(dtype, Geometry.dense(70, classes), logits);
        for (int n : new int[] {0, 1, 33, 69}) {
            double[][] alone = forward(dtype, Geometry.dense(1, classes), new double[][] {logits[n]});
            assertArrayEquals(batch[n], alone[0], "row " + n);
        }
        assertArrayEquals(batch, forward(dtype, Geometry.dense(70, classes), logits), "from run to run");
    }

    @Test
    void gradScaleMultipliesBeforeRounding() {
        // In F16 the plain gradient underflows to zero; scaled by 2^16 it is exact.
        double small = 0x1p-20;
        Geometry geometry = Geometry.dense(2, 2);
        double[][] y = {{0.5, 0.5}, {0.5, 0.5}};
        double[][] dy = {{small, 0}, {0, small}};
        double[] scales = {0x1p16, 0x1p17};
        try (Bench bench = new Bench(rig)) {
            DeviceRows output = bench.rows(DType.F16, geometry, y);
            DeviceRows upstream = bench.rows(DType.F16, geometry, dy);
            DeviceRows dx = bench.poisoned(DType.F16, geometry);
            Tensor factors = bench.vector(DType.F32, Shape.of(2), scales);
            Stream s = bench.stream();
            backward(bench, geometry, output.tensor(), upstream.tensor(), GradScale.perRow(factors), dx.tensor(), s);
            double[][] perRow = dx.read();
            for (int n = 0; n < 2; n++) {
                GradScale scale = GradScale.of(scales[n]);
                backward(bench, geometry, output.tensor(), upstream.tensor(), scale, dx.tensor(), s);
                assertArrayEquals(dx.read()[n], perRow[n]);
                double[] exact = exactBackward(output.values()[n], upstream.values()[n], scales[n]);
                double[] sizes = backwardScale(output.values()[n], upstream.values()[n], scales[n]);
                Near.assertNear(DType.F16, exact, perRow[n], sizes, "row " + n);
                assertEquals(Math.abs(exact[0]), Math.abs(perRow[n][0]), 1e-3 * Math.abs(exact[0]));
            }
        }
    }

    @Test
    void mistakesWithRowsAreNamed() {
        Geometry g = Geometry.dense(4, 10);
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Tensor x = bench.empty(DType.F32, 4, 10);
            Tensor none = bench.empty(DType.F32, 4, 0);
            Tensor scalar = bench.empty(DType.F32);
            String forward = op() + ".forward: ";
            assertMessage(
                    forward + "an axis has 1 to 2^31-1 elements: axis=1, x=[4, 0]",
                    () -> forward(bench, g, none, none, s));
            assertMessage(forward + "x has no such axis: axis=1, x=[]", () -> forward(bench, g, scalar, scalar, s));
            Tensor factors = bench.empty(DType.F32, 5);
            assertMessage(
                    op() + ".backward: gradScale must be F32[4] without padding: gradScale=F32[5]",
                    () -> backward(bench, g, x, plain(bench), GradScale.perRow(factors), plain(bench), s));
        }
    }
}

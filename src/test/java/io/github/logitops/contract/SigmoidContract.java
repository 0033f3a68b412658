package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Data;
import io.github.logitops.support.DeviceRows;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.Near;
import io.github.logitops.support.RigKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What sigmoid and log-sigmoid promise, whichever executor runs them: a subclass names the op. */
abstract class SigmoidContract extends ActivationContract {
    private static final double INF = Double.POSITIVE_INFINITY;

    SigmoidContract(RigKind kind) {
        super(kind);
    }

    @EachFloatingDType
    void edgesAreThoseOfTheFormula(DType dtype) {
        double[][] edges = {
            {0, -0.0, INF, -INF, Double.NaN, 1, -1, 1e-30},
            {-1e-30, 1e-5, -1e-5, 20, -20, 87, -87, 88.5},
            {-88.5, 104, -104, 700, -700, 745, -745, 60000},
            {-60000, 3e38, -3e38, 1e300, -1e300, 16.5, -16.5, 17.5}
        };
        checkForward(dtype, Geometry.dense(4, 8), edges);
        checkForward(dtype, Geometry.dense(8, 4).along(0).shifted(1), edges);
    }

    /** Where next to nothing is left, or of 1 next to nothing is missing. */
    @EachFloatingDType
    void gradientsAreGoodFromEndToEnd(DType dtype) {
        double[][] logits = new double[2][401];
        double[][] dy = new double[2][401];
        for (int j = 0; j < 401; j++) {
            logits[0][j] = (j - 200) / 2.0;
            logits[1][j] = (j - 200) / 64.0;
            dy[0][j] = j % 2 == 0 ? 3 : -1e-3;
            dy[1][j] = 1;
        }
        checkForward(dtype, Geometry.dense(2, 401), logits);
        checkBackward(dtype, Geometry.dense(2, 401), logits, dy);
    }

    @EachFloatingDType
    void anElementHasTheSameBitsWhereverItLies(DType dtype) {
        double[][] logits = new Data(11).logits(70, 13);
        double[][] dense = forward(dtype, Geometry.dense(70, 13), logits);
        for (Geometry geometry : List.of(
                Geometry.dense(70, 13).padded(3).shifted(1),
                Geometry.dense(13, 70).along(0))) {
            assertArrayEquals(dense, forward(dtype, geometry, logits), geometry.toString());
        }
    }

    /** In F16 the plain gradient is next to nothing; scaled by 2^16 it has all its digits. */
    @Test
    void gradScaleMultipliesBeforeRounding() {
        Geometry geometry = Geometry.dense(2, 3);
        double[][] y = exactRows(new double[][] {{0, 0.5, 1}, {-1, -0.5, 2}});
        double[][] dy = {{0x1p-20, -0x1p-20, 0x1p-21}, {0x1p-20, 0x1p-22, 0x1p-20}};
        double[] scales = {0x1p16, 0x1p17, 0x1p15, 1, -0x1p16, 0x1p18};
        try (Bench bench = new Bench(rig)) {
            DeviceRows output = bench.rows(DType.F16, geometry, y);
            DeviceRows upstream = bench.rows(DType.F16, geometry, dy);
            DeviceRows dx = bench.poisoned(DType.F16, geometry);
            GradScale perElement = GradScale.perRow(bench.vector(DType.F32, Shape.of(2, 3), scales));
            Tensor of = output.tensor();
            backward(bench, geometry, of, upstream.tensor(), perElement, dx.tensor(), bench.stream());
            double[][] each = dx.read();
            for (int i = 0; i < scales.length; i++) {
                GradScale scale = GradScale.of(scales[i]);
                backward(bench, geometry, of, upstream.tensor(), scale, dx.tensor(), bench.stream());
                int n = i / 3;
                assertEquals(dx.read()[n][i % 3], each[n][i % 3], "element " + i);
                double[] exact = exactBackward(output.values()[n], upstream.values()[n], scales[i]);
                double[] sizes = backwardScale(output.values()[n], upstream.values()[n], scales[i]);
                Near.assertNear(DType.F16, exact, dx.read()[n], sizes, "row " + n);
            }
        }
    }

    private double[][] exactRows(double[][] x) {
        return new double[][] {exactForward(x[0]), exactForward(x[1])};
    }

    @Test
    void mistakesWithShapesAreNamed() {
        Geometry g = Geometry.dense(4, 10);
        try (Bench bench = new Bench(rig)) {
            Tensor none = bench.empty(DType.F32, 4, 0);
            Tensor scalar = bench.empty(DType.F32);
            String forward = op() + ".forward: ";
            assertMessage(
                    forward + "an axis has 1 to 2^31-1 elements: axis=-1, x=[4, 0]",
                    () -> forward(bench, g, none, none, bench.stream()));
            assertMessage(
                    forward + "x has no such axis: axis=-1, x=[]",
                    () -> forward(bench, g, scalar, scalar, bench.stream()));
            GradScale perRow = GradScale.perRow(bench.empty(DType.F32, 4));
            assertMessage(
                    op() + ".backward: gradScale must be F32[4, 10] without padding: gradScale=F32[4]",
                    () -> backward(bench, g, plain(bench), plain(bench), perRow, plain(bench), bench.stream()));
        }
    }
}

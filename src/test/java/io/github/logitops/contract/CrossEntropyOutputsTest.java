package io.github.logitops.contract;

import static io.github.logitops.contract.SoftmaxContract.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultPart;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.RowOutput;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Data;
import io.github.logitops.support.DeviceRows;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What cross entropy gives beside losses and gradients: argmax, accuracy, entropy, the z-loss, and all of it on the host. */
@OnEachRig
class CrossEntropyOutputsTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;
    private static final CrossEntropyOptions DEFAULTS = CrossEntropyOptions.defaults();
    private static final CrossEntropyOptions SUM = DEFAULTS.withReduction(Reduction.SUM);
    private static final CrossEntropyOptions NONE = DEFAULTS.withReduction(Reduction.NONE);

    private final Rig rig;

    CrossEntropyOutputsTest(RigKind kind) {
        rig = kind.rig();
    }

    private static CrossEntropyCase rows(DType dtype, double[]... logits) {
        return CrossEntropyCase.of(dtype, Geometry.dense(logits.length, logits[0].length), logits);
    }

    @EachFloatingDType
    void argmaxIsTheLowestAmongEqualsAndNanTheLargest(DType dtype) {
        double[][] logits = {
            {1, 3, 3, 2}, {-INF, -INF, -INF, -INF}, {1, NAN, INF, NAN}, {-0.0, 0.0, -1, -1}, {0, 1, 2, 3}, {9, 0, 0, 0}
        };
        long[] expected = {1, 0, 1, 0, 3, 0};
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            for (Geometry geometry :
                    new Geometry[] {Geometry.dense(6, 4), Geometry.dense(4, 6).along(0)}) {
                DeviceRows x = bench.rows(dtype, geometry, logits);
                Tensor labels = bench.labels(DType.I32, Shape.of(6), 1, 0, 2, 1, 3, -100);
                CrossEntropy loss = bench.ops()
                        .crossEntropy(NONE.withOutputs(RowOutput.ARGMAX).withSoftCap(1), geometry.specAxis());
                try (CrossEntropyResult result = loss.forward(x.tensor(), labels, s)) {
                    assertArrayEquals(expected, result.argmax().downloadLabels(s));
                    assertArrayEquals(
                            new long[] {1, 1, 0, 0, 1, 0}, result.correct().downloadLabels(s));
                    assertEquals(3, result.correctRows());
                    assertEquals(5, result.countedRows());
                }
            }
        }
    }

    @EachFloatingDType
    void argmaxOfLongRowsIsFoundWhereverItStands(DType dtype) {
        for (int at : new int[] {0, 255, 256, 2047, 2048, 4999}) {
            double[] row = new double[5000];
            row[at] = 1;
            row[4999] = 1;
            rows(dtype, row)
                    .labels(DType.I32, at)
                    .options(SUM.withOutputs(RowOutput.ARGMAX))
                    .check(rig);
        }
    }

    /** Kernels add rows up in chunks, and then the chunks. */
    @EachFloatingDType
    void manyRowsAddUp(DType dtype) {
        int rows = (int) (2 * ResultPart.chunkRows(1) + 3);
        Data data = new Data(71);
        for (Geometry geometry :
                List.of(Geometry.dense(rows, 3), Geometry.dense(1, 3, rows).along(1))) {
            CrossEntropyCase.of(dtype, geometry, data.logits(rows, 3))
                    .labels(DType.I64, data.labels(rows, 3, -100))
                    .weights(data.weights(3))
                    .options(CrossEntropyOptions.defaults().withZLoss(0.01).withOutputs(RowOutput.ARGMAX))
                    .check(rig);
        }
    }

    @EachFloatingDType
    void entropyOfEqualLogitsIsTheLogarithmOfTheirNumberAndOfOneZero(DType dtype) {
        double[][] logits = {{7, 7, 7, 7}, {7, -INF, -INF, -INF}, {7, -INF, 7, -INF}, {-INF, -INF, -INF, -INF}};
        rows(dtype, logits)
                .labels(DType.I32, 0, 0, 0, 0)
                .options(NONE.withOutputs(RowOutput.ENTROPY))
                .check(rig);
        try (Bench bench = new Bench(rig)) {
            DeviceRows x = bench.rows(dtype, Geometry.dense(4, 4), logits);
            Tensor labels = bench.labels(DType.I32, Shape.of(4), 0, 0, 0, 0);
            CrossEntropy loss = bench.ops().crossEntropy(NONE.withOutputs(RowOutput.ENTROPY));
            try (CrossEntropyResult result = loss.forward(x.tensor(), labels, bench.stream())) {
                double[] entropy = result.entropy().downloadDoubles(bench.stream());
                assertArrayEquals(new double[] {Math.log(4), 0, Math.log(2), NAN}, entropy, 1e-6);
            }
        }
    }

    @EachFloatingDType
    void aRowThatRisesFromTheLowestFiniteNumberHasItsEntropy(DType dtype) {
        // Masks of the lowest finite number: the sums move from one end of the range to the other.
        double lowest = dtype == DType.F16 ? -65504 : dtype == DType.F64 ? -1e308 : -3.3e38;
        double[] row = new double[3000];
        Arrays.fill(row, 0, 2500, lowest);
        rows(dtype, row)
                .labels(DType.I32, 2999)
                .options(SUM.withOutputs(RowOutput.ENTROPY))
                .check(rig);
    }

    @Test
    void hostArraysGiveWhatTensorsGive() {
        try (Bench bench = new Bench(rig)) {
            Shape shape = Shape.of(2, 2);
            double[] x = {0, Math.log(3), 5, 5};
            CrossEntropy mean = bench.ops().crossEntropy(DEFAULTS.withZLoss(1).withOutputs(RowOutput.values()));
            double l0 = Math.log(4);
            double l1 = 5 + Math.log(2);

            var labelled = mean.forward(x, new int[] {1, 1}, shape);
            assertEquals((l0 * l0 + l1 * l1) / 2, labelled.zLoss(), 1e-13);
            assertArrayEquals(new int[] {1, 0}, labelled.argmax());
            assertEquals(1, labelled.correctRows());
            assertArrayEquals(new int[] {0, 1}, labelled.ranks());
            assertEquals(Math.log(2), labelled.entropy()[1], 1e-15);

            double[] q = {0.5, 0.5, 0, 1};
            var given = mean.forward(x, q, null, shape);
            assertEquals(given.zLoss() + (l0 - Math.log(3) / 2 + Math.log(2)) / 2, given.loss(), 1e-13);
            CrossEntropy none = bench.ops().crossEntropy(NONE);
            var both = none.forwardBackward(x, q, new double[] {2, 1}, GradScale.of(4), shape);
            assertArrayEquals(new double[] {-2.5, 2.5, 2, -2}, both.gradient(), 1e-14);
            assertTrue(Double.isNaN(both.loss()) && Double.isNaN(both.zLoss()) && both.argmax() == null);

            float[] floats = {0, 0, 5, 5};
            float[] fq = {0.5f, 0.5f, 0, 1};
            assertEquals(Math.log(2), none.forward(floats, fq, null, shape).rowLosses()[0], 1e-7);
            assertArrayEquals(
                    new float[] {0, 0, 0.5f, -0.5f},
                    none.forwardBackward(floats, fq, null, GradScale.ONE, shape).gradient());
            assertMessage(
                    "crossEntropy.forward: targets must hold each element once: elements=3, shape=[2, 2]",
                    () -> none.forward(floats, new float[3], null, shape));
        }
    }

    @Test
    void whatWasNotAskedForIsNamed() {
        try (Bench bench = new Bench(rig)) {
            CrossEntropy plain = bench.ops().crossEntropy(NONE);
            try (CrossEntropyResult result = plain.newResult(DType.F32, Shape.of(1, 2), bench.stream())) {
                String argmax = "crossEntropy: not among the outputs: asked=ARGMAX, outputs=[]";
                assertEquals(argmax, thrown(result::argmax));
                assertEquals(argmax, thrown(result::correct));
                assertEquals(argmax, thrown(result::correctRows));
                assertEquals("crossEntropy: not among the outputs: asked=ENTROPY, outputs=[]", thrown(result::entropy));
                String rank = "crossEntropy: not among the outputs: asked=RANK, outputs=[]";
                assertEquals(rank, thrown(result::ranks));
                assertEquals(rank, thrown(() -> result.topKAccuracy(5)));
                assertEquals("crossEntropy: the options have no z-loss: options=" + NONE, thrown(result::zLosses));
                assertEquals(
                        "crossEntropy: no reduced loss, read rowLosses: reduction=NONE", thrown(result::awaitZLoss));
            }
        }
    }

    private static String thrown(Runnable call) {
        return assertThrows(IllegalStateException.class, call::run).getMessage();
    }
}

package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Data;
import io.github.logitops.support.DeviceRows;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What cross entropy promises, whichever executor runs it: results. {@link LabelErrorTest} has the bad labels, and {@link
 * CrossEntropyMistakesTest} the other mistakes.
 */
@OnEachRig
class CrossEntropyTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;
    private static final int COMBINATIONS = 150;
    private static final List<CrossEntropyOptions> LAYOUT_OPTIONS = List.of(
            CrossEntropyOptions.defaults(),
            CrossEntropyOptions.defaults().withLabelSmoothing(0.3).withReduction(Reduction.NONE));

    private final Rig rig;

    CrossEntropyTest(RigKind kind) {
        rig = kind.rig();
    }

    @EachFloatingDType
    void everyLayoutIsWithinTheBounds(DType dtype) {
        for (Geometry geometry : Geometry.several()) {
            for (CrossEntropyOptions options : LAYOUT_OPTIONS) {
                Data data = new Data(20);
                CrossEntropyCase plain = CrossEntropyCase.of(
                                dtype, geometry, data.logits(geometry.rows(), geometry.classes()))
                        .labels(DType.I32, data.labels(geometry.rows(), geometry.classes(), -100))
                        .options(options);
                plain.check(rig);
                plain.weights(data.weights(geometry.classes())).gradScale(1024).check(rig);
            }
        }
    }

    @EachFloatingDType
    void randomCombinationsOfEverythingAreWithinTheBounds(DType dtype) {
        CrossEntropyDraw draw = new CrossEntropyDraw();
        for (int i = 0; i < COMBINATIONS; i++) {
            CrossEntropyCase drawn = draw.next(dtype);
            try {
                drawn.check(rig);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + CrossEntropyDraw.SEED + ", combination " + i + ": " + drawn, e);
            }
        }
    }

    @EachFloatingDType
    void longRowsLoseNothing(DType dtype) {
        for (int classes : new int[] {8192, 32768, 50257, 262144}) {
            CrossEntropyCase longRow = CrossEntropyCase.of(
                            dtype, Geometry.dense(1, classes), new Data(21).logits(1, classes))
                    .labels(DType.I32, classes - 1);
            longRow.check(rig);
            longRow.options(CrossEntropyOptions.defaults().withLabelSmoothing(0.1))
                    .weights(new Data(22).weights(classes))
                    .check(rig);
        }
    }

    /** In registers, in a tile, and where it is too long for either. */
    @EachFloatingDType
    void columnsOfAnyLengthHaveLosses(DType dtype) {
        for (int classes : new int[] {3, 32, 64, 65, 200, 1500}) {
            Geometry columns = Geometry.dense(2, classes, 3).along(1);
            CrossEntropyCase.of(dtype, columns, new Data(24).logits(6, classes))
                    .labels(DType.I64, 0, 2, -100, 1, 2, classes - 1)
                    .check(rig);
        }
    }

    @EachFloatingDType
    void aFactorForEachRowIsTheUpstreamGradientOfRowLosses(DType dtype) {
        CrossEntropyCase.of(dtype, Geometry.dense(5, 33), new Data(23).logits(5, 33))
                .labels(DType.I32, 0, 32, 5, -100, 7)
                .options(CrossEntropyOptions.defaults().withReduction(Reduction.NONE))
                .gradScalePerRow(1, -2, 0, 5, 1024)
                .check(rig);
    }

    @Test
    void aNumberAndFactorsForEachRowMultiply() {
        try (Bench bench = new Bench(rig)) {
            CrossEntropyOptions none = CrossEntropyOptions.defaults().withReduction(Reduction.NONE);
            DeviceRows x = bench.rows(DType.F64, Geometry.dense(2, 2), new double[][] {{0, 0}, {0, 0}});
            Tensor labels = bench.labels(DType.I32, Shape.of(2), 0, 1);
            Tensor factors = bench.vector(DType.F64, Shape.of(2), 3, 5);
            CrossEntropy loss = bench.ops().crossEntropy(none);
            try (CrossEntropyResult result = loss.newResult(DType.F64, Shape.of(2, 2), bench.stream())) {
                GradScale scale = new GradScale(2, factors);
                loss.forwardBackward(x.tensor(), labels, null, scale, x.tensor(), result, bench.stream());
                assertArrayEquals(new double[][] {{-3, 3}, {5, -5}}, x.read());
            }
        }
    }

    @Test
    void withoutGradScaleHalfGradientsOfAMeanVanish() {
        int rows = 512;
        double[][] logits = new double[rows][2];
        for (double[] row : logits) {
            row[0] = 12; // a gradient of 6.1e-6 / 512, below half of the smallest F16
        }
        CrossEntropyCase mean =
                CrossEntropyCase.of(DType.F16, Geometry.dense(rows, 2), logits).labels(DType.I32, new long[rows]);
        assertEquals(0, Math.abs(mean.check(rig).gradient()[0][0]));
        assertTrue(mean.gradScale(65536).check(rig).gradient()[0][0] < -0.0003);
    }

    @EachFloatingDType
    void anIgnoredRowIsZeroWhateverItHolds(DType dtype) {
        double[][] logits = {{NAN, NAN, NAN}, {1, 2, 3}, {INF, -INF, NAN}};
        for (long ignored : new long[] {-100, 1, 7, Long.MIN_VALUE}) {
            var actual = CrossEntropyCase.of(dtype, Geometry.dense(3, 3), logits)
                    .labels(DType.I64, ignored, 0, ignored)
                    .options(CrossEntropyOptions.defaults().withIgnoreIndex(ignored))
                    .check(rig);
            assertArrayEquals(new double[3], actual.gradient()[0]);
            assertArrayEquals(new double[3], actual.gradient()[2]);
            assertEquals(0, actual.rowLosses()[0]);
            assertEquals(1, actual.countedRows());
        }
    }

    @EachFloatingDType
    void infinitiesAndNanSpreadAsTheTableSays(DType dtype) {
        double[][] logits = {
            {1, -INF, 2}, {-INF, 1, 2}, {-INF, -INF, 2}, {-INF, -INF, -INF}, {1, NAN, 2}, {1, INF, 2}, {-INF, NAN, INF}
        };
        CrossEntropyCase edges = CrossEntropyCase.of(dtype, Geometry.dense(7, 3), logits)
                .labels(DType.I32, 0, 0, 2, 0, 0, 0, 0)
                .options(CrossEntropyOptions.defaults().withReduction(Reduction.NONE));
        double[] losses = edges.check(rig).rowLosses();
        assertEquals(Math.log(1 + Math.E), losses[0], 1e-6);
        assertEquals(INF, losses[1], "the label's logit is -inf");
        assertEquals(0, losses[2]);
        for (int n = 3; n < 7; n++) {
            assertTrue(Double.isNaN(losses[n]), "row " + n);
        }
        edges.options(edges.options().withLabelSmoothing(0.1)).check(rig);
    }

    @EachFloatingDType
    void aClassWithoutTargetAddsNothingEvenAtMinusInfinity(DType dtype) {
        // Smoothing reaches every class, but the weight of the one at -inf is 0.
        var actual = CrossEntropyCase.of(dtype, Geometry.dense(1, 3), new double[][] {{-INF, 0, 0}})
                .labels(DType.I32, 1)
                .weights(new double[] {0, 1, 1})
                .options(CrossEntropyOptions.defaults().withLabelSmoothing(0.3).withReduction(Reduction.SUM))
                .check(rig);
        assertEquals(0.9 * Math.log(2), actual.loss(), 1e-6);
        assertEquals(0, actual.gradient()[0][0]);
    }

    @EachFloatingDType
    void aNanWeightOfAnUnusedClassHasNoEffect(DType dtype) {
        double[][] logits = {{1, 2, 3}, {3, 2, 1}};
        CrossEntropyCase unused =
                CrossEntropyCase.of(dtype, Geometry.dense(2, 3), logits).labels(DType.I32, 0, 2);
        double loss = unused.weights(new double[] {1, NAN, 2}).check(rig).loss();
        assertEquals(unused.weights(new double[] {1, 1, 2}).check(rig).loss(), loss);
        unused.weights(new double[] {1, -0.5, -2}).check(rig); // negative weights are used as given
        assertTrue(
                Double.isNaN(unused.weights(new double[] {NAN, 1, 2}).check(rig).loss()));
    }

    @EachFloatingDType
    void whereNothingCountsTheMeanIsNanAndTheGradientZero(DType dtype) {
        CrossEntropyCase ignored = CrossEntropyCase.of(dtype, Geometry.dense(2, 3), new Data(24).logits(2, 3))
                .labels(DType.I32, -100, -100);
        var mean = ignored.check(rig);
        assertTrue(Double.isNaN(mean.loss()));
        assertArrayEquals(new double[2][3], mean.gradient());
        CrossEntropyOptions sum = CrossEntropyOptions.defaults().withReduction(Reduction.SUM);
        assertEquals(0, ignored.options(sum).check(rig).loss());
    }

    @EachFloatingDType
    void weightsThatSumToZeroMakeTheMeanNan(DType dtype) {
        CrossEntropyCase cancelling = CrossEntropyCase.of(dtype, Geometry.dense(2, 3), new Data(25).logits(2, 3))
                .labels(DType.I32, 0, 1)
                .weights(new double[] {1, -1, 1});
        var actual = cancelling.check(rig);
        assertTrue(Double.isNaN(actual.loss()));
        assertTrue(Double.isNaN(actual.gradient()[1][2]));
        assertTrue(Double.isNaN(
                cancelling.weights(new double[] {0, 0, 1}).check(rig).loss()));
    }

    @EachFloatingDType
    void anEmptyBatchIsFine(DType dtype) {
        CrossEntropyCase empty = CrossEntropyCase.of(dtype, Geometry.dense(0, 3), new double[0][3])
                .labels(DType.I32);
        CrossEntropyOptions defaults = CrossEntropyOptions.defaults();
        assertTrue(Double.isNaN(empty.check(rig).loss()));
        assertEquals(
                0,
                empty.options(defaults.withReduction(Reduction.SUM)).check(rig).loss());
        assertEquals(
                0,
                empty.options(defaults.withReduction(Reduction.NONE)).check(rig).rowLosses().length);
    }

    @EachFloatingDType
    void aRowHasTheSameBitsAloneAndInABatch(DType dtype) {
        int rows = 70;
        int classes = 1003;
        double[][] logits = new Data(26).logits(rows, classes);
        long[] labels = new Data(27).labels(rows, classes, 5);
        CrossEntropyOptions sum = CrossEntropyOptions.defaults().withReduction(Reduction.SUM);
        var batch = CrossEntropyCase.of(dtype, Geometry.dense(rows, classes), logits)
                .labels(DType.I32, labels)
                .options(sum)
                .check(rig);
        for (int n : new int[] {0, 1, 33, 69}) {
            var alone = CrossEntropyCase.of(dtype, Geometry.dense(1, classes), new double[][] {logits[n]})
                    .labels(DType.I32, labels[n])
                    .options(sum)
                    .check(rig);
            assertArrayEquals(batch.gradient()[n], alone.gradient()[0]);
            assertEquals(batch.rowLosses()[n], alone.rowLosses()[0]);
        }
    }

    @Test
    void aResultIsFilledAgainAndAgain() {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Shape shape = Shape.of(2, 3);
            DeviceRows x = bench.rows(DType.F32, Geometry.dense(2, 3), new double[][] {{0, 0, 0}, {0, 0, 0}});
            CrossEntropy loss = bench.ops().crossEntropy(CrossEntropyOptions.defaults());
            try (CrossEntropyResult result = loss.newResult(DType.F32, shape, s)) {
                assertThrows(IllegalStateException.class, result::await);
                Tensor labels = bench.labels(DType.I64, Shape.of(2), 0, -100);
                long before = bench.ops().memoryStatistics().bytesInUse();
                long[] counts = {1, 2};
                for (int step = 0; step < 2; step++) {
                    loss.forward(x.tensor(), labels, null, result, s);
                    assertEquals(Math.log(3), result.await(), 1e-6);
                    assertEquals(counts[step], result.countedRows());
                    labels.upload(new long[] {2, 1}, s);
                }
                assertEquals(before, bench.ops().memoryStatistics().bytesInUse());
            }
        }
    }

    @Test
    void aReductionOfNoneHasNoReducedLoss() {
        CrossEntropyOptions none = CrossEntropyOptions.defaults().withReduction(Reduction.NONE);
        try (Bench bench = new Bench(rig)) {
            Tensor x = bench.vector(DType.F32, Shape.of(1, 2), 0, 0);
            Tensor labels = bench.labels(DType.I32, Shape.of(1), 1);
            try (CrossEntropyResult result = bench.ops().crossEntropy(none).forward(x, labels, bench.stream())) {
                assertEquals(1, result.countedRows());
                IllegalStateException e = assertThrows(IllegalStateException.class, result::await);
                assertEquals("crossEntropy: no reduced loss, read rowLosses: reduction=NONE", e.getMessage());
            }
        }
    }

    @Test
    void hostArraysGiveWhatTensorsGive() {
        try (Bench bench = new Bench(rig)) {
            CrossEntropy loss = bench.ops().crossEntropy(CrossEntropyOptions.defaults());
            Shape shape = Shape.of(3, 2);
            int[] labels = {0, 1, -100};
            double[] x = {0, Math.log(3), 5, 5, 9, 9};
            double[] lses = {Math.log(4), 5 + Math.log(2), 9 + Math.log(2)};

            var forward = loss.forward(x, labels, shape);
            assertEquals((Math.log(4) + Math.log(2)) / 2, forward.loss(), 1e-15);
            assertArrayEquals(new double[] {Math.log(4), Math.log(2), 0}, forward.rowLosses(), 1e-15);
            assertArrayEquals(lses, forward.lse(), 1e-14);
            assertEquals(2, forward.countedRows());

            var both = loss.forwardBackward(x, labels, new double[] {3, 1}, GradScale.of(4), shape);
            assertEquals((3 * Math.log(4) + Math.log(2)) / 4, both.loss(), 1e-15);
            assertArrayEquals(new double[] {-2.25, 2.25, 0.5, -0.5, 0, 0}, both.gradient(), 1e-15);

            float[] floats = {1, 1, 2, 2, 3, 3};
            assertEquals(Math.log(2), loss.forward(floats, labels, shape).loss(), 1e-7);
            assertArrayEquals(
                    new float[] {-0.25f, 0.25f, 0.25f, -0.25f, 0, 0},
                    loss.forwardBackward(floats, labels, shape).gradient());
            assertArrayEquals(new float[] {1, 1, 2, 2, 3, 3}, floats);
        }
    }
}

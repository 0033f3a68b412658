package io.github.logitops.contract;

import static io.github.logitops.contract.RowValueContract.INF;
import static io.github.logitops.contract.RowValueContract.range;
import static io.github.logitops.contract.SoftmaxContract.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.Distillation;
import io.github.logitops.DistillationGradient;
import io.github.logitops.DistillationLoss;
import io.github.logitops.DistillationResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Divergence;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import io.github.logitops.spec.TemperatureFactor;
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

/** What distillation promises, whichever executor runs it. */
@OnEachRig
class DistillationTest {
    private static final double NAN = Double.NaN;
    private static final DistillationOptions DEFAULTS = DistillationOptions.defaults();
    private static final DistillationOptions NONE = DEFAULTS.withReduction(Reduction.NONE);
    private static final List<Divergence> DIVERGENCES =
            List.of(Divergence.KL, Divergence.jensenShannon(0.25), Divergence.REVERSE_KL);

    private final Rig rig;

    DistillationTest(RigKind kind) {
        rig = kind.rig();
    }

    @EachFloatingDType
    void everyOptionIsWithinTheBoundsInEveryLayout(DType dtype) {
        List<DistillationOptions> all = List.of(
                DEFAULTS,
                DEFAULTS.withTemperature(2.5, TemperatureFactor.SQUARED).withReduction(Reduction.SUM),
                NONE.withTemperature(0.7, TemperatureFactor.ONE).withHardWeight(0.3),
                DEFAULTS.withHardWeight(1));
        int turn = 0; // every combination comes up, in some layout
        for (Geometry geometry : Geometry.several()) {
            for (Divergence divergence : DIVERGENCES) {
                DistillationOptions options = all.get(turn++ % all.size()).withDivergence(divergence);
                random(80, dtype, geometry)
                        .options(options)
                        .labels(
                                turn % 2 == 0 ? DType.I32 : DType.I64,
                                new Data(81).labels(geometry.rows(), geometry.classes(), -100))
                        .check(rig);
            }
            random(82, dtype, geometry).check(rig);
        }
    }

    @EachFloatingDType
    void longRowsLoseNothing(DType dtype) {
        DistillationOptions mixed =
                NONE.withTemperature(3, TemperatureFactor.SQUARED).withHardWeight(0.5);
        random(83, dtype, Geometry.dense(1, 50257))
                .options(mixed.withDivergence(Divergence.jensenShannon(0.25)))
                .labels(DType.I32, 50256)
                .check(rig);
        random(84, dtype, Geometry.dense(1, 100000)).check(rig);
    }

    @EachFloatingDType
    void logitsFarFromZeroLoseNothing(DType dtype) {
        for (double offset : Data.offsets(dtype)) {
            double[][] student = new Data(85).logitsAbout(offset, dtype, 2, 300);
            double[][] teacher = new Data(86).logitsAbout(offset, dtype, 2, 300);
            teacher[0] = new Data(86).values(1, 300)[0];
            for (Divergence divergence : DIVERGENCES) {
                DistillationOptions options = NONE.withDivergence(divergence);
                DistillationCase far = DistillationCase.of(dtype, Geometry.dense(2, 300), student, teacher);
                far.options(options.withTemperature(3, TemperatureFactor.ONE)).check(rig);
                far.options(options.withTemperature(0.7, TemperatureFactor.SQUARED)
                                .withHardWeight(0.3))
                        .labels(DType.I32, 7, 299)
                        .check(rig);
            }
        }
    }

    @Test
    void nothingIsDividedByTheTemperatureBeforeTheMaximumIsSubtracted() {
        double[][] student = {{1e6, 1e6 + 1, 1e6 + 3}};
        double[][] teacher = {{1e6 + 2, 1e6, 1e6 + 1}};
        var actual = DistillationCase.of(DType.F64, Geometry.dense(1, 3), student, teacher)
                .options(NONE.withTemperature(3, TemperatureFactor.ONE))
                .check(rig);
        assertEquals(0.1713162965327767, actual.rowLosses()[0], 1e-15);
    }

    @EachFloatingDType
    void aStudentThatEqualsItsTeacherHasNoLossAndNoGradient(DType dtype) {
        double[][] logits = new Data(87).logits(3, 100);
        var actual = DistillationCase.of(dtype, Geometry.dense(3, 100), logits, logits)
                .options(NONE.withTemperature(2, TemperatureFactor.SQUARED))
                .check(rig);
        assertArrayEquals(new double[3], actual.rowLosses());
        assertArrayEquals(new double[3][100], actual.gradient());
    }

    @EachFloatingDType
    void zeroTimesTheLogarithmOfZeroIsZero(DType dtype) {
        // Rows: only the teacher gives 0 to a class; both do; only the student does.
        double[][] teacher = {{1, -INF, 2}, {1, -INF, 2}, {1, 3, 2}};
        double[][] student = {{1, 0.5, 2}, {1, -INF, 0}, {1, -INF, 2}};
        for (Divergence divergence : DIVERGENCES) {
            var actual = DistillationCase.of(dtype, Geometry.dense(3, 3), student, teacher)
                    .options(NONE.withDivergence(divergence))
                    .check(rig);
            boolean reverse = divergence == Divergence.REVERSE_KL;
            assertEquals(reverse, actual.rowLosses()[0] == INF, "0 from the teacher, " + divergence);
            assertTrue(Double.isFinite(actual.rowLosses()[1]), "0 from both, " + divergence);
            boolean forward = divergence == Divergence.KL;
            assertEquals(forward, actual.rowLosses()[2] == INF, "0 from the student, " + divergence);
            assertEquals(reverse, Double.isNaN(actual.gradient()[0][0]), "no gradient of infinity, " + divergence);
            assertTrue(Double.isFinite(actual.gradient()[2][1]), divergence.toString());
        }
    }

    @EachFloatingDType
    void infinitiesAndNanOfEitherSideSpoilTheirRow(DType dtype) {
        double[][] bad = {{1, NAN, 2}, {1, INF, 2}, {-INF, -INF, -INF}, {1, 0, 2}};
        double[][] good = new Data(88).values(4, 3);
        for (Divergence divergence : DIVERGENCES) {
            DistillationOptions options = NONE.withDivergence(divergence);
            Geometry geometry = Geometry.dense(4, 3);
            for (var actual : List.of(
                    DistillationCase.of(dtype, geometry, bad, good)
                            .options(options)
                            .check(rig),
                    DistillationCase.of(dtype, geometry, good, bad)
                            .options(options)
                            .check(rig))) {
                for (int n = 0; n < 3; n++) {
                    assertTrue(Double.isNaN(actual.rowLosses()[n]) && Double.isNaN(actual.gradient()[n][0]));
                }
                assertTrue(Double.isFinite(actual.rowLosses()[3]));
            }
        }
    }

    @EachFloatingDType
    void aHardWeightOf1LeavesTheCrossEntropyWhateverTheTeacherHolds(DType dtype) {
        double[][] student = new Data(97).values(3, 4);
        double[][] teacher = {{1, NAN, 2, 0}, {1, -INF, 2, 0}, {-INF, -INF, -INF, -INF}};
        long[] labels = {3, 1, 0};
        double[] losses = CrossEntropyCase.of(dtype, Geometry.dense(3, 4), student)
                .labels(DType.I32, labels)
                .check(rig)
                .rowLosses();
        for (Divergence divergence : DIVERGENCES) {
            var actual = DistillationCase.of(dtype, Geometry.dense(3, 4), student, teacher)
                    .labels(DType.I32, labels)
                    .options(NONE.withDivergence(divergence).withHardWeight(1))
                    .check(rig);
            assertArrayEquals(losses, actual.rowLosses(), 2e-6);
        }
    }

    @EachFloatingDType
    void anIgnoredRowIsZeroWhateverItHolds(DType dtype) {
        double[][] student = {{NAN, NAN, NAN}, {1, 2, 3}, {INF, -INF, NAN}};
        double[][] teacher = {{1, 2, 3}, {3, 2, 1}, {NAN, NAN, NAN}};
        for (long ignored : new long[] {-100, 1, 7, Long.MIN_VALUE}) {
            var actual = DistillationCase.of(dtype, Geometry.dense(3, 3), student, teacher)
                    .labels(DType.I64, ignored, 0, ignored)
                    .options(DEFAULTS.withIgnoreIndex(ignored).withHardWeight(0.5))
                    .check(rig);
            assertEquals(1, actual.countedRows());
            assertEquals(actual.rowLosses()[1], actual.loss());
            assertArrayEquals(new double[3], actual.gradient()[0]);
            assertArrayEquals(new double[3], actual.gradient()[2]);
        }
    }

    @Test
    void aMeanOfNothingIsNanAndItsGradientZero() {
        DistillationCase nothing = random(89, DType.F32, Geometry.dense(2, 5)).labels(DType.I32, -100, -100);
        assertTrue(Double.isNaN(nothing.check(rig).loss()));
        assertArrayEquals(new double[2][5], nothing.check(rig).gradient());
        assertEquals(
                0,
                nothing.options(DEFAULTS.withReduction(Reduction.SUM))
                        .check(rig)
                        .loss());
    }

    @EachFloatingDType
    void anEmptyBatchIsFine(DType dtype) {
        DistillationCase empty = DistillationCase.of(dtype, Geometry.dense(0, 5), new double[0][5], new double[0][5]);
        assertTrue(Double.isNaN(empty.check(rig).loss()));
        assertEquals(
                0,
                empty.options(DEFAULTS.withReduction(Reduction.SUM)).check(rig).loss());
    }

    @Test
    void theSquareOfTheTemperatureMultipliesLossAndGradient() {
        DistillationCase once = random(90, DType.F32, Geometry.dense(3, 40));
        for (Divergence divergence : DIVERGENCES) {
            DistillationOptions options = NONE.withDivergence(divergence);
            var plain = once.options(options.withTemperature(4, TemperatureFactor.ONE))
                    .check(rig);
            var squared = once.options(options.withTemperature(4, TemperatureFactor.SQUARED))
                    .check(rig);
            for (int n = 0; n < 3; n++) { // powers of two: exactly
                assertEquals(16 * plain.rowLosses()[n], squared.rowLosses()[n]);
                assertEquals(16 * plain.gradient()[n][7], squared.gradient()[n][7]);
            }
        }
    }

    @EachFloatingDType
    void gradScaleMultipliesBeforeRounding(DType dtype) {
        random(91, dtype, Geometry.dense(3, 40))
                .options(NONE.withDivergence(Divergence.jensenShannon(0.5)))
                .gradScale(1, -2, 1024)
                .check(rig);
        random(91, dtype, Geometry.dense(3, 40)).gradScale(1024, 1024, 1024).check(rig);
    }

    @EachFloatingDType
    void aRowHasTheSameBitsAloneAndInABatch(DType dtype) {
        int classes = 1003;
        for (Divergence divergence : List.of(Divergence.KL, Divergence.jensenShannon(0.5))) {
            DistillationOptions options = NONE.withDivergence(divergence);
            DistillationCase many =
                    random(92, dtype, Geometry.dense(6, classes)).options(options);
            var batch = many.check(rig);
            for (int n : new int[] {0, 1, 5}) {
                double[][] student = {many.student()[n]};
                double[][] teacher = {many.teacher()[n]};
                var alone = DistillationCase.of(dtype, Geometry.dense(1, classes), student, teacher)
                        .options(options)
                        .check(rig);
                assertEquals(batch.rowLosses()[n], alone.rowLosses()[0]);
                assertArrayEquals(batch.gradient()[n], alone.gradient()[0]);
            }
        }
    }

    @Test
    void teacherAndStudentMayHaveDifferentStrides() {
        try (Bench bench = new Bench(rig)) {
            Geometry geometry = Geometry.dense(3, 20);
            double[][] student = new Data(93).values(3, 20);
            double[][] teacher = new Data(94).values(3, 20);
            var dense =
                    DistillationCase.of(DType.F32, geometry, student, teacher).check(rig);
            DeviceRows x = bench.rows(DType.F32, geometry.padded(3), student);
            DeviceRows t = bench.rows(DType.F32, geometry.padded(9), teacher);
            DeviceRows dx = bench.poisoned(DType.F32, geometry.padded(1));
            Distillation op = bench.ops().distillation(DEFAULTS);
            try (DistillationResult result =
                    op.forwardBackward(x.tensor(), t.tensor(), null, dx.tensor(), bench.stream())) {
                assertEquals(dense.loss(), result.await());
                assertArrayEquals(dense.gradient(), dx.read());
            }
        }
    }

    @Test
    void aBadLabelSpoilsItsRowAndIsNamedOnce() {
        String message = "distillation: label out of range: row=1, label=3, classes=3, ignoreIndex=-100";
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            DeviceRows x = bench.rows(DType.F32, Geometry.dense(3, 3), new Data(95).values(3, 3));
            DeviceRows t = bench.rows(DType.F32, Geometry.dense(3, 3), new Data(96).values(3, 3));
            DeviceRows dx = bench.poisoned(DType.F32, Geometry.dense(3, 3));
            Tensor labels = bench.labels(DType.I64, Shape.of(3), 0, 3, -100);
            Distillation op = bench.ops().distillation(DEFAULTS);
            try (DistillationResult result = op.forwardBackward(x.tensor(), t.tensor(), labels, dx.tensor(), s)) {
                assertMessage(message, result::await);
                assertTrue(Double.isNaN(result.await()));
                assertEquals(1, result.countedRows());
                double[] rowLosses = result.rowLosses().downloadDoubles(s);
                assertTrue(rowLosses[0] > 0 && Double.isNaN(rowLosses[1]) && rowLosses[2] == 0);
                assertArrayEquals(new double[3], dx.read()[1]);
                op.forward(x.tensor(), t.tensor(), null, result, s);
                assertTrue(result.await() > 0);
                assertEquals(3, result.countedRows(), "without labels every row counts");
                op.forward(x.tensor(), t.tensor(), labels, result, s);
                assertMessage(message, s::synchronize);
            }
        }
    }

    @Test
    void hostArraysGiveWhatTensorsGive() {
        try (Bench bench = new Bench(rig)) {
            Shape shape = Shape.of(2, 2);
            double[] student = {0, 0, 5, 5};
            double[] teacher = {0, Math.log(3), NAN, NAN};
            int[] labels = {1, -100};
            Distillation op = bench.ops().distillation(DEFAULTS);
            double kl = Math.log(2) + 0.25 * Math.log(0.25) + 0.75 * Math.log(0.75);
            DistillationLoss<double[]> loss = op.forward(student, teacher, labels, shape);
            assertEquals(kl, loss.loss(), 1e-15);
            assertArrayEquals(new double[] {kl, 0}, loss.rowLosses(), 1e-15);
            assertEquals(1, loss.countedRows());
            DistillationGradient<double[]> both = op.forwardBackward(student, teacher, labels, GradScale.of(4), shape);
            assertArrayEquals(new double[] {1, -1, 0, 0}, both.gradient(), 1e-14);
            assertEquals(kl, both.loss(), 1e-15);

            Distillation none = bench.ops().distillation(NONE);
            float[] floats = {1, 1, 1, 1};
            DistillationGradient<float[]> same = none.forwardBackward(floats, floats, shape);
            assertArrayEquals(new float[4], same.gradient());
            assertTrue(Double.isNaN(same.loss()));
            assertEquals(2, none.forward(floats, floats, shape).countedRows());
            assertMessage(
                    "distillation: label out of range: row=0, label=2, classes=2, ignoreIndex=-100",
                    () -> op.forward(student, teacher, new int[] {2, 0}, shape));
            assertMessage(
                    "distillation.forwardBackward: there must be a label for each row: labels=1, rows=[2]",
                    () -> op.forwardBackward(student, teacher, new int[1], GradScale.ONE, shape));
        }
    }

    @Test
    void mistakesAreNamed() {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Distillation op = bench.ops().distillation(DEFAULTS);
            Tensor x = bench.empty(DType.F32, 4, 10);
            Tensor t = bench.empty(DType.F32, 4, 10);
            Tensor half = bench.empty(DType.F16, 4, 10);
            Tensor wide = bench.empty(DType.F32, 4, 11);
            Tensor labels = bench.labels(DType.I32, Shape.of(4), 0, 1, 2, 3);
            String fused = "distillation.forwardBackward: ";
            String forward = "distillation.forward: ";
            assertMessage(
                    forward + "student and teacher must have one dtype: student=F32, teacher=F16",
                    () -> op.forward(x, half, null, s));
            assertMessage(
                    forward + "student and teacher must have one shape: student=[4, 10], teacher=[4, 11]",
                    () -> op.forward(x, wide, null, s));
            assertMessage(forward + "labels must be I32 or I64: labels=F32[4, 10]", () -> op.forward(x, t, t, s));
            Distillation mixed = bench.ops().distillation(DEFAULTS.withHardWeight(0.5));
            assertMessage(
                    forward + "a hard weight needs labels: hardWeight=0.5, labels=null",
                    () -> mixed.forward(x, t, null, s));
            assertMessage(
                    fused + "gradient must not overlap teacher: gradient=" + range(t) + ", teacher=" + range(t),
                    () -> op.forwardBackward(x, t, null, t, s));
            assertMessage(
                    fused + "gradient must not overlap teacher: gradient=" + range(x) + ", teacher=" + range(x),
                    () -> op.forwardBackward(x, x, null, x, s));
            try (DistillationResult result = op.newResult(DType.F32, x.shape(), s);
                    DistillationResult other = mixed.newResult(DType.F32, x.shape(), s)) {
                GradScale perRow = GradScale.perRow(bench.empty(DType.F32, 4));
                assertMessage(
                        fused + "gradScale per row needs reduction NONE: reduction=MEAN",
                        () -> op.forwardBackward(x, t, labels, perRow, x, result, s));
                assertMessage(
                        forward + "the result was made for another distillation: made for "
                                + DEFAULTS.withHardWeight(0.5) + ", used with " + DEFAULTS,
                        () -> op.forward(x, t, labels, other, s));
                Tensor losses = bench.keep(bench.ops().wrap(result.rowLosses().address(), DType.I32, Shape.of(4)));
                assertMessage(
                        forward + "result.rowLosses must not overlap labels: result.rowLosses=" + range(losses)
                                + ", labels=" + range(losses),
                        () -> op.forward(x, t, losses, result, s));
                assertEquals(
                        "distillation: no op has filled the result: result=" + result.rowLosses(),
                        assertThrows(IllegalStateException.class, result::await).getMessage());
            }
        }
    }

    static DistillationCase random(long seed, DType dtype, Geometry geometry) {
        double[][] student = new Data(seed).logits(geometry.rows(), geometry.classes());
        double[][] teacher = new Data(seed + 1000).logits(geometry.rows(), geometry.classes());
        return DistillationCase.of(dtype, geometry, student, teacher);
    }
}

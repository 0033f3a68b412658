package io.github.logitops.contract;

import static io.github.logitops.contract.RowValueContract.INF;
import static io.github.logitops.contract.RowValueContract.range;
import static io.github.logitops.contract.SoftmaxContract.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.SelectedLogProb;
import io.github.logitops.SelectedLogProbResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.LogProbReference;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Data;
import io.github.logitops.support.DeviceRows;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.Near;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What selected log-probability promises, whichever executor runs it. */
@OnEachRig
class SelectedLogProbTest {
    private static final SelectedLogProbOptions DEFAULTS = SelectedLogProbOptions.defaults();
    private static final double NAN = Double.NaN;

    private final Rig rig;

    SelectedLogProbTest(RigKind kind) {
        rig = kind.rig();
    }

    @EachFloatingDType
    void everyLayoutIsWithinTheBounds(DType dtype) {
        for (Geometry geometry : Geometry.several()) {
            for (DType labelType : List.of(DType.I32, DType.I64)) {
                Data data = new Data(70);
                double[][] logits = data.logits(geometry.rows(), geometry.classes());
                check(dtype, geometry, logits, labelType, data.labels(geometry.rows(), geometry.classes(), -100));
            }
        }
    }

    @EachFloatingDType
    void longRowsLoseNothing(DType dtype) {
        check(dtype, Geometry.dense(1, 262144), new Data(71).logits(1, 262144), DType.I32, 262143);
    }

    @EachFloatingDType
    void logitsFarFromZeroLoseNothing(DType dtype) {
        for (double offset : Data.offsets(dtype)) {
            double[][] logits = new Data(75).logitsAbout(offset, dtype, 3, 500);
            check(dtype, Geometry.dense(3, 500), logits, DType.I32, 0, 250, 499);
        }
        double[][] low = {{-1e9, -1e9, -1e9, -1e9}};
        if (dtype != DType.F16) {
            Results results = check(dtype, Geometry.dense(1, 4), low, DType.I32, 1);
            assertArrayEquals(new double[] {-0.25, 0.75, -0.25, -0.25}, results.gradient[0]);
        }
    }

    @EachFloatingDType
    void infinitiesAndNanSpreadAsTheTableSays(DType dtype) {
        double[][] logits = {
            {1, -INF, 2}, {-INF, 1, 2}, {-INF, -INF, 2}, {-INF, -INF, -INF}, {1, NAN, 2}, {1, INF, 2}, {-INF, NAN, INF}
        };
        Results results = check(dtype, Geometry.dense(7, 3), logits, DType.I32, 0, 0, 2, 0, 0, 1, 0);
        assertEquals(-INF, results.logProbs[1], "the label's logit is -inf");
        assertEquals(0, results.logProbs[2]);
        for (int n = 3; n < 7; n++) {
            assertTrue(Double.isNaN(results.logProbs[n]), "row " + n);
        }
    }

    @EachFloatingDType
    void anIgnoredRowIsZeroWhateverItHolds(DType dtype) {
        double[][] logits = {{NAN, NAN, NAN}, {1, 2, 3}, {INF, -INF, NAN}};
        for (long ignored : new long[] {-100, 1, 7, Long.MIN_VALUE}) {
            Results results = run(
                    dtype,
                    Geometry.dense(3, 3),
                    logits,
                    DType.I64,
                    DEFAULTS.withIgnoreIndex(ignored),
                    ignored,
                    0,
                    ignored);
            assertEquals(1, results.countedRows);
            for (int n : new int[] {0, 2}) {
                assertEquals(0, results.logProbs[n]);
                assertEquals(0, results.lse[n]);
                assertArrayEquals(new double[3], results.gradient[n]);
            }
        }
    }

    @EachFloatingDType
    void aBadLabelSpoilsItsRowAndNothingElseAndIsNamedOnce(DType dtype) {
        double[][] logits = new Data(72).logits(4, 3);
        Results good = run(dtype, Geometry.dense(4, 3), logits, DType.I64, DEFAULTS, 0, -100, 2, -100);
        for (long bad : new long[] {3, -1, Long.MAX_VALUE, 1L << 32, Long.MIN_VALUE}) {
            Results results = run(dtype, Geometry.dense(4, 3), logits, DType.I64, DEFAULTS, 0, bad, 2, bad);
            assertEquals(
                    "selectedLogProb: label out of range: row=1, label=" + bad + ", classes=3, ignoreIndex=-100",
                    results.error);
            assertEquals(2, results.countedRows);
            for (int n : new int[] {1, 3}) {
                assertTrue(Double.isNaN(results.logProbs[n]));
                assertArrayEquals(new double[3], results.gradient[n]);
            }
            for (int n : new int[] {0, 2}) {
                assertEquals(good.logProbs[n], results.logProbs[n]);
                assertArrayEquals(good.gradient[n], results.gradient[n]);
            }
        }
    }

    @Test
    void whoeverWaitsFirstThrowsTheFirstBadLabel() {
        String message = "selectedLogProb: label out of range: row=1, label=3, classes=3, ignoreIndex=none";
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            SelectedLogProb op = bench.ops().selectedLogProb(DEFAULTS.withoutIgnoreIndex());
            Tensor x = bench.vector(DType.F32, Shape.of(2, 3), 0, 0, 0, 0, 0, 0);
            Tensor bad = bench.labels(DType.I32, Shape.of(2), 0, 3);
            Tensor good = bench.labels(DType.I32, Shape.of(2), 0, 2);
            SelectedLogProbResult result = op.forward(x, bad, s);
            assertMessage(message, s::synchronize);
            s.synchronize();
            op.forward(x, bad, result, s);
            op.forward(x, good, result, s); // does not hide it
            assertMessage(message, () -> x.download(s));
            assertEquals(2, result.countedRows());
            op.forward(x, bad, result, s);
            assertMessage(message, result::countedRows);
            assertEquals(1, result.countedRows());
            op.forward(x, good, result, s); // thrown once: a good batch is good
            assertEquals(2, result.countedRows());
            op.forward(x, bad, result, s);
            result.close();
            result.close();
            assertMessage(message, s::synchronize);
        }
    }

    @EachFloatingDType
    void aRowHasTheSameBitsAloneAndInABatch(DType dtype) {
        int classes = 1003;
        Data data = new Data(73);
        double[][] logits = data.logits(34, classes);
        long[] labels = data.labels(34, classes, -100);
        Results batch = run(dtype, Geometry.dense(34, classes), logits, DType.I64, DEFAULTS, labels);
        for (int n : new int[] {0, 1, 33}) {
            double[][] row = {logits[n]};
            Results alone = run(dtype, Geometry.dense(1, classes), row, DType.I32, DEFAULTS, labels[n]);
            assertEquals(batch.logProbs[n], alone.logProbs[0], "row " + n);
            assertArrayEquals(batch.gradient[n], alone.gradient[0], "row " + n);
        }
    }

    @EachFloatingDType
    void anEmptyBatchIsFine(DType dtype) {
        assertEquals(0, check(dtype, Geometry.dense(0, 5), new double[0][5], DType.I32).countedRows);
    }

    @Test
    void hostArraysGiveWhatTensorsGive() {
        try (Bench bench = new Bench(rig)) {
            SelectedLogProb op = bench.ops().selectedLogProb(DEFAULTS);
            Shape shape = Shape.of(3, 2);
            double[] x = {0, Math.log(3), 5, 5, NAN, NAN};
            int[] labels = {1, 0, -100};
            assertArrayEquals(new double[] {Math.log(0.75), -Math.log(2), 0}, op.forward(x, labels, shape), 1e-15);
            double[] dx = op.backward(x, labels, new double[] {4, -1, 1}, shape);
            assertArrayEquals(new double[] {-1, 1, -0.5, 0.5, 0, 0}, dx, 1e-14);
            float[] floats = {7, 7, 1, 1, 0, 0};
            float half = (float) -Math.log(2);
            assertArrayEquals(new float[] {half, half, 0}, op.forward(floats, labels, shape), 1e-6f);
            float[] gradient = op.backward(floats, labels, new float[] {1, 8, 1}, shape);
            assertArrayEquals(new float[] {-0.5f, 0.5f, 4, -4, 0, 0}, gradient, 1e-5f);

            long before = bench.ops().memoryStatistics().peakBytes();
            String message = "selectedLogProb: label out of range: row=1, label=2, classes=2, ignoreIndex=-100";
            assertMessage(message, () -> op.forward(floats, new int[] {0, 2, 0}, shape));
            assertMessage(message, () -> op.backward(floats, new int[] {0, 2, 0}, new float[3], shape));
            assertMessage(
                    "selectedLogProb.forward: there must be a label for each row: labels=2, rows=[3]",
                    () -> op.forward(floats, new int[2], shape));
            assertEquals(before, bench.ops().memoryStatistics().peakBytes());
        }
    }

    @Test
    void mistakesAreNamed() {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            SelectedLogProb op = bench.ops().selectedLogProb(DEFAULTS);
            Tensor x = bench.empty(DType.F32, 4, 10);
            Tensor labels = bench.labels(DType.I32, Shape.of(4), 0, 1, 2, 3);
            Tensor within = bench.keep(bench.ops().wrap(x.address() + 16, DType.I32, Shape.of(4)));
            try (SelectedLogProbResult result = op.newResult(DType.F32, x.shape(), s);
                    SelectedLogProbResult wide = op.newResult(DType.F32, Shape.of(4, 11), s);
                    SelectedLogProbResult long_ = op.newResult(DType.F32, Shape.of(5, 10), s)) {
                String forward = "selectedLogProb.forward: ";
                String backward = "selectedLogProb.backward: ";
                assertMessage(
                        forward + "labels must be I32 or I64: labels=F32[4, 10]", () -> op.forward(x, x, result, s));
                Tensor five = bench.empty(DType.I64, 5);
                assertMessage(
                        forward + "labels must be I64[4] without padding: labels=I64[5]",
                        () -> op.forward(x, five, result, s));
                assertMessage(
                        forward + "the result was made for other labels: made for classes=11, ignoreIndex=-100, "
                                + "used with classes=10, ignoreIndex=-100",
                        () -> op.forward(x, labels, wide, s));
                assertMessage(
                        forward + "result.logProbs must be F32[4] without padding: result.logProbs=F32[5]",
                        () -> op.forward(x, labels, long_, s));
                assertMessage(
                        backward + "gradient must not overlap labels: gradient=" + range(x) + ", labels="
                                + range(within),
                        () -> op.backward(x, within, result, GradScale.ONE, x, s));
                assertEquals(
                        backward + "no op has filled the result: result=" + result.logProbs(),
                        assertThrows(
                                        IllegalStateException.class,
                                        () -> op.backward(x, labels, result, GradScale.ONE, x, s))
                                .getMessage());
                assertMessage(
                        "selectedLogProb: logits must be floating-point: logits=I32[4, 10]",
                        () -> op.newResult(DType.I32, x.shape(), s));
                assertMessage(
                        "selectedLogProb: an axis has 1 to 2^31-1 elements: axis=-1, logits=[4, 0]",
                        () -> op.newResult(DType.F32, Shape.of(4, 0), s));
            }
        }
    }

    private record Results(
            String error, double[][] x, double[] logProbs, double[] lse, double[][] gradient, long countedRows) {}

    /** Forward, and backward out of place and in place. */
    private Results run(
            DType dtype,
            Geometry geometry,
            double[][] logits,
            DType labelType,
            SelectedLogProbOptions options,
            long... labels) {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            DeviceRows x = bench.rows(dtype, geometry, logits);
            DeviceRows dx = bench.poisoned(dtype, geometry);
            Tensor y = bench.labels(labelType, geometry.rowShape(), labels);
            SelectedLogProb op = bench.ops().selectedLogProb(options, geometry.specAxis());
            try (SelectedLogProbResult result = op.forward(x.tensor(), y, s)) {
                op.backward(x.tensor(), y, result, GradScale.ONE, dx.tensor(), s);
                String error = null;
                try {
                    result.countedRows();
                } catch (IllegalArgumentException e) {
                    error = e.getMessage();
                }
                assertArrayEquals(x.values(), x.read(), "the logits were written");
                double[][] gradient = dx.read();
                op.backward(x.tensor(), y, result, GradScale.ONE, x.tensor(), s);
                assertArrayEquals(gradient, x.read(), "in place, " + geometry);
                return new Results(
                        error,
                        x.values(),
                        result.logProbs().downloadDoubles(s),
                        result.lse().downloadDoubles(s),
                        gradient,
                        result.countedRows());
            }
        }
    }

    /** Runs and compares with the oracle; -100 is the ignored label. */
    private Results check(DType dtype, Geometry geometry, double[][] logits, DType labelType, long... labels) {
        Results results = run(dtype, geometry, logits, labelType, DEFAULTS, labels);
        DType arithmetic = dtype.arithmetic();
        for (int n = 0; n < labels.length; n++) {
            double[] x = results.x[n];
            String what = dtype + " " + geometry + " row " + n;
            if (labels[n] == -100) {
                assertEquals(0, results.logProbs[n], what);
                assertArrayEquals(new double[x.length], results.gradient[n], what);
                continue;
            }
            int label = (int) labels[n];
            double exact = LogProbReference.selectedLogProb(x, label);
            double scale = LogProbReference.selectedLogProbScale(x, label);
            Near.assertNear(arithmetic, exact, results.logProbs[n], scale, what);
            double lse = SoftmaxReference.logSumExp(x);
            Near.assertNear(arithmetic, lse, results.lse[n], SoftmaxReference.logSumExpScale(x), what + ", lse");
            double[] gradient = LogProbReference.selectedLogProbBackward(x, label, 1);
            double[] gradientScale = LogProbReference.selectedLogProbBackwardScale(x, label, 1);
            Near.assertNear(dtype, gradient, results.gradient[n], gradientScale, what);
        }
        return results;
    }
}

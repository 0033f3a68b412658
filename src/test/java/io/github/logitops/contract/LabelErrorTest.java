package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
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
import org.junit.jupiter.api.Test;

/** What cross entropy promises about labels out of range: they spoil their row and the loss, and are named, once. */
@OnEachRig
class LabelErrorTest {
    private static final String MESSAGE =
            "crossEntropy: label out of range: row=1, label=3, classes=3, ignoreIndex=-100";

    private final Rig rig;

    LabelErrorTest(RigKind kind) {
        rig = kind.rig();
    }

    @EachFloatingDType
    void aBadLabelSpoilsItsRowAndTheLossAndNothingElse(DType dtype) {
        double[][] logits = new Data(30).logits(5, 3);
        for (long bad : new long[] {3, -1, Long.MAX_VALUE, 1L << 32, Long.MIN_VALUE}) {
            var actual = CrossEntropyCaseWithErrors.run(rig, dtype, logits, 0, bad, 2, -100, bad);
            assertEquals(
                    "crossEntropy: label out of range: row=1, label=" + bad + ", classes=3, ignoreIndex=-100",
                    actual.message());
            assertTrue(Double.isNaN(actual.loss()), "the reduced loss");
            assertEquals(2, actual.countedRows());
            assertTrue(Double.isNaN(actual.rowLosses()[1]) && Double.isNaN(actual.rowLosses()[4]));
            assertArrayEquals(new double[3], actual.gradient()[1]);
            assertArrayEquals(new double[3], actual.gradient()[4]);
            // The other rows are those of a batch in which the bad ones are ignored.
            var good = CrossEntropyCase.of(dtype, Geometry.dense(5, 3), logits)
                    .labels(DType.I64, 0, -100, 2, -100, -100)
                    .check(rig);
            for (int n : new int[] {0, 2, 3}) {
                assertArrayEquals(good.gradient()[n], actual.gradient()[n]);
                assertEquals(good.rowLosses()[n], actual.rowLosses()[n]);
            }
        }
    }

    @Test
    void awaitThrowsOnceAndTheSessionGoesOn() {
        try (Situation at = new Situation(rig)) {
            assertEquals(MESSAGE, at.thrownBy(at.result::await));
            assertTrue(Double.isNaN(at.result.await()));
            at.stream.synchronize();
            at.labels.upload(new int[] {0, 1}, at.stream);
            at.loss.forward(at.x, at.labels, null, at.result, at.stream);
            assertTrue(at.result.await() > 0);
        }
    }

    /** Whichever thread or step of a thread meets the others. */
    @Test
    void theFirstOfManyIsNamed() {
        requireFirst(700, 701, 700 + 256, 700 + 2048, 4999);
        requireFirst(3000, 3001, 3000 + 256, 3000 + 1500, 4999); // none among the first that are added up together
    }

    private void requireFirst(int first, int... others) {
        int rows = 5000;
        long[] labels = new long[rows];
        labels[first] = first;
        for (int bad : others) {
            labels[bad] = bad;
        }
        try (Bench bench = new Bench(rig)) {
            Tensor x = bench.vector(DType.F32, Shape.of(rows, 1), new double[rows]);
            Tensor tensor = bench.labels(DType.I32, Shape.of(rows), labels);
            CrossEntropy loss = bench.ops().crossEntropy(CrossEntropyOptions.defaults());
            try (CrossEntropyResult result = loss.forward(x, tensor, bench.stream())) {
                SoftmaxContract.assertMessage(
                        "crossEntropy: label out of range: row=" + first + ", label=" + first
                                + ", classes=1, ignoreIndex=-100",
                        result::await);
                assertEquals(rows - 1 - others.length, result.countedRows());
            }
        }
    }

    @Test
    void countedRowsThrowsOnce() {
        try (Situation at = new Situation(rig)) {
            assertEquals(MESSAGE, at.thrownBy(at.result::countedRows));
            assertEquals(1, at.result.countedRows());
        }
    }

    @Test
    void synchronizeThrowsOnce() {
        try (Situation at = new Situation(rig)) {
            assertEquals(MESSAGE, at.thrownBy(at.stream::synchronize));
            at.stream.synchronize();
            assertTrue(Double.isNaN(at.result.await()));
        }
    }

    @Test
    void downloadThrowsOnce() {
        try (Situation at = new Situation(rig)) {
            assertEquals(MESSAGE, at.thrownBy(() -> at.x.download(at.stream)));
            assertEquals(6, at.x.download(at.stream).length);
        }
    }

    @Test
    void closingTheStreamThrowsWhatNobodyWaitedFor() {
        try (Bench bench = new Bench(rig)) {
            Tensor x = bench.vector(DType.F32, Shape.of(2, 3), 0, 0, 0, 0, 0, 0);
            Tensor labels = bench.labels(DType.I32, Shape.of(2), 0, 3);
            Stream stream = bench.ops().newStream();
            stream.waitFor(bench.stream()); // where the inputs come from
            CrossEntropy loss = bench.ops().crossEntropy(CrossEntropyOptions.defaults());
            loss.forward(x, labels, stream).close();
            assertEquals(
                    MESSAGE,
                    assertThrows(IllegalArgumentException.class, stream::close).getMessage());
            stream.close();
        }
    }

    @Test
    void aClosedResultStillHasItsLabelNamed() {
        try (Situation at = new Situation(rig)) {
            at.result.close();
            assertEquals(MESSAGE, at.thrownBy(at.stream::synchronize));
        }
    }

    @Test
    void aLaterBatchDoesNotHideIt() {
        try (Situation at = new Situation(rig)) {
            at.labels.upload(new int[] {7, 1}, at.stream);
            at.loss.forward(at.x, at.labels, null, at.result, at.stream);
            at.labels.upload(new int[] {0, 1}, at.stream);
            at.loss.forward(at.x, at.labels, null, at.result, at.stream);
            assertEquals(MESSAGE, at.thrownBy(at.result::await));
            assertTrue(at.result.await() > 0, "the last batch was good");
        }
    }

    @Test
    void awaitOfOneLossLeavesTheOthersErrorToItself() {
        try (Situation at = new Situation(rig)) {
            Tensor good = at.bench.labels(DType.I32, Shape.of(2), 0, 1);
            try (CrossEntropyResult other = at.loss.forward(at.x, good, at.stream)) {
                assertTrue(other.await() > 0);
            }
            assertEquals(MESSAGE, at.thrownBy(at.result::await));
        }
    }

    @Test
    void hostLabelsAreNamedBeforeAnythingRuns() {
        try (Bench bench = new Bench(rig)) {
            CrossEntropy loss =
                    bench.ops().crossEntropy(CrossEntropyOptions.defaults().withoutIgnoreIndex());
            String message = "crossEntropy: label out of range: row=1, label=-100, classes=3, ignoreIndex=none";
            float[] logits = new float[6];
            int[] labels = {0, -100};
            long before = bench.ops().memoryStatistics().peakBytes();
            SoftmaxContract.assertMessage(message, () -> loss.forward(logits, labels, Shape.of(2, 3)));
            SoftmaxContract.assertMessage(message, () -> loss.forwardBackward(logits, labels, Shape.of(2, 3)));
            assertEquals(before, bench.ops().memoryStatistics().peakBytes());
        }
    }

    /** A loss whose second row has label 3 of 3 classes, queued and not yet waited for. */
    private static final class Situation implements AutoCloseable {
        final Bench bench;
        final Stream stream;
        final CrossEntropy loss;
        final Tensor x;
        final Tensor labels;
        final CrossEntropyResult result;

        Situation(Rig rig) {
            bench = new Bench(rig);
            stream = bench.stream();
            loss = bench.ops().crossEntropy(CrossEntropyOptions.defaults());
            x = bench.rows(DType.F32, Geometry.dense(2, 3), new Data(31).logits(2, 3))
                    .tensor();
            labels = bench.labels(DType.I32, Shape.of(2), 0, 3);
            result = loss.forward(x, labels, stream);
        }

        String thrownBy(Runnable call) {
            return assertThrows(IllegalArgumentException.class, call::run).getMessage();
        }

        @Override
        public void close() {
            result.close();
            bench.close();
        }
    }

    /** A batch with bad labels, run by the fused op, by forward and by backward, whose results must agree. */
    private static final class CrossEntropyCaseWithErrors {
        record Actual(String message, double loss, double[] rowLosses, double[][] gradient, long countedRows) {}

        static Actual run(Rig rig, DType dtype, double[][] logits, long... labels) {
            try (Bench bench = new Bench(rig)) {
                Stream s = bench.stream();
                Geometry geometry = Geometry.dense(logits.length, logits[0].length);
                DeviceRows x = bench.rows(dtype, geometry, logits);
                DeviceRows dx = bench.poisoned(dtype, geometry);
                DeviceRows dxSaved = bench.poisoned(dtype, geometry);
                Tensor y = bench.labels(DType.I64, geometry.rowShape(), labels);
                CrossEntropy mean =
                        bench.ops().crossEntropy(CrossEntropyOptions.defaults().withReduction(Reduction.MEAN));
                try (CrossEntropyResult fused = mean.forwardBackward(x.tensor(), y, dx.tensor(), s);
                        CrossEntropyResult forward = mean.forward(x.tensor(), y, s)) {
                    mean.backward(x.tensor(), y, null, forward, dxSaved.tensor(), s);
                    String message = assertThrows(IllegalArgumentException.class, fused::await)
                            .getMessage();
                    assertEquals(
                            message,
                            assertThrows(IllegalArgumentException.class, forward::await)
                                    .getMessage());
                    double[][] gradient = dx.read();
                    assertArrayEquals(gradient[1], dxSaved.read()[1]);
                    assertArrayEquals(gradient[4], dxSaved.read()[4]);
                    double[] rowLosses = fused.rowLosses().downloadDoubles(s);
                    assertArrayEquals(rowLosses, forward.rowLosses().downloadDoubles(s));
                    return new Actual(message, fused.await(), rowLosses, gradient, fused.countedRows());
                }
            }
        }
    }
}

package io.github.logitops.contract;

import static io.github.logitops.contract.SoftmaxContract.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.CrossEntropyResult;
import io.github.logitops.LinearCrossEntropy;
import io.github.logitops.LinearCrossEntropyGradient;
import io.github.logitops.memory.LinearGradients;
import io.github.logitops.memory.LinearLayer;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.RowChunks;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a linear layer with cross entropy promises, whichever executor runs it. */
@OnEachRig
class LinearCrossEntropyTest {
    private static final CrossEntropyOptions DEFAULTS = CrossEntropyOptions.defaults();

    private final Rig rig;

    LinearCrossEntropyTest(RigKind kind) {
        rig = kind.rig();
    }

    @EachFloatingDType
    void everyOptionInChunksOfAnyLengthIsAsOfLogitsThatAreThere(DType dtype) {
        CrossEntropyDraw draw = new CrossEntropyDraw();
        Random random = new Random(CrossEntropyDraw.SEED);
        for (int i = 0; i < 24; i++) {
            int rows = 1 + random.nextInt(9);
            LinearCase drawn = LinearCase.of(
                    dtype, rows, 1 + random.nextInt(8), 1 + random.nextInt(20), random.nextBoolean(), draw, i);
            LinearCase.Actual whole = drawn.check(rig, RowChunks.ofRows(rows), dtype.arithmetic());
            LinearCase.Actual single = drawn.check(rig, RowChunks.ofRows(1), dtype.arithmetic());
            LinearCase.Actual some = drawn.check(rig, RowChunks.ofRows(1 + random.nextInt(rows)), dtype.arithmetic());
            assertArrayEquals(whole.rowLosses(), single.rowLosses());
            assertArrayEquals(whole.rowLosses(), some.rowLosses());
        }
    }

    @EachFloatingDType
    void gradientsOfTheLayerMayHaveItsDType(DType dtype) {
        CrossEntropyDraw draw = new CrossEntropyDraw();
        for (int i = 0; i < 6; i++) {
            LinearCase.of(dtype, 6, 3, 7, true, draw, 100 + i).check(rig, RowChunks.ofRows(i % 2 == 0 ? 6 : 2), dtype);
        }
    }

    /** The bound of a single rounding, however many chunks there are. */
    @EachFloatingDType
    void gradientsOfTheLayerMayBeRoundedOnce(DType dtype) {
        CrossEntropyDraw draw = new CrossEntropyDraw();
        for (int i = 0; i < 6; i++) {
            LinearCase.of(dtype, 6, 3 + i, 7, i % 2 == 0, draw, 300 + i)
                    .check(rig, RowChunks.ofRows(1 + i).roundingOnce(), dtype);
        }
        LinearCase.of(dtype, 5, 40, 67, true, draw, 310)
                .check(rig, RowChunks.ofRows(1).roundingOnce(), dtype);
    }

    /** With 8 digits, what is a half by itself does not change 254. */
    @Test
    void whatIsRoundedOnceLosesNothingBetweenChunks() {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            double[] rows = new double[513];
            Arrays.fill(rows, 1);
            Tensor h = bench.vector(DType.BF16, Shape.of(513, 1), rows);
            LinearLayer layer = LinearLayer.of(bench.vector(DType.BF16, Shape.of(2, 1), 1, 1));
            Tensor labels = bench.labels(DType.I32, Shape.of(513), new long[513]);
            Tensor dw = bench.vector(DType.BF16, Shape.of(2, 1), 2, 2);
            LinearGradients gradients = LinearGradients.of(null, dw).accumulating();
            CrossEntropyOptions sum = DEFAULTS.withReduction(Reduction.SUM);
            RowChunks single = RowChunks.ofRows(1);
            bench.keep(bench.ops()
                    .linearCrossEntropy(sum, single.roundingOnce())
                    .forwardBackward(h, layer, labels, gradients, s));
            assertArrayEquals(new float[] {-254, 258}, dw.download(s)); // 2 -+ 256.5, to 8 digits
            bench.keep(bench.ops().linearCrossEntropy(sum, single).forwardBackward(h, layer, labels, gradients, s));
            assertArrayEquals(new float[] {-254, 258}, dw.download(s));
        }
    }

    @EachFloatingDType
    void longRowsAndManyFeatures(DType dtype) {
        CrossEntropyDraw draw = new CrossEntropyDraw();
        LinearCase.of(dtype, 3, 5, 1031, true, draw, 200).check(rig, RowChunks.ofRows(2), dtype.arithmetic());
        LinearCase.of(dtype, 3, 600, 3, false, draw, 201).check(rig, RowChunks.ofRows(2), dtype.arithmetic());
        LinearCase.of(dtype, 300, 2, 3, true, draw, 202).check(rig, RowChunks.ofRows(128), dtype.arithmetic());
    }

    @Test
    void slopesOfTheLossAreItsGradients() {
        CrossEntropyOptions options =
                DEFAULTS.withLabelSmoothing(0.1).withZLoss(0.01).withSoftCap(5).withLogitScale(1.5);
        Random random = new Random(7);
        double[] hidden = random.doubles(5 * 3, -1, 1).toArray();
        double[] weight = random.doubles(4 * 3, -1, 1).toArray();
        double[] bias = random.doubles(4, -1, 1).toArray();
        int[] labels = {0, 3, -100, 1, 2};
        try (Bench bench = new Bench(rig)) {
            LinearCrossEntropy op = bench.ops().linearCrossEntropy(options, RowChunks.ofRows(2));
            LinearCrossEntropyGradient<double[]> at =
                    op.forwardBackward(hidden, weight, bias, labels, Shape.of(5, 3), 4);
            for (double[][] pair : new double[][][] {{hidden, at.hidden()}, {weight, at.weight()}, {bias, at.bias()}}) {
                for (int i = 0; i < pair[0].length; i++) {
                    double v = pair[0][i];
                    pair[0][i] = v + 1e-5;
                    double above = op.forward(hidden, weight, bias, labels, Shape.of(5, 3), 4)
                            .loss();
                    pair[0][i] = v - 1e-5;
                    double below = op.forward(hidden, weight, bias, labels, Shape.of(5, 3), 4)
                            .loss();
                    pair[0][i] = v;
                    assertEquals((above - below) / 2e-5, pair[1][i], 1e-9);
                }
            }
        }
    }

    @Test
    void chunksThatTheHostKnowsToBeIgnoredHaveGradientZero() {
        float[] hidden = {1, 2, 3, 4, 5, 6, 7, 8};
        float[] weight = {1, 0, 0, 1, 1, 1};
        try (Bench bench = new Bench(rig)) {
            LinearCrossEntropy op = bench.ops().linearCrossEntropy(DEFAULTS, RowChunks.ofRows(1));
            int[] some = {-100, 2, -100, 0};
            LinearCrossEntropyGradient<float[]> known =
                    op.forwardBackward(hidden, weight, null, some, Shape.of(4, 2), 3);
            assertEquals(2, known.loss().countedRows());
            for (int i : new int[] {0, 1, 4, 5}) {
                assertEquals(0, known.hidden()[i]);
            }
            Stream s = bench.stream();
            Tensor h = bench.vector(DType.F32, Shape.of(4, 2), 1, 2, 3, 4, 5, 6, 7, 8);
            Tensor w = bench.vector(DType.F32, Shape.of(3, 2), 1, 0, 0, 1, 1, 1);
            Tensor dw = bench.empty(DType.F32, 3, 2);
            Tensor labels = bench.labels(DType.I32, Shape.of(4), -100, 2, -100, 0);
            bench.keep(op.forwardBackward(h, LinearLayer.of(w), labels, LinearGradients.of(h, dw), s));
            assertArrayEquals(known.hidden(), h.download(s));
            assertArrayEquals(known.weight(), dw.download(s));

            int[] none = {-100, -100, -100, -100};
            LinearCrossEntropyGradient<float[]> nothing =
                    op.forwardBackward(hidden, weight, null, none, Shape.of(4, 2), 3);
            assertArrayEquals(new float[8], nothing.hidden());
            assertArrayEquals(new float[6], nothing.weight());
            assertTrue(Double.isNaN(nothing.loss().loss()));
        }
    }

    @Test
    void noRowsAtAllHaveGradientsOfZero() {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Tensor h = bench.empty(DType.F32, 0, 2);
            LinearLayer layer = new LinearLayer(
                    bench.vector(DType.F32, Shape.of(3, 2), 1, 2, 3, 4, 5, 6),
                    bench.vector(DType.F32, Shape.of(3), 1, 2, 3));
            Tensor dw = bench.vector(DType.F32, Shape.of(3, 2), 9, 9, 9, 9, 9, 9);
            Tensor db = bench.vector(DType.F32, Shape.of(3), 9, 9, 9);
            LinearGradients gradients = new LinearGradients(null, dw, db, false);
            Tensor labels = bench.labels(DType.I32, Shape.of(0));
            LinearCrossEntropy op = bench.ops().linearCrossEntropy(DEFAULTS.withReduction(Reduction.SUM));
            CrossEntropyResult result = bench.keep(op.forwardBackward(h, layer, labels, gradients.accumulating(), s));
            assertArrayEquals(new float[] {9, 9, 9}, db.download(s));
            bench.keep(op.forwardBackward(h, layer, labels, gradients, s));
            assertEquals(0, result.await());
            assertArrayEquals(new float[6], dw.download(s));
            assertArrayEquals(new float[3], db.download(s));
        }
    }

    /** MEAN divides the two by different numbers: each must be there by itself. */
    @Test
    void smallWeightsDoNotVanishBesideZLosses() {
        CrossEntropyOptions options = DEFAULTS.withZLoss(0.1);
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Tensor h = bench.vector(DType.F32, Shape.of(3, 1), 1, 2, 3);
            Tensor w = bench.vector(DType.F32, Shape.of(2, 1), 1, 2);
            Tensor x = bench.vector(DType.F32, Shape.of(3, 2), 1, 2, 2, 4, 3, 6);
            Tensor labels = bench.labels(DType.I32, Shape.of(3), 0, 1, 0);
            Tensor tiny = bench.vector(DType.F32, Shape.of(2), 1e-9, 2e-9);
            CrossEntropyResult whole =
                    bench.keep(bench.ops().crossEntropy(options).forward(x, labels, tiny, s));
            LinearCrossEntropy op = bench.ops().linearCrossEntropy(options, RowChunks.ofRows(2));
            CrossEntropyResult parts = bench.keep(op.forward(h, LinearLayer.of(w), labels, tiny, s));
            assertEquals(whole.await(), parts.await(), 1e-6 * whole.await());
            assertArrayEquals(whole.rowLosses().download(s), parts.rowLosses().download(s), 1e-6f);
        }
    }

    @Test
    void aLabelOutOfRangeIsNamedByThisOp() {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Tensor h = bench.vector(DType.F32, Shape.of(3, 1), 1, 2, 3);
            LinearLayer layer = LinearLayer.of(bench.vector(DType.F32, Shape.of(2, 1), 1, 2));
            Tensor labels = bench.labels(DType.I64, Shape.of(3), 0, 1, 2);
            LinearCrossEntropy op = bench.ops().linearCrossEntropy(DEFAULTS, RowChunks.ofRows(2));
            CrossEntropyResult result = bench.keep(op.forward(h, layer, labels, null, s));
            assertMessage(
                    "linearCrossEntropy: label out of range: row=2, label=2, classes=2, ignoreIndex=-100",
                    result::await);
            assertEquals(2, result.countedRows());
        }
    }

    @Test
    void badInputIsNamed() {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Tensor h = bench.vector(DType.F32, Shape.of(2, 2), 1, 2, 3, 4);
            Tensor w = bench.vector(DType.F32, Shape.of(3, 2), 1, 2, 3, 4, 5, 6);
            Tensor labels = bench.labels(DType.I32, Shape.of(2), 0, 2);
            LinearLayer layer = LinearLayer.of(w);
            LinearCrossEntropy op = bench.ops().linearCrossEntropy(DEFAULTS);
            assertMessage(
                    "linearCrossEntropy.forward: weight must be F32[classes, features] of 2 features: weight=F32[2, 3], "
                            + "hidden=F32[2, 2]",
                    () -> op.forward(h, LinearLayer.of(bench.empty(DType.F32, 2, 3)), labels, null, s));
            assertMessage(
                    "linearCrossEntropy.forward: bias must be F32[3] without padding: bias=F32[2]",
                    () -> op.forward(h, new LinearLayer(w, bench.empty(DType.F32, 2)), labels, null, s));
            assertMessage(
                    "linearCrossEntropy.forward: targets must be like the logits: targets=F32[2, 2], rows=[2], "
                            + "logits=F32, classes=3",
                    () -> op.forward(h, layer, bench.empty(DType.F32, 2, 2), null, s));
            assertMessage(
                    "linearCrossEntropy.forwardBackward: gradients.weight must be like weight, or so of the arithmetic "
                            + "dtype: gradients.weight=F32[2, 3], weight=F32[3, 2]",
                    () -> op.forwardBackward(
                            h, layer, labels, LinearGradients.of(null, bench.empty(DType.F32, 2, 3)), s));
            assertMessage(
                    "linearCrossEntropy.forwardBackward: gradients.bias must be like bias, or so of the arithmetic "
                            + "dtype: gradients.bias=F32[3], bias=null",
                    () -> op.forwardBackward(
                            h, layer, labels, new LinearGradients(null, null, bench.empty(DType.F32, 3), false), s));
            String at = "0x" + Long.toHexString(w.address()) + "+24";
            assertMessage(
                    "linearCrossEntropy.forwardBackward: gradients.weight must not overlap weight: gradients.weight="
                            + at + ", weight=" + at,
                    () -> op.forwardBackward(h, layer, labels, LinearGradients.of(null, w), s));
            assertMessage(
                    "linearCrossEntropy: label out of range: row=1, label=3, classes=3, ignoreIndex=-100",
                    () -> op.forward(new float[4], new float[6], null, new int[] {0, 3}, Shape.of(2, 2), 3));
            assertMessage(
                    "rowChunks: too few bytes for a row: bytes=8, row=16",
                    () -> bench.ops()
                            .linearCrossEntropy(DEFAULTS, RowChunks.ofBytes(8))
                            .forward(h, layer, labels, null, s));
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, w.download(s));
        }
    }

    @Test
    void workspaceIsWhatItSaysAndIsGivenBack() {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            LinearCrossEntropy op = bench.ops().linearCrossEntropy(DEFAULTS, RowChunks.ofBytes(100));
            long products = bench.ops()
                            .linearCrossEntropy(DEFAULTS, RowChunks.ofRows(1))
                            .workspaceBytes(DType.F32, Shape.of(9, 2), 4)
                    - 16;
            assertEquals(6 * 16 + products, op.workspaceBytes(DType.F32, Shape.of(9, 2), 3));
            assertEquals(
                    2048 * 16 + products,
                    bench.ops().linearCrossEntropy(DEFAULTS).workspaceBytes(DType.BF16, Shape.of(5000, 2), 7));
            RowChunks once = RowChunks.ofRows(4).roundingOnce();
            LinearCrossEntropy rounding = bench.ops().linearCrossEntropy(DEFAULTS, once);
            assertEquals(4 * 16 + 7 * 2 * 4 + products, rounding.workspaceBytes(DType.BF16, Shape.of(9, 2), 7));
            assertEquals(4 * 16 + products, rounding.workspaceBytes(DType.BF16, Shape.of(4, 2), 7));
            assertEquals(4 * 32 + products, rounding.workspaceBytes(DType.F32, Shape.of(9, 2), 7));
            Tensor h = bench.vector(DType.F32, Shape.of(9, 2), new double[18]);
            LinearLayer layer = LinearLayer.of(bench.vector(DType.F32, Shape.of(3, 2), new double[6]));
            int[] labels = new int[9];
            Arrays.fill(labels, 1);
            Tensor y = bench.keep(bench.ops().labels(labels, s));
            CrossEntropyResult result = bench.keep(op.newResult(DType.F32, Shape.of(9, 2), 3, s));
            long before = bench.ops().memoryStatistics().bytesInUse();
            op.forward(h, layer, y, null, result, s);
            assertEquals(Math.log(3), result.await(), 1e-6);
            assertEquals(before, bench.ops().memoryStatistics().bytesInUse());
        }
    }
}

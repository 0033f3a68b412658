package io.github.logitops.contract;

import static io.github.logitops.contract.RowValueContract.INF;
import static io.github.logitops.contract.RowValueContract.range;
import static io.github.logitops.contract.SoftmaxContract.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.MaskedSoftmax;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Mask;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
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
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What masked and causal softmax promise, whichever executor runs them. */
@OnEachRig
class MaskedSoftmaxTest {
    private static final double NAN = Double.NaN;

    private final Rig rig;

    MaskedSoftmaxTest(RigKind kind) {
        rig = kind.rig();
    }

    @EachFloatingDType
    void everyLayoutIsWithinTheBoundsWithAMaskOfItsOwnShape(DType dtype) {
        for (Geometry geometry : Geometry.several()) {
            MaskedSoftmaxCase random = random(100, dtype, geometry);
            random.keep(geometry.shape()).check(rig);
            random.additive(geometry.shape()).check(rig);
        }
    }

    @EachFloatingDType
    void masksBroadcastOverHeadsQueriesAndBatches(DType dtype) {
        MaskedSoftmaxCase attention = random(101, dtype, Geometry.dense(2, 3, 4, 5));
        long[][] shapes = {
            {4, 5}, {2, 1, 4, 5}, {2, 1, 1, 5}, {1, 3, 1, 5}, {3, 1, 5}, {2, 1, 4, 1}, {2, 3, 1, 1}, {5}, {1}, {}
        };
        for (long[] shape : shapes) {
            attention.keep(Shape.of(shape)).check(rig);
            attention.additive(Shape.of(shape)).andCausal().check(rig);
        }
        MaskedSoftmaxCase deep = random(109, dtype, Geometry.dense(2, 2, 3, 2, 3, 2));
        for (long[] shape : new long[][] {{2, 2, 3, 2, 3, 2}, {2, 2, 1, 1, 3, 2}, {1, 2, 3, 1, 1, 2}}) {
            deep.additive(Shape.of(shape)).check(rig);
        }
        MaskedSoftmaxCase images =
                random(102, dtype, Geometry.dense(2, 6, 4).along(1).padded(3));
        images.keep(Shape.of(6, 1)).check(rig);
        images.additive(Shape.of(2, 1, 4)).check(rig);
        images.keep(Shape.of(4)).check(rig);
    }

    @EachFloatingDType
    void logitsFarFromZeroLoseNothing(DType dtype) {
        for (double offset : Data.offsets(dtype)) {
            double[][] logits = new Data(110).logitsAbout(offset, dtype, 3, 40);
            MaskedSoftmaxCase far = new MaskedSoftmaxCase(dtype, Geometry.dense(3, 40), logits);
            far.keep(Shape.of(3, 40)).check(rig);
            far.additive(Shape.of(40)).check(rig);
        }
    }

    /** What a mask hides is what it says: sums beyond the dtype are the largest number that it has. */
    @EachFloatingDType
    void aSumThatOverflowsIsTheLargestNumber(DType dtype) {
        double largest = largest(dtype);
        Geometry geometry = Geometry.dense(2, 4);
        double[][] low = {{-largest, -largest, -largest, -largest}, {largest, 0, -largest, 0}};
        double[][] high = {{largest, largest, largest, largest}, {largest, 0, -largest, 0}};
        double[] down = {-largest, -largest, -largest, -largest};
        double[] up = {largest, largest, largest, largest};
        double[] quarters = {0.25, 0.25, 0.25, 0.25};
        double[] first = {1, 0, 0, 0};
        double[][] y = new MaskedSoftmaxCase(dtype, geometry, low)
                .additive(Shape.of(4), down)
                .check(rig);
        assertArrayEquals(new double[][] {quarters, first}, y, "not hidden, but low");
        assertArrayEquals(
                quarters,
                new MaskedSoftmaxCase(dtype, geometry, high)
                        .additive(Shape.of(4), up)
                        .check(rig)[0]);
        double[] hidden = {-INF, -largest, -INF, -largest};
        assertArrayEquals(
                new double[] {0, 0.5, 0, 0.5},
                new MaskedSoftmaxCase(dtype, geometry, low)
                        .additive(Shape.of(4), hidden)
                        .check(rig)[0]);
    }

    /** The largest finite number of a dtype. */
    private static double largest(DType dtype) {
        return switch (dtype) {
            case F64 -> Double.MAX_VALUE;
            case F32 -> Float.MAX_VALUE;
            case F16 -> 65504;
            default -> 0x1.fep127;
        };
    }

    @EachFloatingDType
    void aLargeNegativeNumberOverANanDoesNotHideIt(DType dtype) {
        double[][] logits = new Data(111).values(1, 64);
        logits[0][20] = NAN;
        double[] mask = new double[64];
        mask[20] = -10000;
        double[][] y = new MaskedSoftmaxCase(dtype, Geometry.dense(1, 64), logits)
                .additive(Shape.of(64), mask)
                .check(rig);
        assertTrue(Arrays.stream(y[0]).allMatch(Double::isNaN));
    }

    @Test
    void aMaskThatIsNotThereIsRefusedWhereItIsMade() {
        assertEquals(
                "mask.keep: keep is null",
                assertThrows(NullPointerException.class, () -> Mask.keep(null)).getMessage());
        assertEquals(
                "mask.additive: additive is null",
                assertThrows(NullPointerException.class, () -> Mask.additive(null))
                        .getMessage());
    }

    @EachFloatingDType
    void causalQueriesSeeTheKeysUpToTheirOwnPosition(DType dtype) {
        for (Geometry geometry : new Geometry[] {
            Geometry.dense(4, 4), Geometry.dense(2, 3, 7), Geometry.dense(2, 7, 3), Geometry.dense(1, 1, 9)
        }) {
            random(103, dtype, geometry).andCausal().check(rig);
            random(103, dtype, geometry.padded(2))
                    .keep(geometry.shape())
                    .andCausal()
                    .check(rig);
        }
        double[][] zeros = new double[3][3];
        double[][] y = new MaskedSoftmaxCase(dtype, Geometry.dense(3, 3), zeros)
                .andCausal()
                .check(rig);
        assertArrayEquals(new double[] {1, 0, 0}, y[0]);
        assertArrayEquals(new double[] {0.5, 0.5, 0}, y[1]);
    }

    /** Of every length that registers hold, at any address, and longer; the limit lies within a vector and between two. */
    @EachFloatingDType
    void causalRowsOfWholeVectorsEndWherePositionsSay(DType dtype) {
        for (long[] extents : new long[][] {{9, 8}, {18, 16}, {40, 64}, {130, 256}, {5, 1024}}) {
            MaskedSoftmaxCase square = random(112, dtype, Geometry.dense(extents));
            square.andCausal().check(rig);
            square.keep(Shape.of(extents)).andCausal().check(rig);
            random(112, dtype, Geometry.dense(extents).padded(1).shifted(1))
                    .andCausal()
                    .check(rig);
        }
        random(112, dtype, Geometry.dense(2, 40_000)).andCausal().check(rig);
    }

    /** Bytes of a mask are read by words where they lie so. */
    @EachFloatingDType
    void aMaskMayBeginAnywhere(DType dtype) {
        for (int classes : new int[] {8, 64, 72, 256, 1024}) {
            double[] keep = new double[classes];
            for (int j = 0; j < classes; j++) {
                keep[j] = j / 16 % 3 == 0 || j / 16 % 3 == 1 && j % 5 < 3 ? 1 : 0;
            }
            MaskedSoftmaxCase masked =
                    random(113, dtype, Geometry.dense(2, classes)).keep(Shape.of(classes), keep);
            for (int begin : new int[] {1, 4, 8}) {
                assertArrayEquals(masked.check(rig), masked.maskAt(begin).check(rig));
            }
        }
    }

    @EachFloatingDType
    void aRowThatIsAllHiddenIsZeroAndNeverNan(DType dtype) {
        double[][] x = {{1, NAN, INF}, {1, 2, 3}, {-INF, -INF, -INF}};
        Geometry geometry = Geometry.dense(3, 3);
        double[] keep = {0, 0, 0, 1, 0, 1, 1, 1, 0};
        MaskedSoftmaxCase hidden = new MaskedSoftmaxCase(dtype, geometry, x);
        double[][] y = hidden.keep(geometry.shape(), keep).check(rig);
        assertArrayEquals(new double[3], y[0], "by a boolean mask");
        assertEquals(0, y[1][1]);
        assertArrayEquals(new double[3], y[2], "by its own logits");
        double[] additive = {-INF, -INF, -INF, 0, -INF, 0, 0, 0, -INF};
        assertArrayEquals(y, hidden.additive(geometry.shape(), additive).check(rig));
        double[][] tall = new MaskedSoftmaxCase(dtype, Geometry.dense(4, 2), new double[4][2])
                .andCausal()
                .check(rig);
        assertArrayEquals(new double[][] {{0, 0}, {0, 0}, {1, 0}, {0.5, 0.5}}, tall);
    }

    @EachFloatingDType
    void whatIsHiddenDoesNotMatter(DType dtype) {
        double[][] plain = new Data(104).values(2, 300);
        double[][] spoiled = {plain[0].clone(), plain[1].clone()};
        double[] keep = new double[300];
        double[] additive = new double[300];
        for (int j = 0; j < 300; j++) {
            keep[j] = j % 3 == 0 ? 0 : 1;
            additive[j] = j % 3 == 0 ? -INF : 0;
            if (j % 3 == 0) {
                spoiled[0][j] = NAN;
                spoiled[1][j] = INF;
            }
        }
        Geometry geometry = Geometry.dense(2, 300);
        Shape mask = Shape.of(300);
        double[][] expected =
                new MaskedSoftmaxCase(dtype, geometry, plain).keep(mask, keep).check(rig);
        MaskedSoftmaxCase actual = new MaskedSoftmaxCase(dtype, geometry, spoiled);
        assertArrayEquals(expected, actual.keep(mask, keep).check(rig));
        MaskedSoftmaxCase added = new MaskedSoftmaxCase(dtype, geometry, plain).additive(mask, additive);
        assertArrayEquals(added.check(rig), actual.additive(mask, additive).check(rig));
    }

    @EachFloatingDType
    void infinitiesAndNanThatAreSeenSpoilTheirRow(DType dtype) {
        double[][] x = {{1, NAN, 2}, {1, INF, 2}, {1, -INF, 2}, {1, 5, 2}};
        MaskedSoftmaxCase seen = new MaskedSoftmaxCase(dtype, Geometry.dense(4, 3), x);
        double[][] y = seen.keep(Shape.of(3), 0, 1, 1).check(rig);
        for (int n = 0; n < 2; n++) {
            assertTrue(Arrays.stream(y[n]).allMatch(Double::isNaN), "row " + n);
        }
        assertArrayEquals(new double[] {0, 0, 1}, y[2]);
        y = seen.additive(Shape.of(4, 3), 0, -INF, 0, 0, -INF, 0, 0, 0, 0, 0, NAN, 0)
                .check(rig);
        assertTrue(Double.isFinite(y[0][0]) && Double.isFinite(y[1][0]) && Double.isNaN(y[3][0]));
    }

    @Test
    void aLargeNegativeNumberIsNotAHiddenElement() {
        double[][] y = new MaskedSoftmaxCase(DType.F32, Geometry.dense(1, 2), new double[1][2])
                .additive(Shape.of(2), -1e9, -1e9)
                .check(rig);
        assertArrayEquals(new double[] {0.5, 0.5}, y[0]);
    }

    @EachFloatingDType
    void longRowsLoseNothing(DType dtype) {
        random(105, dtype, Geometry.dense(1, 262144)).keep(Shape.of(262144)).check(rig);
    }

    @EachFloatingDType
    void aRowHasTheSameBitsAloneAndInABatch(DType dtype) {
        int classes = 1003;
        MaskedSoftmaxCase many = random(106, dtype, Geometry.dense(20, classes)).keep(Shape.of(classes));
        double[][] batch = many.check(rig);
        for (int n : new int[] {0, 1, 19}) {
            double[][] alone = new MaskedSoftmaxCase(dtype, Geometry.dense(1, classes), new double[][] {many.x()[n]})
                    .keep(Shape.of(classes), many.mask())
                    .check(rig);
            assertArrayEquals(batch[n], alone[0], "row " + n);
        }
    }

    @Test
    void everythingButZeroIsTrueAndMasksMayBePadded() {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            DeviceRows x = bench.rows(DType.F32, Geometry.dense(2, 2), new double[2][2]);
            DeviceRows y = bench.poisoned(DType.F32, Geometry.dense(2, 2));
            Tensor keep = bench.keep(bench.ops().empty(DType.BOOL, new Layout(Shape.of(2, 2), 3)));
            keep.upload(ByteBuffer.wrap(new byte[] {0, 2, -128, 1}), s);
            bench.ops().maskedSoftmax().forward(x.tensor(), Mask.keep(keep), y.tensor(), s);
            assertArrayEquals(new double[][] {{0, 1}, {0.5, 0.5}}, y.read());
            boolean[] back = new boolean[4];
            keep.download(back, s);
            assertArrayEquals(new boolean[] {false, true, true, true}, back);
        }
    }

    @EachFloatingDType
    void backwardNeedsNoMaskAndIsZeroWhereTheMaskHid(DType dtype) {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Geometry geometry = Geometry.dense(5, 40);
            DeviceRows y = bench.rows(dtype, geometry, new Data(107).values(5, 40));
            MaskedSoftmax op = bench.ops().maskedSoftmax();
            op.forward(y.tensor(), Mask.causal(), y.tensor(), s);
            double[][] output = y.read();
            DeviceRows dy = bench.rows(dtype, geometry, new Data(108).values(5, 40));
            op.backward(y.tensor(), dy.tensor(), GradScale.of(8), dy.tensor(), s);
            double[][] dx = dy.read();
            for (int n = 0; n < 5; n++) {
                double[] exact = SoftmaxReference.softmaxBackward(output[n], dy.values()[n], 8);
                double[] scale = SoftmaxReference.softmaxBackwardScale(output[n], dy.values()[n], 8);
                Near.assertNear(dtype, exact, dx[n], scale, "row " + n);
                for (int j = n + 36; j < 40; j++) {
                    assertEquals(0, Math.abs(dx[n][j]));
                }
            }
        }
    }

    @EachFloatingDType
    void anEmptyBatchIsFine(DType dtype) {
        MaskedSoftmaxCase empty = new MaskedSoftmaxCase(dtype, Geometry.dense(0, 3, 5), new double[0][5]);
        assertEquals(0, empty.keep(Shape.of(3, 5)).andCausal().check(rig).length);
    }

    @Test
    void hostArraysGiveWhatTensorsGive() {
        try (Bench bench = new Bench(rig)) {
            MaskedSoftmax op = bench.ops().maskedSoftmax();
            Shape shape = Shape.of(2, 2);
            float[] floats = {7, 7, 1, 1};
            double[] doubles = {7, 7, 1, 1};
            float[] causal = {1, 0, 0.5f, 0.5f};
            assertArrayEquals(causal, op.forwardCausal(floats, shape));
            assertArrayEquals(new double[] {1, 0, 0.5, 0.5}, op.forwardCausal(doubles, shape), 1e-15);
            boolean[] keep = {false, true};
            assertArrayEquals(new float[] {0, 1, 0, 1}, op.forward(floats, shape, keep, Shape.of(2)));
            assertArrayEquals(new double[] {0, 1, 0, 1}, op.forward(doubles, shape, keep, Shape.of(2)));
            float[] additive = {Float.NEGATIVE_INFINITY, 3};
            assertArrayEquals(new float[] {0, 1, 0, 1}, op.forward(floats, shape, additive, Shape.of(2)));
            double[] row = {0, Math.log(3)};
            assertArrayEquals(
                    new double[] {0.25, 0.75, 0.25, 0.75}, op.forward(doubles, shape, row, Shape.of(2)), 1e-15);
            assertArrayEquals(new float[] {0, 0, 0.5f, -0.5f}, op.backward(causal, new float[] {2, 9, 2, 0}, shape));
            double[] y = {1, 0, 0.5, 0.5};
            assertArrayEquals(new double[] {0, 0, 0.5, -0.5}, op.backward(y, new double[] {2, 9, 2, 0}, shape));
            assertMessage(
                    "maskedSoftmax.forward: keep must hold each element once: elements=2, shape=[3]",
                    () -> op.forward(floats, shape, keep, Shape.of(3)));
        }
    }

    @Test
    void mistakesAreNamed() {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            MaskedSoftmax op = bench.ops().maskedSoftmax();
            Tensor x = bench.empty(DType.F32, 4, 10);
            Tensor keep = bench.empty(DType.BOOL, 4, 10);
            String forward = "maskedSoftmax.forward: ";
            assertMessage(forward + "the mask must be BOOL: mask=F32[4, 10]", () -> op.forward(x, Mask.keep(x), x, s));
            assertMessage(
                    forward + "the mask must be F32: mask=BOOL[4, 10]", () -> op.forward(x, Mask.additive(keep), x, s));
            assertMessage(
                    forward + "x must be floating-point: x=BOOL[4, 10]",
                    () -> op.forward(keep, Mask.causal(), keep, s));
            Tensor wide = bench.empty(DType.BOOL, 4, 11);
            assertMessage(
                    forward + "the mask must broadcast to x: mask=[4, 11], x=[4, 10]",
                    () -> op.forward(x, Mask.keep(wide), x, s));
            Tensor deep = bench.empty(DType.BOOL, 1, 4, 10);
            assertMessage(
                    forward + "the mask must broadcast to x: mask=[1, 4, 10], x=[4, 10]",
                    () -> op.forward(x, Mask.keep(deep), x, s));
            Tensor many = bench.empty(DType.F32, 2, 2, 2, 2, 3);
            Tensor patchy = bench.empty(DType.BOOL, 2, 1, 2, 1, 3);
            assertMessage(
                    forward + "a mask is repeated in at most three parts of the rows: mask=[2, 1, 2, 1, 3], "
                            + "x=[2, 2, 2, 2, 3]",
                    () -> op.forward(many, Mask.keep(patchy), many, s));
            Tensor flat = bench.empty(DType.F32, 10);
            assertMessage(
                    forward + "a causal mask needs queries and keys, the last axis: axis=-1, x=[10]",
                    () -> op.forward(flat, Mask.causal(), flat, s));
            assertMessage(
                    forward + "a causal mask needs queries and keys, the last axis: axis=0, x=[4, 10]",
                    () -> bench.ops().maskedSoftmax(Axis.of(0)).forward(x, Mask.causal(), x, s));
            Tensor within = bench.keep(bench.ops().wrap(x.address() + 8, DType.BOOL, Shape.of(10)));
            assertMessage(
                    forward + "y must not overlap mask: y=" + range(x) + ", mask=" + range(within),
                    () -> op.forward(x, Mask.keep(within), x, s));
            keep.close();
            IllegalStateException used =
                    assertThrows(IllegalStateException.class, () -> op.forward(x, Mask.keep(keep), x, s));
            assertTrue(used.getMessage().startsWith("tensor: used after close: tensor=" + keep), used.getMessage());
        }
    }

    private static MaskedSoftmaxCase random(long seed, DType dtype, Geometry geometry) {
        return new MaskedSoftmaxCase(dtype, geometry, new Data(seed).logits(geometry.rows(), geometry.classes()));
    }
}

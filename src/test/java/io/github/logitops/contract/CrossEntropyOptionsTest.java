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
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.EmptyMean;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.RowOutput;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Data;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What the options of cross entropy mean where it matters: the edges of each, by its name. */
@OnEachRig
class CrossEntropyOptionsTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;
    private static final CrossEntropyOptions DEFAULTS = CrossEntropyOptions.defaults();
    private static final CrossEntropyOptions SUM = DEFAULTS.withReduction(Reduction.SUM);
    private static final CrossEntropyOptions NONE = DEFAULTS.withReduction(Reduction.NONE);

    private final Rig rig;

    CrossEntropyOptionsTest(RigKind kind) {
        rig = kind.rig();
    }

    private static CrossEntropyCase rows(DType dtype, double[]... logits) {
        return CrossEntropyCase.of(dtype, Geometry.dense(logits.length, logits[0].length), logits);
    }

    @EachFloatingDType
    void theMeanDividesByTheWeightsOfTheLabelsAndSoItDoesTheSmoothing(DType dtype) {
        // PyTorch: F.cross_entropy([[0,0],[0,0]], [0,1], weight=[1,3], label_smoothing=0.5): every log p is -log 2.
        // (0.5 (1 + 3) + 2 * 0.25 (1 + 3)) log 2 / (1 + 3)
        CrossEntropyCase equal = rows(dtype, new double[2], new double[2])
                .labels(DType.I64, 0, 1)
                .weights(1, 3)
                .options(DEFAULTS.withLabelSmoothing(0.5));
        assertEquals(Math.log(2), equal.check(rig).loss(), 1e-6);
    }

    @EachFloatingDType
    void theMeanOfProbabilitiesDividesByRowsWhateverTheWeights(DType dtype) {
        var actual = rows(dtype, new double[2], new double[2])
                .probabilities(new double[] {1, 0}, new double[] {0, 1})
                .weights(1, 3)
                .check(rig);
        assertEquals((1 + 3) * Math.log(2) / 2, actual.loss(), 1e-6);
        assertEquals(2, actual.countedRows());
    }

    @EachFloatingDType
    void probabilitiesOfOneHotAreTheLabelsExceptForTheDivisor(DType dtype) {
        double[][] logits = new Data(60).logits(2, 3);
        double[][] oneHot = {{0, 0, 1}, {0, 1, 0}};
        CrossEntropyOptions smoothed = SUM.withLabelSmoothing(0.25);
        var labels =
                rows(dtype, logits).labels(DType.I32, 2, 1).weights(1, 2, 3).options(smoothed);
        var given = rows(dtype, logits).probabilities(oneHot).weights(1, 2, 3).options(smoothed);
        assertEquals(labels.check(rig).loss(), given.check(rig).loss(), 1e-5);
    }

    @EachFloatingDType
    void probabilitiesNeedNotSumToOne(DType dtype) {
        // S = 3: the gradient is p S - T, not p - q.
        var actual =
                rows(dtype, new double[2]).probabilities(new double[] {2, 1}).check(rig);
        assertEquals(3 * Math.log(2), actual.loss(), 1e-6);
        assertArrayEquals(new double[] {-0.5, 0.5}, actual.gradient()[0]);
        assertArrayEquals(
                new double[2],
                rows(dtype, 1, 2).probabilities(new double[2]).check(rig).gradient()[0]);
    }

    private static CrossEntropyCase rows(DType dtype, double a, double b) {
        return rows(dtype, new double[] {a, b});
    }

    @EachFloatingDType
    void aSmoothingCloseToOneLeavesProbabilitiesTheirExactShare(DType dtype) {
        // 1 - e has its digits at the end of e, and probabilities that sum to 500 bring them forward.
        double[] q = new double[1000];
        Arrays.fill(q, 0.5);
        rows(dtype, new Data(66).logits(1, 1000))
                .probabilities(q)
                .options(SUM.withLabelSmoothing(0.9969759086324046))
                .check(rig);
    }

    @EachFloatingDType
    void aProbabilityOfZeroAtMinusInfinityAddsNothing(DType dtype) {
        double[] masked = {-INF, 0, 0};
        var zero = rows(dtype, masked).probabilities(new double[] {0, 0.5, 0.5}).check(rig);
        assertEquals(Math.log(2), zero.loss(), 1e-6);
        assertEquals(0, zero.gradient()[0][0]);
        var positive =
                rows(dtype, masked).probabilities(new double[] {0.5, 0.5, 0}).check(rig);
        assertEquals(INF, positive.loss());
        assertArrayEquals(new double[] {-0.5, 0, 0.5}, positive.gradient()[0]);
    }

    @EachFloatingDType
    void aNanWeightOfAClassWithoutProbabilityHasNoEffect(DType dtype) {
        CrossEntropyCase unused = rows(dtype, 1, 2).probabilities(new double[] {0, 1});
        assertEquals(
                unused.weights(1, 2).check(rig).loss(),
                unused.weights(NAN, 2).check(rig).loss());
    }

    @EachFloatingDType
    void theZLossIsUnweightedAndItsMeanDividesByCountedRows(DType dtype) {
        double[][] logits = new Data(61).logits(3, 4);
        CrossEntropyCase plain =
                rows(dtype, logits).labels(DType.I32, 0, -100, 2).options(DEFAULTS.withZLoss(0.5));
        var one = plain.weights(1, 1, 1, 1).check(rig);
        var ten = plain.weights(10, 10, 10, 10).check(rig);
        assertEquals(one.zLoss(), ten.zLoss());
        assertEquals(one.loss(), ten.loss(), 1e-5 * Math.abs(one.loss()));
        double without = plain.options(DEFAULTS).check(rig).loss();
        assertEquals(one.loss(), without + one.zLoss(), 1e-5 * Math.abs(one.loss()));
    }

    @EachFloatingDType
    void aMeanUnderTinyWeightsKeepsItsDigitsBesideALargeZLoss(DType dtype) {
        // Once added up, a loss of 1e-5 and a z-loss of 4 do not come apart again in floats.
        CrossEntropyOptions options = DEFAULTS.withZLoss(1e-2);
        double tiny = (float) 1e-6;
        var actual = rows(dtype, new double[] {20, 18, 17}, new double[] {19, 20.5, 18.25})
                .labels(DType.I32, 1, 2)
                .weights(tiny, tiny, tiny)
                .options(options)
                .check(rig);
        assertEquals(6.545961, actual.loss(), 1e-4);
        CrossEntropyCase random = rows(dtype, new Data(67).logits(9, 7))
                .labels(DType.I64, new Data(68).labels(9, 7, -100))
                .weights(new Data(69).weights(7, 2e-5));
        for (double smoothing : new double[] {0, 0.1}) {
            random.options(options.withLabelSmoothing(smoothing)).check(rig);
        }
    }

    @Test
    void aZLossPastWhatTheDtypeHoldsMakesTheMeanInfinite() {
        CrossEntropyCase huge = rows(DType.F32, 1e25, 0).labels(DType.I32, 0).options(DEFAULTS.withZLoss(1));
        assertEquals(INF, huge.check(rig).loss());
    }

    @EachFloatingDType
    void anIgnoredRowHasNoZLoss(DType dtype) {
        var actual = rows(dtype, new double[] {NAN, 5}, new double[] {0, 0})
                .labels(DType.I32, -100, 0)
                .options(SUM.withZLoss(1))
                .check(rig);
        assertEquals(Math.log(2) * Math.log(2), actual.zLoss(), 1e-6);
    }

    @EachFloatingDType
    void whereNothingCountsTheMeanIsZeroIfAskedFor(DType dtype) {
        CrossEntropyCase ignored = rows(dtype, new Data(62).logits(2, 3)).labels(DType.I32, -100, -100);
        for (double zLoss : new double[] {0, 0.1}) {
            CrossEntropyOptions options = DEFAULTS.withZLoss(zLoss);
            var zero = ignored.options(options.withEmptyMean(EmptyMean.ZERO)).check(rig);
            assertEquals(0, zero.loss());
            assertEquals(0, zero.zLoss());
            assertArrayEquals(new double[2][3], zero.gradient());
            assertTrue(Double.isNaN(ignored.options(options).check(rig).loss()));
        }
        CrossEntropyCase empty = CrossEntropyCase.of(dtype, Geometry.dense(0, 3), new double[0][])
                .labels(DType.I32);
        assertEquals(
                0,
                empty.options(DEFAULTS.withEmptyMean(EmptyMean.ZERO)).check(rig).loss());
    }

    @EachFloatingDType
    void weightsThatSumToZeroMakeTheMeanNanWhateverTheMeanOfNothing(DType dtype) {
        var actual = rows(dtype, 1, 2)
                .labels(DType.I32, 0)
                .weights(0, 1)
                .options(DEFAULTS.withEmptyMean(EmptyMean.ZERO).withZLoss(0.1))
                .check(rig);
        assertTrue(Double.isNaN(actual.loss()) && Double.isNaN(actual.gradient()[0][0]));
    }

    @Test
    void aLabelOutOfRangeMakesTheMeanOfNothingNan() {
        try (Bench bench = new Bench(rig)) {
            Tensor x = bench.vector(DType.F32, Shape.of(1, 2), 0, 0);
            Tensor labels = bench.labels(DType.I32, Shape.of(1), 2);
            CrossEntropyOptions options = DEFAULTS.withEmptyMean(EmptyMean.ZERO).withZLoss(1);
            try (CrossEntropyResult result = bench.ops().crossEntropy(options).forward(x, labels, bench.stream())) {
                assertThrows(IllegalArgumentException.class, result::await);
                assertTrue(Double.isNaN(result.await()));
            }
        }
    }

    @EachFloatingDType
    void aLogitScaleIsOneOverATemperature(DType dtype) {
        double[][] logits = {{1, 2, 4}, {-INF, 8, -4}};
        double[][] halved = {{0.5, 1, 2}, {-INF, 4, -2}};
        CrossEntropyCase scaled = rows(dtype, logits).labels(DType.I32, 0, 1).options(NONE.withLogitScale(0.5));
        CrossEntropyCase plain = rows(dtype, halved).labels(DType.I32, 0, 1).options(NONE);
        var of = scaled.check(rig);
        assertArrayEquals(plain.check(rig).rowLosses(), of.rowLosses());
        // The gradient with respect to x has another factor of a.
        assertArrayEquals(plain.gradScale(0.5).check(rig).gradient(), of.gradient());
    }

    @EachFloatingDType
    void rowsMaskedWithHugeNumbersStayExactUnderAScale(DType dtype) {
        double huge = dtype == DType.F16 ? -60000 : -1e30;
        var actual = rows(dtype, new double[] {huge, huge, huge, huge})
                .labels(DType.I32, 2)
                .options(SUM.withLogitScale(1 / 3.0))
                .check(rig);
        assertEquals(Math.log(4), actual.loss(), 1e-6);
    }

    @EachFloatingDType
    void aSoftCapTurnsInfinitiesIntoItsOwnSize(DType dtype) {
        CrossEntropyCase infinite = rows(dtype, new double[] {INF, -INF}, new double[] {-INF, -INF})
                .labels(DType.I32, 1, 0)
                .options(NONE.withSoftCap(2));
        var actual = infinite.check(rig);
        assertEquals(Math.log1p(Math.exp(4)), actual.rowLosses()[0], 1e-5);
        assertEquals(Math.log(2), actual.rowLosses()[1], 1e-6);
        assertArrayEquals(new double[2], actual.gradient()[0], Double.MIN_VALUE, "there tanh is level");
        assertArrayEquals(new double[2], actual.gradient()[1], Double.MIN_VALUE, "there tanh is level");
        assertTrue(Double.isNaN(rows(dtype, 0, NAN)
                .labels(DType.I32, 0)
                .options(NONE.withSoftCap(2))
                .check(rig)
                .rowLosses()[0]));
    }

    @EachFloatingDType
    void aSoftCapCountsNoColumnPastTheEnd(DType dtype) {
        // Lanes beyond the row, fed through the cap, would each add exp(-1) to the sum.
        for (int classes : new int[] {1, 5, 33, 257}) {
            var actual = rows(dtype, new double[classes])
                    .labels(DType.I32, 0)
                    .options(NONE.withSoftCap(1))
                    .check(rig);
            assertEquals(Math.log(classes), actual.rowLosses()[0], 1e-6);
        }
    }

    @EachFloatingDType
    void everythingHasTheSameBitsAloneAndInABatchAndFromRunToRun(DType dtype) {
        int rows = 9;
        int classes = 261;
        double[][] logits = new Data(63).logits(rows, classes);
        double[][] q = new Data(64).values(rows, classes);
        CrossEntropyOptions all = SUM.withLabelSmoothing(0.1)
                .withZLoss(0.01)
                .withLogitScale(0.7)
                .withSoftCap(30)
                .withOutputs(RowOutput.values());
        for (Geometry geometry : new Geometry[] {
            Geometry.dense(rows, classes), Geometry.dense(classes, rows).along(0)
        }) {
            CrossEntropyCase batch =
                    CrossEntropyCase.of(dtype, geometry, logits).options(all).probabilities(q);
            var first = batch.check(rig);
            var again = batch.check(rig);
            assertArrayEquals(first.gradient(), again.gradient(), "from run to run");
            assertEquals(first.loss(), again.loss(), "from run to run");
            Geometry one = geometry.axis() == 1
                    ? Geometry.dense(1, classes)
                    : Geometry.dense(classes, 1).padded(3).along(0);
            for (int n : new int[] {0, 8}) {
                var alone = CrossEntropyCase.of(dtype, one, new double[][] {logits[n]})
                        .options(all)
                        .probabilities(q[n])
                        .check(rig);
                assertArrayEquals(first.gradient()[n], alone.gradient()[0]);
                assertEquals(first.rowLosses()[n], alone.rowLosses()[0]);
            }
        }
    }

    @EachFloatingDType
    void labelsOfEitherTypeGiveTheSameBits(DType dtype) {
        CrossEntropyCase plain = rows(dtype, new Data(65).logits(3, 40)).options(SUM.withLabelSmoothing(0.1));
        assertArrayEquals(
                plain.labels(DType.I32, 3, 39, -100).check(rig).gradient(),
                plain.labels(DType.I64, 3, 39, -100).check(rig).gradient());
    }

    @Test
    void mistakesWithProbabilitiesAndNumbersAreNamed() {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Tensor x = bench.empty(DType.BF16, 4, 10);
            Tensor q = bench.empty(DType.BF16, 4, 10);
            CrossEntropy sum = bench.ops().crossEntropy(SUM);
            String forward = "crossEntropy.forward: ";
            assertMessage(
                    forward + "logits and targets must have one shape: logits=[4, 10], targets=[10, 4]",
                    () -> sum.forward(x, bench.empty(DType.BF16, 10, 4), s));
            try (CrossEntropyResult result = sum.newResult(DType.BF16, x.shape(), s)) {
                IllegalArgumentException over = assertThrows(
                        IllegalArgumentException.class,
                        () -> sum.forwardBackward(x, q, null, GradScale.ONE, q, result, s));
                assertTrue(
                        over.getMessage()
                                .startsWith("crossEntropy.forwardBackward: gradient must not overlap targets: "),
                        over.getMessage());
            }
            assertMessage(
                    forward
                            + "logitScale must be a normal number of F32, which BF16 is computed in: logitScale=1.0E-40",
                    () -> bench.ops().crossEntropy(SUM.withLogitScale(1e-40)).forward(x, q, s));
            assertMessage(
                    forward + "softCap must be a normal number of F32, which BF16 is computed in: softCap=1.0E300",
                    () -> bench.ops().crossEntropy(SUM.withSoftCap(1e300)).forward(x, q, s));
            assertMessage(
                    forward + "zLoss must be a normal number of F32, which BF16 is computed in: zLoss=1.0E-300",
                    () -> bench.ops().crossEntropy(SUM.withZLoss(1e-300)).forward(x, q, s));
            assertMessage(
                    forward
                            + "logitScale/softCap must be a normal number of F32, which BF16 is computed in: logitScale/softCap=1.0E-40",
                    () -> bench.ops()
                            .crossEntropy(SUM.withLogitScale(1e-20).withSoftCap(1e20))
                            .forward(x, q, s));
            assertMessage(
                    forward
                            + "logitScale/log(2) must be a normal number of F32, which BF16 is computed in: logitScale/log(2)="
                            + 3e38 / Math.log(2),
                    () -> bench.ops().crossEntropy(SUM.withLogitScale(3e38)).forward(x, q, s));
            assertMessage(
                    forward
                            + "labelSmoothing/classes must be a normal number of F32, which BF16 is computed in: labelSmoothing/classes="
                            + 1e-37 / 10,
                    () -> bench.ops()
                            .crossEntropy(SUM.withLabelSmoothing(1e-37))
                            .forward(x, q, s));
            try (CrossEntropyResult result = sum.newResult(DType.BF16, x.shape(), s)) {
                assertMessage(
                        "crossEntropy.forwardBackward: gradScale must be a normal number of F32, which BF16 is computed in:"
                                + " gradScale=1.0E39",
                        () -> sum.forwardBackward(x, q, null, GradScale.of(1e39), x, result, s));
            }
        }
    }
}

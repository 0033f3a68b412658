package io.github.logitops.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.Backend;
import io.github.logitops.CrossEntropyLoss;
import io.github.logitops.LogitOps;
import io.github.logitops.SelectedLogProb;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.Shape;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * What the ONNX operators ask for, on the public API: Softmax-13, LogSoftmax-13, SoftmaxCrossEntropyLoss-13 and
 * NegativeLogLikelihoodLoss-22. Their loss operators take scores of [N, C, d1, ..., dk] and labels of [N, d1, ..., dk].
 */
class OnnxOperatorsTest {
    private static final double CLOSE = 1e-14;

    /** Where ONNX's losses have their classes. */
    private static final Axis CLASSES = Axis.of(1);

    /** SoftmaxCrossEntropyLoss with its attributes left out: reduction "mean", no ignore_index. */
    private static final CrossEntropyOptions LOSS =
            CrossEntropyOptions.defaults().withoutIgnoreIndex();

    private LogitOps ops;

    @BeforeEach
    void open() {
        ops = LogitOps.open(Backend.CPU);
    }

    @AfterEach
    void close() {
        ops.close();
    }

    /** log(1, 2, ..., n): its softmax is k / (1 + ... + n). */
    private static double[] logs(int... values) {
        double[] logs = new double[values.length];
        for (int i = 0; i < logs.length; i++) {
            logs[i] = Math.log(values[i]);
        }
        return logs;
    }

    @Nested
    class Softmax13 {
        private final Shape shape = Shape.of(2, 3);
        private final double[] x = logs(1, 2, 3, 4, 2, 4);

        @Test
        void axisIsTheLastByDefault() {
            double[] expected = {1 / 6.0, 2 / 6.0, 3 / 6.0, 0.4, 0.2, 0.4};
            assertArrayEquals(expected, ops.softmax().forward(x, shape), CLOSE);
            assertArrayEquals(expected, ops.softmax(Axis.of(-1)).forward(x, shape), CLOSE);
            assertArrayEquals(expected, ops.softmax(Axis.of(1)).forward(x, shape), CLOSE);
        }

        @Test
        void axisIsInMinusRankToRankMinusOne() {
            double[] expected = {1 / 5.0, 2 / 4.0, 3 / 7.0, 4 / 5.0, 2 / 4.0, 4 / 7.0};
            assertArrayEquals(expected, ops.softmax(Axis.of(0)).forward(x, shape), CLOSE);
            assertArrayEquals(expected, ops.softmax(Axis.of(-2)).forward(x, shape), CLOSE);
            for (int outside : new int[] {-3, 2}) {
                var thrown = assertThrows(
                        IllegalArgumentException.class,
                        () -> ops.softmax(Axis.of(outside)).forward(x, shape));
                assertEquals(
                        "softmax.forward: x has no such axis: axis=" + outside + ", x=[2, 3]", thrown.getMessage());
            }
        }

        /** Before version 13 dimensions from the axis on were one; since then it is the axis alone. */
        @Test
        void theAxisIsOneDimension() {
            Shape cube = Shape.of(1, 2, 2);
            double[] y = ops.softmax(Axis.of(1)).forward(logs(1, 2, 3, 6), cube);
            assertArrayEquals(new double[] {0.25, 0.25, 0.75, 0.75}, y, CLOSE);
        }
    }

    @Nested
    class LogSoftmax13 {
        private final Shape shape = Shape.of(2, 2);
        private final double[] x = logs(1, 3, 4, 1);

        @Test
        void axisIsTheLastByDefault() {
            double[] expected = {Math.log(0.25), Math.log(0.75), Math.log(0.8), Math.log(0.2)};
            assertArrayEquals(expected, ops.logSoftmax().forward(x, shape), CLOSE);
        }

        @Test
        void axisMayBeAny() {
            double[] expected = {Math.log(0.2), Math.log(0.75), Math.log(0.8), Math.log(0.25)};
            assertArrayEquals(expected, ops.logSoftmax(Axis.of(0)).forward(x, shape), CLOSE);
            assertArrayEquals(expected, ops.logSoftmax(Axis.of(-2)).forward(x, shape), CLOSE);
        }
    }

    @Nested
    class SoftmaxCrossEntropyLoss13 {
        /** Two rows of three classes: probabilities 1/6, 2/6, 3/6 and 0.4, 0.2, 0.4. */
        private final Shape shape = Shape.of(2, 3);

        private final double[] scores = logs(1, 2, 3, 4, 2, 4);
        private final double half = Math.log(2); // the loss of label 2 in row 0
        private final double fifth = Math.log(5); // of label 1 in row 1
        private final double[] weights = {10, 3, 1};

        private CrossEntropyLoss<double[]> loss(CrossEntropyOptions options, double[] classWeights, int... labels) {
            return ops.crossEntropy(options, CLASSES).forward(scores, labels, classWeights, shape);
        }

        @Test
        void reductionIsMeanByDefault() {
            assertEquals(Reduction.MEAN, LOSS.reduction());
            assertEquals((half + fifth) / 2, loss(LOSS, null, 2, 1).loss(), CLOSE);
        }

        @Test
        void reductionNoneHasALossForEachLabel() {
            var none = loss(LOSS.withReduction(Reduction.NONE), null, 2, 1);
            assertArrayEquals(new double[] {half, fifth}, none.rowLosses(), CLOSE);
        }

        @Test
        void reductionSumAdds() {
            assertEquals(
                    half + fifth,
                    loss(LOSS.withReduction(Reduction.SUM), null, 2, 1).loss(),
                    CLOSE);
        }

        @Test
        void weightsAreOfTheLabelsAndTheMeanIsOverTheirSum() {
            var none = loss(LOSS.withReduction(Reduction.NONE), weights, 2, 1);
            assertArrayEquals(new double[] {half, 3 * fifth}, none.rowLosses(), CLOSE);
            var sum = loss(LOSS.withReduction(Reduction.SUM), weights, 2, 1);
            assertEquals(half + 3 * fifth, sum.loss(), CLOSE);
            assertEquals((half + 3 * fifth) / 4, loss(LOSS, weights, 2, 1).loss(), CLOSE);
        }

        @Test
        void ignoreIndexMayBeAClass() {
            assertEquals(half, loss(LOSS.withIgnoreIndex(1), weights, 2, 1).loss(), CLOSE);
        }

        @Test
        void ignoreIndexMayLieOutsideTheClasses() {
            for (int ignored : new int[] {-1, -100, 3, 1000}) {
                CrossEntropyOptions ignoring = LOSS.withIgnoreIndex(ignored);
                assertEquals(half, loss(ignoring, weights, 2, ignored).loss(), CLOSE);
                var none = loss(ignoring.withReduction(Reduction.NONE), null, ignored, 1);
                assertArrayEquals(new double[] {0, fifth}, none.rowLosses(), CLOSE);
            }
        }

        @Test
        void noIndexIsIgnoredByDefault() {
            var thrown = assertThrows(IllegalArgumentException.class, () -> loss(LOSS, null, 2, -100));
            assertEquals(
                    "crossEntropy: label out of range: row=1, label=-100, classes=3, ignoreIndex=none",
                    thrown.getMessage());
        }

        @Test
        void theMeanOfNothingButIgnoredLabelsIsNan() {
            assertEquals(
                    Double.NaN, loss(LOSS.withIgnoreIndex(1), weights, 1, 1).loss());
        }

        /** ONNX writes log_prob, of the scores' shape: here log-softmax along the same axis, or scores minus lse. */
        @Test
        void logProbIsLogSoftmaxAlongTheClasses() {
            double[] logProb = ops.logSoftmax(CLASSES).forward(scores, shape);
            assertEquals(Math.log(1 / 6.0), logProb[0], CLOSE);
            double[] lse = loss(LOSS, null, 2, 1).lse();
            for (int i = 0; i < logProb.length; i++) {
                assertEquals(scores[i] - lse[i / 3], logProb[i], CLOSE);
            }
        }

        @Test
        void anyNumberOfDimensionsMayFollowTheClasses() {
            Random random = new Random(13);
            for (long[] extents : new long[][] {{3, 5}, {3, 5, 2}, {2, 4, 3, 2}, {2, 3, 1, 2, 3}, {1, 2, 2, 1, 2, 2}}) {
                LossByDefinition expected = LossByDefinition.draw(random, extents);
                expected.check(ops, LOSS.withIgnoreIndex(1));
                expected.check(ops, LOSS.withIgnoreIndex(1).withReduction(Reduction.SUM));
                expected.check(ops, LOSS.withIgnoreIndex(1).withReduction(Reduction.NONE));
            }
        }
    }

    @Nested
    class NegativeLogLikelihoodLoss22 {
        private static final int IGNORED = 7;

        private final Shape shape = Shape.of(1, 2, 3);
        private final double[] logProbs = logs(1, 2, 3, 3, 2, 1); // of four: columns of 1/4 and 3/4, 2/4 and 2/4, ...

        {
            for (int i = 0; i < logProbs.length; i++) {
                logProbs[i] -= Math.log(4);
            }
        }

        /** Its input is log-probabilities, and softmax of those changes nothing: their log-sum-exp is 0. */
        @Test
        void lossOfLogProbabilitiesIsCrossEntropyOfThem() {
            int[] labels = {1, 0, 1};
            double[] expected = {Math.log(4 / 3.0), Math.log(2), Math.log(4)};
            var none = ops.crossEntropy(LOSS.withReduction(Reduction.NONE), CLASSES)
                    .forward(logProbs, labels, shape);
            assertArrayEquals(expected, none.rowLosses(), CLOSE);
            double[] weights = {0.5, 2};
            double mean = (2 * expected[0] + 0.5 * expected[1] + 2 * expected[2]) / 4.5;
            assertEquals(
                    mean,
                    ops.crossEntropy(LOSS, CLASSES)
                            .forward(logProbs, labels, weights, shape)
                            .loss(),
                    CLOSE);
        }

        @Test
        void ignoreIndexContributesNothing() {
            int[] labels = {1, IGNORED, 1};
            CrossEntropyOptions ignoring = LOSS.withIgnoreIndex(IGNORED);
            var mean = ops.crossEntropy(ignoring, CLASSES).forward(logProbs, labels, shape);
            assertEquals((Math.log(4 / 3.0) + Math.log(4)) / 2, mean.loss(), CLOSE);
        }

        /** ONNX takes any numbers: of those the log-sum-exp, which cross entropy reports, goes off again. */
        @Test
        void whatIsNoLogProbabilityNeedsItsLogSumExpTakenOff() {
            double[] numbers = {1, 2, 3, 4, 5, 6}; // the classes' numbers of the second label: 2 and 5
            double[] weights = {0.5, 2};
            int[] labels = {1, 0, 1};
            var none = ops.crossEntropy(LOSS.withReduction(Reduction.NONE), CLASSES)
                    .forward(numbers, labels, weights, shape);
            double[] expected = {-2 * 4, -0.5 * 2, -2 * 6};
            for (int i = 0; i < labels.length; i++) {
                assertEquals(expected[i], none.rowLosses()[i] - weights[labels[i]] * none.lse()[i], CLOSE);
            }
        }

        /** Straight from scores, where the log-probabilities are not wanted for themselves. */
        @Test
        void selectedLogProbabilitiesAreItsLossesWithTheOtherSign() {
            SelectedLogProb selected =
                    ops.selectedLogProb(SelectedLogProbOptions.defaults().withIgnoreIndex(IGNORED), CLASSES);
            double[] logProb = selected.forward(logProbs, new int[] {1, IGNORED, 1}, shape);
            assertArrayEquals(new double[] {-Math.log(4 / 3.0), 0, -Math.log(4)}, logProb, CLOSE);
        }
    }
}

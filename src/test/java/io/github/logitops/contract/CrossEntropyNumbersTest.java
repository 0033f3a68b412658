package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.RowOutput;
import io.github.logitops.support.Data;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What cross entropy's numbers may be, however large or small: logits, targets, factors. */
@OnEachRig
class CrossEntropyNumbersTest {
    private final Rig rig;

    CrossEntropyNumbersTest(RigKind kind) {
        rig = kind.rig();
    }

    @EachFloatingDType
    void logitsFarFromZeroLoseNothing(DType dtype) {
        CrossEntropyOptions none = CrossEntropyOptions.defaults().withReduction(Reduction.NONE);
        for (double offset : Data.offsets(dtype)) {
            CrossEntropyCase far = CrossEntropyCase.of(
                            dtype, Geometry.dense(3, 300), new Data(28).logitsAbout(offset, dtype, 3, 300))
                    .labels(DType.I64, 0, 150, 299);
            far.options(none.withOutputs(RowOutput.values())).check(rig);
            far.options(none.withLabelSmoothing(0.1)).check(rig);
            far.options(none.withLabelSmoothing(0.3).withLogitScale(0.1))
                    .weights(new Data(29).weights(300))
                    .check(rig);
            CrossEntropyCase columns = CrossEntropyCase.of(
                    dtype, Geometry.dense(7, 3).along(0), new Data(28).logitsAbout(offset, dtype, 3, 7));
            columns.probabilities(columns.geometry(), new Data(29).values(3, 7))
                    .options(none)
                    .check(rig);
        }
    }

    @EachFloatingDType
    void equalLogitsFarFromZeroHaveTheLossOfEqualLogits(DType dtype) {
        CrossEntropyOptions smoothed = CrossEntropyOptions.defaults().withLabelSmoothing(0.1);
        double low = dtype == DType.F16 ? -6e4 : -1e9;
        for (int classes : new int[] {4, 1000}) {
            double[][] logits = new double[1][classes];
            Arrays.fill(logits[0], low);
            CrossEntropyCase equal = CrossEntropyCase.of(dtype, Geometry.dense(1, classes), logits)
                    .options(smoothed);
            double loss = equal.labels(DType.I32, 1).check(rig).loss();
            assertEquals(Math.log(classes), loss, 1e-6);
            double[] uniform = new double[classes];
            Arrays.fill(uniform, 1.0 / 1024);
            double given = equal.probabilities(uniform).check(rig).loss();
            assertEquals(Math.log(classes) * (0.9 * classes / 1024 + 0.1), given, 1e-5);
        }
    }

    @EachFloatingDType
    void aNanInAVocabularyIsNotRescaledAway(DType dtype) {
        double[][] logits = new Data(92).values(1, 50257);
        logits[0][40000] = 120;
        logits[0][5] = Double.NaN;
        var actual = CrossEntropyCase.of(dtype, Geometry.dense(1, 50257), logits)
                .labels(DType.I32, 7)
                .check(rig);
        assertTrue(Double.isNaN(actual.loss()));
        assertTrue(Arrays.stream(actual.gradient()[0]).allMatch(Double::isNaN));
    }

    @Test
    void nothingIsMultipliedBeforeTheMaximumIsSubtracted() {
        var actual = CrossEntropyCase.of(DType.F64, Geometry.dense(1, 2), new double[][] {{1e6, 1e6 + 1}})
                .labels(DType.I32, 0)
                .options(CrossEntropyOptions.defaults().withLogitScale(0.1).withOutputs(RowOutput.ENTROPY))
                .check(rig);
        assertEquals(0.052497918747894001, actual.gradient()[0][1], 1e-17);
    }

    /** The sum of the losses is beyond what a float holds, their mean is not. */
    @Test
    void aMeanUnderHugeWeightsIsFinite() {
        int rows = 600;
        var actual = CrossEntropyCase.of(DType.F32, Geometry.dense(rows, 2), new double[rows][2])
                .labels(DType.I32, new long[rows])
                .weights((float) 1e36, (float) 1e36)
                .check(rig);
        assertEquals(Math.log(2), actual.loss(), 1e-6);
    }

    /** Factors that no float holds, of gradients that floats hold: g, the logit scale a and the weights as W. */
    @Test
    void factorsAreFormedInDouble() {
        double[][] equal = {{0, 0}};
        CrossEntropyOptions mean = CrossEntropyOptions.defaults();
        CrossEntropyOptions sum = mean.withReduction(Reduction.SUM);
        assertFactor(5e-23, equal, 1e20, sum.withLogitScale((float) 1e-5), 1e-37);
        assertFactor(5e-25, equal, 1e36, sum.withLogitScale((float) 1e-30), 1e-30);
        assertFactor(5e4, equal, 1e-37, mean.withLogitScale(1e5), 1);
        assertFactor(Double.POSITIVE_INFINITY, equal, 1e20, sum.withLogitScale(1e5), 1e30);
        assertFactor(0, new double[][] {{200, 0}}, 1e20, sum.withLogitScale(1e5), 1e30);
        double[][] far = {{0x19p-64, 0}}; // 25 apart: a factor that no float holds, and a gradient that one does
        assertFactor(0x1p134 / (1 + Math.exp(25)), far, 1, sum.withLogitScale(0x1p64), 0x1p70);
    }

    /** Nothing that overflows meets a 0, and what overflows on the way to a gradient that does not is formed in double. */
    @Test
    void whatIsBeyondAFloatOnTheWayIsNot() {
        CrossEntropyOptions mean = CrossEntropyOptions.defaults();
        CrossEntropyOptions sum = mean.withReduction(Reduction.SUM);
        float huge = (float) 1e35;
        float tiny = (float) 1e-37;
        check(sum.withLogitScale((float) 1e30).withZLoss((float) 1e-4), 1, new double[] {1e10, 0}, null);
        check(mean.withZLoss(1000), 1, new double[] {0}, new double[] {1e36});
        check(mean.withZLoss(1), 1, new double[] {1e4, 10001}, new double[] {huge, huge});
        check(mean.withZLoss((float) 1e-6), 1, new double[] {1e5, 100001}, new double[] {tiny, tiny});
        check(mean.withLogitScale((float) 1e30), 1e36, new double[] {1, 0}, new double[] {tiny, tiny});
        check(sum.withSoftCap(1e10), 1, new double[] {1.2e10, 1.1e10, 0}, null);
        check(sum.withSoftCap(1e8), 1, new double[] {6e7, 6e7 + 16, 6e7 - 24}, null);
    }

    private void check(CrossEntropyOptions options, double gradScale, double[] logits, double[] weights) {
        double[] held = weights == null ? null : SoftmaxContract.rounded(DType.F32, weights);
        CrossEntropyCase one = CrossEntropyCase.of(DType.F32, Geometry.dense(1, logits.length), new double[][] {logits})
                .labels(DType.I32, 0)
                .options(options)
                .gradScale(gradScale);
        (held == null ? one : one.weights(held)).check(rig);
    }

    @Test
    void anOverflowingFactorInF64LeavesZeroes() {
        var actual = CrossEntropyCase.of(DType.F64, Geometry.dense(1, 2), new double[][] {{1, 0}})
                .labels(DType.I32, 0)
                .options(CrossEntropyOptions.defaults().withLogitScale(1e200))
                .gradScale(1e200)
                .check(rig);
        assertArrayEquals(new double[2], actual.gradient()[0], Double.MIN_VALUE);
    }

    private void assertFactor(
            double expected, double[][] logits, double weight, CrossEntropyOptions options, double gradScale) {
        double[] gradient = CrossEntropyCase.of(DType.F32, Geometry.dense(1, 2), logits)
                .labels(DType.I32, 0)
                .weights((float) weight, (float) weight)
                .options(options)
                .gradScale(gradScale)
                .check(rig)
                .gradient()[0];
        double actual = gradient[1];
        assertTrue(
                actual == expected || Math.abs(actual - expected) <= 1e-6 * expected,
                "exact=" + expected + ", actual=" + actual);
    }

    /** Targets of tens of thousands of which probabilities leave little: what is left is off by a few units of what cancels. */
    @EachFloatingDType
    void targetsThatNearlyCancelAreWithinTheBounds(DType dtype) {
        int classes = 3073;
        double[][] logits = new Data(91).values(2, classes);
        logits[0][7] = 12; // with a probability near 1
        logits[1][classes - 1] = 9;
        double[][] q = new double[2][classes];
        for (int n = 0; n < 2; n++) {
            double[] p = SoftmaxReference.softmax(SoftmaxContract.rounded(dtype, logits[n]));
            for (int j = 0; j < classes; j++) {
                q[n][j] = 3e4 * p[j];
            }
        }
        CrossEntropyOptions sum = CrossEntropyOptions.defaults().withReduction(Reduction.SUM);
        CrossEntropyCase cancelling = CrossEntropyCase.of(dtype, Geometry.dense(2, classes), logits);
        cancelling.probabilities(q).options(sum).check(rig);
        cancelling.probabilities(q).options(sum.withLabelSmoothing(0.1)).check(rig);
    }
}

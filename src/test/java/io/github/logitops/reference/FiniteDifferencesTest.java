package io.github.logitops.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Divergence;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;
import io.github.logitops.spec.TemperatureFactor;
import io.github.logitops.support.Data;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Every gradient of the oracle against differences of the function that it is the gradient of. */
class FiniteDifferencesTest {
    private static final double STEP = 1e-5;

    @Test
    void crossEntropyWithEveryOption() {
        Data data = new Data(40);
        double[][] logits = data.values(5, 7);
        double[] weights = data.weights(7);
        long[] labels = {3, -100, 0, 6, 99};
        for (double smoothing : new double[] {0, 0.1, 1}) {
            for (Reduction reduction : Reduction.values()) {
                for (double[] w : new double[][] {null, weights}) {
                    CrossEntropyOptions options = CrossEntropyOptions.defaults()
                            .withLabelSmoothing(smoothing)
                            .withReduction(reduction);
                    check(logits, labels, w, options);
                }
            }
        }
    }

    private static void check(double[][] logits, long[] labels, double[] weights, CrossEntropyOptions options) {
        double[] gradScale = {2, 3, -1, 0.5, 1};
        if (options.reduction() != Reduction.NONE) {
            Arrays.fill(gradScale, 2);
        }
        CrossEntropyReference at = CrossEntropyReference.of(logits, Targets.of(labels), weights, options, gradScale);
        assertEquals(4, at.firstBadRow());
        for (int n = 0; n < 4; n++) { // the row with the bad label has no finite loss
            for (int j = 0; j < logits[n].length; j++) {
                int row = n;
                double slope = slope(logits[n], j, x -> {
                    double[][] moved = logits.clone();
                    moved[row] = x;
                    return objective(moved, labels, weights, options, gradScale);
                });
                assertEquals(slope, at.rows()[n].gradient()[j], 1e-8, options + ", row " + n + ", class " + j);
            }
        }
    }

    /** What the gradient is the gradient of; without the bad row, which only its divisor-free parts would see. */
    private static double objective(
            double[][] logits, long[] labels, double[] weights, CrossEntropyOptions options, double[] gradScale) {
        double[][] good = Arrays.copyOf(logits, 4);
        CrossEntropyReference at =
                CrossEntropyReference.of(good, Targets.of(Arrays.copyOf(labels, 4)), weights, options, gradScale);
        if (options.reduction() != Reduction.NONE) {
            return gradScale[0] * at.loss();
        }
        double sum = 0;
        for (int n = 0; n < good.length; n++) {
            sum += gradScale[n] * at.rows()[n].loss();
        }
        return sum;
    }

    @Test
    void softmax() {
        double[] x = new Data(41).values(1, 6)[0];
        double[] dy = new Data(42).values(1, 6)[0];
        double[] dx = SoftmaxReference.softmaxBackward(SoftmaxReference.softmax(x), dy, 3);
        for (int j = 0; j < x.length; j++) {
            assertEquals(slope(x, j, moved -> 3 * dot(SoftmaxReference.softmax(moved), dy)), dx[j], 1e-8);
        }
    }

    /** Softmax's gradient is that of masked softmax too: what is hidden has y = 0 and does not move. */
    @Test
    void maskedSoftmax() {
        double[] x = new Data(39).values(1, 6)[0];
        double[] dy = new Data(38).values(1, 6)[0];
        double[] dx = SoftmaxReference.softmaxBackward(SoftmaxReference.maskedSoftmax(hide(x)), dy, 3);
        for (int j = 0; j < x.length; j++) {
            assertEquals(slope(x, j, moved -> 3 * dot(SoftmaxReference.maskedSoftmax(hide(moved)), dy)), dx[j], 1e-8);
        }
    }

    private static double[] hide(double[] x) {
        double[] z = x.clone();
        z[1] = Double.NEGATIVE_INFINITY;
        z[4] = Double.NEGATIVE_INFINITY;
        return z;
    }

    @Test
    void logSoftmax() {
        double[] x = new Data(43).values(1, 6)[0];
        double[] dy = new Data(44).values(1, 6)[0];
        double[] dx = SoftmaxReference.logSoftmaxBackward(SoftmaxReference.logSoftmax(x), dy, 3);
        for (int j = 0; j < x.length; j++) {
            assertEquals(slope(x, j, moved -> 3 * dot(SoftmaxReference.logSoftmax(moved), dy)), dx[j], 1e-8);
        }
    }

    @Test
    void logSumExp() {
        double[] x = new Data(45).values(1, 6)[0];
        double[] dx = LogProbReference.logSumExpBackward(x, 3);
        for (int j = 0; j < x.length; j++) {
            assertEquals(slope(x, j, moved -> 3 * SoftmaxReference.logSumExp(moved)), dx[j], 1e-8);
        }
    }

    @Test
    void selectedLogProb() {
        double[] x = new Data(46).values(1, 6)[0];
        double[] dx = LogProbReference.selectedLogProbBackward(x, 2, 3);
        for (int j = 0; j < x.length; j++) {
            assertEquals(slope(x, j, moved -> 3 * LogProbReference.selectedLogProb(moved, 2)), dx[j], 1e-8);
        }
    }

    @Test
    void entropy() {
        double[] x = new Data(47).values(1, 6)[0];
        double[] dx = LogProbReference.entropyBackward(x, 3);
        for (int j = 0; j < x.length; j++) {
            assertEquals(slope(x, j, moved -> 3 * LogProbReference.entropy(moved)), dx[j], 1e-8);
        }
    }

    @Test
    void distillationWithEveryOption() {
        double[][] student = new Data(48).values(4, 6);
        double[][] teacher = new Data(49).values(4, 6);
        long[] labels = {3, -100, 0, 5};
        for (double beta : new double[] {0, 0.1, 0.5, 1}) {
            for (Reduction reduction : Reduction.values()) {
                for (double hard : new double[] {0, 0.3, 1}) {
                    DistillationOptions options = DistillationOptions.defaults()
                            .withDivergence(new Divergence(beta))
                            .withTemperature(2.5, TemperatureFactor.SQUARED)
                            .withHardWeight(hard)
                            .withReduction(reduction);
                    checkDistillation(student, teacher, labels, options);
                }
            }
        }
        checkDistillation(
                student, teacher, null, DistillationOptions.defaults().withTemperature(0.5, TemperatureFactor.ONE));
    }

    private static void checkDistillation(
            double[][] student, double[][] teacher, long[] labels, DistillationOptions options) {
        double[] gradScale = {2, 2, 2, 2};
        DistillationReference at = DistillationReference.of(student, teacher, labels, options, gradScale);
        for (int n = 0; n < student.length; n++) {
            for (int j = 0; j < student[n].length; j++) {
                int row = n;
                double slope = slope(student[n], j, x -> {
                    double[][] moved = student.clone();
                    moved[row] = x;
                    DistillationReference there = DistillationReference.of(moved, teacher, labels, options, gradScale);
                    return 2 * (options.reduction() == Reduction.NONE ? there.rows()[row].loss() : there.loss());
                });
                assertEquals(slope, at.rows()[n].gradient()[j], 1e-8, options + ", row " + n + ", class " + j);
            }
        }
    }

    @Test
    void sigmoids() {
        double[] x = new Data(51).values(1, 6)[0];
        double[] dy = new Data(52).values(1, 6)[0];
        double[] dx = SigmoidReference.sigmoidBackward(SigmoidReference.sigmoid(x), dy, 3);
        double[] ofLog = SigmoidReference.logSigmoidBackward(SigmoidReference.logSigmoid(x), dy, 3);
        for (int j = 0; j < x.length; j++) {
            assertEquals(slope(x, j, moved -> 3 * dot(SigmoidReference.sigmoid(moved), dy)), dx[j], 1e-8);
            assertEquals(slope(x, j, moved -> 3 * dot(SigmoidReference.logSigmoid(moved), dy)), ofLog[j], 1e-8);
        }
    }

    @Test
    void sigmoidCrossEntropyWithEveryOption() {
        double[][] x = new Data(53).values(2, 4);
        double[][] targets = {{0.3, -1, 1, 0}, {0.5, 1, 0.9, -1}};
        double[][] weights = {{1, 2, -1, 0.5}, {3, 1, 0, 1}};
        double[] positive = {0.5, 1, 2, 3};
        for (Reduction reduction : Reduction.values()) {
            for (double smoothing : new double[] {0, 0.2, 1}) {
                SigmoidCrossEntropyOptions options = SigmoidCrossEntropyOptions.defaults()
                        .withReduction(reduction)
                        .withLabelSmoothing(smoothing)
                        .withIgnoreValue(-1);
                checkSigmoid(new SigmoidCrossEntropyReference.Batch(x, targets, positive, weights, twos()), options);
                checkSigmoid(new SigmoidCrossEntropyReference.Batch(x, targets, null, null, twos()), options);
            }
        }
    }

    private static double[][] twos() {
        return new double[][] {{2, 2, 2, 2}, {2, 2, 2, 2}};
    }

    private static void checkSigmoid(SigmoidCrossEntropyReference.Batch batch, SigmoidCrossEntropyOptions options) {
        SigmoidCrossEntropyReference at = SigmoidCrossEntropyReference.of(batch, options);
        for (int n = 0; n < batch.x().length; n++) {
            for (int j = 0; j < batch.x()[n].length; j++) {
                int row = n;
                int column = j;
                double slope = slope(batch.x()[n], j, x -> {
                    double[][] moved = batch.x().clone();
                    moved[row] = x;
                    SigmoidCrossEntropyReference there = SigmoidCrossEntropyReference.of(
                            new SigmoidCrossEntropyReference.Batch(
                                    moved,
                                    batch.targets(),
                                    batch.positiveWeights(),
                                    batch.elementWeights(),
                                    batch.gradScale()),
                            options);
                    boolean none = options.reduction() == Reduction.NONE;
                    return 2 * (none ? there.rows()[row].losses()[column] : there.loss());
                });
                assertEquals(slope, at.rows()[n].gradient()[j], 1e-8, options + ", row " + n + ", class " + j);
            }
        }
    }

    private static double slope(double[] x, int j, ToDoubleFunction<double[]> function) {
        double[] up = x.clone();
        double[] down = x.clone();
        up[j] += STEP;
        down[j] -= STEP;
        return (function.applyAsDouble(up) - function.applyAsDouble(down)) / (2 * STEP);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += a[j] * b[j];
        }
        return sum;
    }
}

package io.github.logitops.contract;

import static io.github.logitops.contract.ActivationContract.assertMessage;
import static io.github.logitops.contract.ActivationContract.range;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.CrossEntropyGradient;
import io.github.logitops.SigmoidCrossEntropy;
import io.github.logitops.SigmoidCrossEntropyGradient;
import io.github.logitops.SigmoidCrossEntropyLoss;
import io.github.logitops.SigmoidCrossEntropyResult;
import io.github.logitops.memory.BinaryTargets;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.EmptyMean;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Data;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import io.github.logitops.support.Seed;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The contract of sigmoid cross entropy. */
@OnEachRig
class SigmoidCrossEntropyTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;
    private static final SigmoidCrossEntropyOptions DEFAULTS = SigmoidCrossEntropyOptions.defaults();
    private static final SigmoidCrossEntropyOptions NONE = DEFAULTS.withReduction(Reduction.NONE);
    private static final int DRAWS = 60;

    private final Rig rig;

    SigmoidCrossEntropyTest(RigKind kind) {
        rig = kind.rig();
    }

    @EachFloatingDType
    void everyLayoutIsWithinTheBounds(DType dtype) {
        for (Geometry geometry : Geometry.several()) {
            Data data = new Data(21);
            double[][] logits = data.logits(geometry.rows(), geometry.classes());
            SigmoidCrossEntropyCase.of(
                            dtype, geometry, logits, between(data.values(geometry.rows(), geometry.classes())))
                    .weights(data.weights(geometry.classes()), null)
                    .check(rig);
        }
    }

    @EachFloatingDType
    void everyCombinationOfOptionsIsWithinTheBounds(DType dtype) {
        Random random = new Random(Seed.VALUE + dtype.ordinal());
        for (int i = 0; i < DRAWS; i++) {
            SigmoidCrossEntropyCase.drawn(dtype, random).check(rig);
        }
    }

    /** More than a block has, and no whole number of vectors. */
    @EachFloatingDType
    void sumsOverBlocksLoseNothing(DType dtype) {
        for (Geometry geometry :
                new Geometry[] {Geometry.dense(71, 131), Geometry.dense(9301).shifted(1), Geometry.dense(2050, 3)}) {
            Data data = new Data(22);
            double[][] logits = data.logits(geometry.rows(), geometry.classes());
            double[][] targets = between(data.values(geometry.rows(), geometry.classes()));
            SigmoidCrossEntropyCase sum = SigmoidCrossEntropyCase.of(dtype, geometry, logits, targets)
                    .options(DEFAULTS.withReduction(Reduction.SUM));
            sum.check(rig);
        }
    }

    /** The order in which losses are added up is that of elements, wherever these lie. */
    @EachFloatingDType
    void theLossHasTheSameBitsInEveryLayout(DType dtype) {
        Data data = new Data(23);
        double[][] logits = data.logits(83, 29);
        double[][] targets = between(data.values(83, 29));
        double expected = loss(dtype, Geometry.dense(83, 29), logits, targets);
        for (int padding = 0; padding < 9; padding++) {
            Geometry other = Geometry.dense(83, 29).padded(padding).shifted(padding % 3);
            assertEquals(expected, loss(dtype, other, logits, targets), other.toString());
        }
    }

    private double loss(DType dtype, Geometry geometry, double[][] logits, double[][] targets) {
        return SigmoidCrossEntropyCase.of(dtype, geometry, logits, targets)
                .check(rig)
                .loss();
    }

    @EachFloatingDType
    void edgesAreThoseOfTheFormula(DType dtype) {
        double[][] logits = {
            {INF, INF, INF, -INF, -INF, -INF, NAN, NAN, 0, 0},
            {-0.0, 90, -90, 1e-30, 800, -800, 6e4, -6e4, 3e38, -3e38}
        };
        double[][] targets = {{1, 0, 0.5, 0, 1, 0.25, 0, 1, NAN, 0.5}, {1, 0, 1, 0.5, 1, 0, 0, 1, 1, 0}};
        SigmoidCrossEntropyCase edges = SigmoidCrossEntropyCase.of(dtype, Geometry.dense(2, 10), logits, targets)
                .options(NONE);
        edges.check(rig);
        edges.weights(
                        new double[] {0, 0, 0, 2, 2, 2, 0, 0, 1, 1},
                        new double[][] {{1, 0, 1, 0, 1, 0, 1, 0, 0, 1}, {1, 1, 1, 0, -1, 2, 1, 1, 1, 1}})
                .check(rig);
        assertEquals(NAN, edges.options(DEFAULTS).check(rig).loss());
    }

    @EachFloatingDType
    void ignoredElementsAreNotLookedAt(DType dtype) {
        double[][] logits = {{1, NAN, -2}, {INF, 3, -INF}};
        for (double ignored : new double[] {NAN, -1, 0.5}) {
            double[][] targets = {{1, ignored, 0}, {ignored, 1, ignored}};
            SigmoidCrossEntropyCase some = SigmoidCrossEntropyCase.of(dtype, Geometry.dense(2, 3), logits, targets)
                    .options(DEFAULTS.withIgnoreValue(ignored).withLabelSmoothing(0.1));
            SigmoidCrossEntropyCase.Actual actual = some.check(rig);
            assertEquals(3, actual.countedElements());
            assertTrue(Double.isFinite(actual.loss()));
            some.gradScale(INF).check(rig);
            assertEquals(0, actual.gradient()[0][1]);
            assertArrayEquals(new double[] {0, 0}, new double[] {actual.gradient()[1][0], actual.gradient()[1][2]});
        }
    }

    @EachFloatingDType
    void aMeanOfNothingIsWhatTheOptionsSay(DType dtype) {
        double[][] logits = {{1, 2}, {3, NAN}};
        double[][] targets = {{-1, -1}, {-1, -1}};
        SigmoidCrossEntropyCase none = SigmoidCrossEntropyCase.of(dtype, Geometry.dense(2, 2), logits, targets);
        SigmoidCrossEntropyOptions ignoring = DEFAULTS.withIgnoreValue(-1);
        assertEquals(NAN, none.options(ignoring).check(rig).loss());
        assertEquals(
                0,
                none.options(ignoring.withEmptyMean(EmptyMean.ZERO)).check(rig).loss());
        assertEquals(
                0,
                none.options(ignoring.withReduction(Reduction.SUM)).check(rig).loss());
        Geometry empty = Geometry.dense(0, 5);
        SigmoidCrossEntropyCase nobody = SigmoidCrossEntropyCase.of(dtype, empty, new double[0][5], new double[0][5]);
        assertEquals(NAN, nobody.check(rig).loss());
        assertEquals(0, nobody.options(NONE).check(rig).countedElements());
        assertEquals(
                0,
                nobody.options(DEFAULTS.withEmptyMean(EmptyMean.ZERO))
                        .check(rig)
                        .loss());
    }

    /** PyTorch's formula, by elements: (1 - t) x + (1 + (p - 1) t) (log(1 + exp(-abs x)) + max(-x, 0)). */
    @Test
    void positiveWeightsAreThoseOfPyTorch() {
        Random random = new Random(24);
        double[] x = random.doubles(24).map(v -> 10 * v - 5).toArray();
        double[] t = random.doubles(24).toArray();
        double[] p = {0.5, 1, 3};
        double expected = 0;
        for (int i = 0; i < x.length; i++) {
            double logWeight = 1 + (p[i % 3] - 1) * t[i];
            expected += (1 - t[i]) * x[i] + logWeight * (Math.log1p(Math.exp(-Math.abs(x[i]))) + Math.max(-x[i], 0));
        }
        try (Bench bench = new Bench(rig)) {
            SigmoidCrossEntropyLoss<double[]> loss =
                    bench.ops().sigmoidCrossEntropy(DEFAULTS).forward(x, t, p, null, Shape.of(8, 3));
            assertEquals(expected / x.length, loss.loss(), 1e-14);
        }
    }

    /** Two classes with the logits 0 and x: their cross entropy is that of sigmoid(x), and so is its gradient to x. */
    @Test
    void isTheCrossEntropyOfTwoClasses() {
        Random random = new Random(25);
        int n = 40;
        double[] x = random.doubles(n).map(v -> 60 * v - 30).toArray();
        double[] both = new double[2 * n];
        double[] targets = random.doubles(n).toArray();
        double[] bothTargets = new double[2 * n];
        int[] ones = new int[n];
        for (int i = 0; i < n; i++) {
            both[2 * i + 1] = x[i];
            bothTargets[2 * i] = 1 - targets[i];
            bothTargets[2 * i + 1] = targets[i];
            ones[i] = 1;
        }
        try (Bench bench = new Bench(rig)) {
            double[] p = bench.ops().sigmoid().forward(x, Shape.of(n));
            double[] softmax = bench.ops().softmax().forward(both, Shape.of(n, 2));
            double[] logP = bench.ops().logSigmoid().forward(x, Shape.of(n));
            double[] logSoftmax = bench.ops().logSoftmax().forward(both, Shape.of(n, 2));
            CrossEntropyOptions options = CrossEntropyOptions.defaults();
            CrossEntropyGradient<double[]> soft = bench.ops()
                    .crossEntropy(options)
                    .forwardBackward(both, bothTargets, null, GradScale.ONE, Shape.of(n, 2));
            SigmoidCrossEntropy op = bench.ops().sigmoidCrossEntropy(DEFAULTS);
            SigmoidCrossEntropyGradient<double[]> loss =
                    op.forwardBackward(x, targets, null, null, GradScale.ONE, Shape.of(n));
            double hard = bench.ops()
                    .crossEntropy(options)
                    .forward(both, ones, Shape.of(n, 2))
                    .loss();
            double[] all = new double[n];
            Arrays.fill(all, 1);
            assertEquals(hard, op.forward(x, all, null, null, Shape.of(n)).loss(), 1e-14);
            assertEquals(soft.loss(), loss.loss(), 1e-14);
            for (int i = 0; i < n; i++) {
                assertEquals(softmax[2 * i + 1], p[i], 1e-14 * p[i]);
                assertEquals(logSoftmax[2 * i + 1], logP[i], 1e-14 - 1e-14 * logP[i]);
                assertEquals(soft.gradient()[2 * i + 1], loss.gradient()[i], 1e-16);
            }
        }
    }

    @Test
    void hostArraysGiveWhatTensorsGive() {
        try (Bench bench = new Bench(rig)) {
            Shape shape = Shape.of(1, 2);
            float[] x = {0, 0};
            float[] t = {1, 0};
            SigmoidCrossEntropy mean = bench.ops().sigmoidCrossEntropy(DEFAULTS);
            SigmoidCrossEntropyLoss<float[]> loss = mean.forward(x, t, null, null, shape);
            assertEquals(Math.log(2), loss.loss(), 1e-7);
            assertEquals(2, loss.countedElements());
            assertNull(loss.elementLosses());
            SigmoidCrossEntropyGradient<float[]> scaled =
                    mean.forwardBackward(x, t, new float[] {3, 1}, new float[] {1, 2}, GradScale.of(8), shape);
            assertArrayEquals(new float[] {-6, 4}, scaled.gradient(), 1e-5f);
            assertEquals(2.5 * Math.log(2), scaled.loss(), 1e-6);
            SigmoidCrossEntropy none = bench.ops().sigmoidCrossEntropy(NONE);
            SigmoidCrossEntropyGradient<double[]> each =
                    none.forwardBackward(new double[] {0, 0}, new double[] {1, 0}, null, null, GradScale.ONE, shape);
            assertArrayEquals(new double[] {Math.log(2), Math.log(2)}, each.elementLosses(), 1e-15);
            assertEquals(NAN, each.loss());
            assertArrayEquals(new double[] {-0.5, 0.5}, each.gradient(), 1e-15);
        }
    }

    @Test
    void resultsSayWhatTheyDoNotHave() {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            SigmoidCrossEntropy mean = bench.ops().sigmoidCrossEntropy(DEFAULTS);
            SigmoidCrossEntropy none = bench.ops().sigmoidCrossEntropy(NONE);
            Tensor x = zeros(bench, 2, 3);
            BinaryTargets t = BinaryTargets.of(zeros(bench, 2, 3));
            SigmoidCrossEntropyResult reduced = bench.keep(mean.newResult(DType.F32, Shape.of(2, 3), s));
            SigmoidCrossEntropyResult each = bench.keep(none.forward(x, t, s));
            assertMessage(
                    "sigmoidCrossEntropy: losses of elements are left for reduction NONE alone: reduction=MEAN",
                    IllegalStateException.class,
                    reduced::elementLosses);
            assertMessage(
                    "sigmoidCrossEntropy: no reduced loss, read elementLosses: reduction=NONE",
                    IllegalStateException.class,
                    each::await);
            String notFilled =
                    assertThrows(IllegalStateException.class, reduced::await).getMessage();
            assertTrue(notFilled.startsWith("sigmoidCrossEntropy: no op has filled the result: result="), notFilled);
            String before = assertThrows(
                            IllegalStateException.class, () -> mean.backward(x, t, reduced, GradScale.ONE, x, s))
                    .getMessage();
            assertTrue(before.startsWith("sigmoidCrossEntropy.backward: no op has filled the result: "), before);
            assertMessage(
                    "sigmoidCrossEntropy.forward: the result was made for another sigmoid cross entropy: made for"
                            + " arithmetic=F32, shape=[2, 3], " + DEFAULTS
                            + ", used with arithmetic=F32, shape=[2, 3], " + NONE,
                    () -> none.forward(x, t, reduced, s));
            assertMessage(
                    "sigmoidCrossEntropy.forward: the result was made for another sigmoid cross entropy: made for"
                            + " arithmetic=F32, shape=[2, 3], " + DEFAULTS
                            + ", used with arithmetic=F32, shape=[3, 2], " + DEFAULTS,
                    () -> mean.forward(zeros(bench, 3, 2), BinaryTargets.of(zeros(bench, 3, 2)), reduced, s));
        }
    }

    private static Tensor zeros(Bench bench, long rows, long classes) {
        return bench.vector(DType.F32, Shape.of(rows, classes), new double[(int) (rows * classes)]);
    }

    @Test
    void mistakesAreNamed() {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            SigmoidCrossEntropy op = bench.ops().sigmoidCrossEntropy(DEFAULTS);
            Tensor x = zeros(bench, 2, 3);
            Tensor t = zeros(bench, 2, 3);
            BinaryTargets targets = BinaryTargets.of(t);
            String forward = "sigmoidCrossEntropy.forward: ";
            assertMessage(
                    forward + "logits and targets must have one shape: logits=[2, 3], targets=[3, 2]",
                    () -> op.forward(x, BinaryTargets.of(zeros(bench, 3, 2)), s));
            assertMessage(
                    forward + "logits and targets must have one dtype: logits=F32, targets=F16",
                    () -> op.forward(x, BinaryTargets.of(bench.empty(DType.F16, 2, 3)), s));
            assertMessage(
                    forward + "positiveWeights must be F32[3] without padding: positiveWeights=F32[2]",
                    () -> op.forward(x, targets.withPositiveWeights(bench.empty(DType.F32, 2)), s));
            assertMessage(
                    forward + "logits and elementWeights must have one shape: logits=[2, 3], elementWeights=[3]",
                    () -> op.forward(x, targets.withElementWeights(bench.empty(DType.F32, 3)), s));
            String fused = "sigmoidCrossEntropy.forwardBackward: ";
            assertMessage(
                    fused + "gradient must not overlap targets: gradient=" + range(t) + ", targets=" + range(t),
                    () -> op.forwardBackward(x, targets, t, s));
            SigmoidCrossEntropyResult result = bench.keep(op.newResult(DType.F32, Shape.of(2, 3), s));
            GradScale perElement = GradScale.perRow(zeros(bench, 2, 3));
            assertMessage(
                    fused + "gradScale per row needs reduction NONE: reduction=MEAN",
                    () -> op.forwardBackward(x, targets, perElement, x, result, s));
            SigmoidCrossEntropy none = bench.ops().sigmoidCrossEntropy(NONE);
            SigmoidCrossEntropyResult each = bench.keep(none.newResult(DType.F32, Shape.of(2, 3), s));
            GradScale perRow = GradScale.perRow(bench.empty(DType.F32, 2));
            assertMessage(
                    fused + "gradScale must be F32[2, 3] without padding: gradScale=F32[2]",
                    () -> none.forwardBackward(x, targets, perRow, x, each, s));
            assertMessage(
                    forward + "labelSmoothing/2 must be a normal number of F32, which F32 is computed in:"
                            + " labelSmoothing/2=5.0E-41",
                    () -> bench.ops()
                            .sigmoidCrossEntropy(DEFAULTS.withLabelSmoothing(1e-40))
                            .forward(x, targets, s));
            assertMessage(
                    "sigmoidCrossEntropy: label smoothing must be in [0, 1]: labelSmoothing=1.5",
                    () -> DEFAULTS.withLabelSmoothing(1.5));
            assertMessage(
                    forward + "elementWeights must hold each element once: elements=1, shape=[2]",
                    () -> op.forward(new float[2], new float[2], null, new float[1], Shape.of(2)));
        }
    }

    /** Numbers between 0 and 1 of any. */
    private static double[][] between(double[][] values) {
        return Arrays.stream(values)
                .map(row ->
                        Arrays.stream(row).map(v -> Math.min(1, Math.abs(v))).toArray())
                .toArray(double[][]::new);
    }
}

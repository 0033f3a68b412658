package io.github.logitops.contract;

import static io.github.logitops.contract.SoftmaxContract.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.LinearSelectedLogProb;
import io.github.logitops.SelectedLogProb;
import io.github.logitops.SelectedLogProbResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.LinearGradients;
import io.github.logitops.memory.LinearLayer;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.RowChunks;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.Near;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a linear layer with selected log-probabilities promises, whichever executor runs it. */
@OnEachRig
class LinearSelectedLogProbTest {
    private static final SelectedLogProbOptions DEFAULTS = SelectedLogProbOptions.defaults();
    private static final int ROWS = 5;
    private static final int FEATURES = 3;
    private static final int CLASSES = 7;

    private final Rig rig;

    LinearSelectedLogProbTest(RigKind kind) {
        rig = kind.rig();
    }

    /** Whole numbers: every dtype holds the logits that they make. */
    private static double[] wholeNumbers(int count, Random random) {
        return random.ints(count, -2, 3).asDoubleStream().toArray();
    }

    @EachFloatingDType
    void chunksAreAsLogitsThatAreThere(DType dtype) {
        Random random = new Random(80);
        double[] hidden = wholeNumbers(ROWS * FEATURES, random);
        double[] weight = wholeNumbers(CLASSES * FEATURES, random);
        double[] bias = wholeNumbers(CLASSES, random);
        double[] logits = new double[ROWS * CLASSES];
        for (int n = 0; n < ROWS; n++) {
            for (int v = 0; v < CLASSES; v++) {
                logits[n * CLASSES + v] = bias[v];
                for (int i = 0; i < FEATURES; i++) {
                    logits[n * CLASSES + v] += hidden[n * FEATURES + i] * weight[v * FEATURES + i];
                }
            }
        }
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Tensor labels = bench.labels(DType.I32, Shape.of(ROWS), 0, -100, 6, 3, 3);
            GradScale upstream = GradScale.perRow(bench.vector(dtype.arithmetic(), Shape.of(ROWS), 1, 2, -3, 0.5, 4));
            SelectedLogProb unfused = bench.ops().selectedLogProb(DEFAULTS);
            Tensor x = bench.vector(dtype, Shape.of(ROWS, CLASSES), logits);
            SelectedLogProbResult whole = bench.keep(unfused.forward(x, labels, s));
            unfused.backward(x, labels, whole, upstream, x, s);
            double[] g = x.downloadDoubles(s);

            for (int chunk : new int[] {1, 2, ROWS}) {
                Tensor h = bench.vector(dtype, Shape.of(ROWS, FEATURES), hidden);
                LinearLayer layer = new LinearLayer(
                        bench.vector(dtype, Shape.of(CLASSES, FEATURES), weight),
                        bench.vector(dtype, Shape.of(CLASSES), bias));
                LinearSelectedLogProb op = bench.ops().linearSelectedLogProb(DEFAULTS, RowChunks.ofRows(chunk));
                SelectedLogProbResult result = bench.keep(op.forward(h, layer, labels, s));
                assertArrayEquals(
                        whole.logProbs().downloadDoubles(s), result.logProbs().downloadDoubles(s));
                assertArrayEquals(whole.lse().downloadDoubles(s), result.lse().downloadDoubles(s));
                assertEquals(ROWS - 1, result.countedRows());

                Tensor dWeight = bench.empty(dtype.arithmetic(), CLASSES, FEATURES);
                Tensor dBias = bench.empty(dtype.arithmetic(), CLASSES);
                op.backward(
                        h,
                        layer,
                        labels,
                        result,
                        upstream,
                        LinearGradients.of(h, dWeight).withBias(dBias),
                        s);
                checkHidden(dtype, g, weight, h.downloadDoubles(s));
                checkLayer(dtype.arithmetic(), g, hidden, dWeight.downloadDoubles(s), dBias.downloadDoubles(s));
            }
        }
    }

    /** Products of the logits' gradient, g. */
    private static void checkHidden(DType dtype, double[] g, double[] weight, double[] actual) {
        for (int n = 0; n < ROWS; n++) {
            for (int i = 0; i < FEATURES; i++) {
                double[] sum = new double[2];
                for (int v = 0; v < CLASSES; v++) {
                    add(g[n * CLASSES + v] * weight[v * FEATURES + i], sum);
                }
                Near.assertNear(dtype, sum[0], actual[n * FEATURES + i], (CLASSES + 1) * sum[1], "dHidden");
            }
        }
    }

    private static void checkLayer(DType dtype, double[] g, double[] hidden, double[] dWeight, double[] dBias) {
        for (int v = 0; v < CLASSES; v++) {
            double[] alone = new double[2];
            for (int n = 0; n < ROWS; n++) {
                add(g[n * CLASSES + v], alone);
            }
            Near.assertNear(dtype, alone[0], dBias[v], (ROWS + 1) * alone[1], "dBias");
            for (int i = 0; i < FEATURES; i++) {
                double[] sum = new double[2];
                for (int n = 0; n < ROWS; n++) {
                    add(g[n * CLASSES + v] * hidden[n * FEATURES + i], sum);
                }
                Near.assertNear(dtype, sum[0], dWeight[v * FEATURES + i], (ROWS + 1) * sum[1], "dWeight");
            }
        }
    }

    /** To a sum, and to that of sizes. */
    private static void add(double term, double[] sum) {
        sum[0] += term;
        sum[1] += Math.abs(term);
    }

    @Test
    void badInputIsNamed() {
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Tensor h = bench.vector(DType.F32, Shape.of(2, 2), 1, 2, 3, 4);
            LinearLayer layer = LinearLayer.of(bench.vector(DType.F32, Shape.of(3, 2), 1, 2, 3, 4, 5, 6));
            Tensor labels = bench.labels(DType.I32, Shape.of(2), 0, 3);
            LinearSelectedLogProb op = bench.ops().linearSelectedLogProb(DEFAULTS);
            SelectedLogProbResult result = bench.keep(op.newResult(DType.F32, Shape.of(2, 2), 3, s));
            LinearGradients none = new LinearGradients(null, null, null, false);
            IllegalStateException empty = assertThrows(
                    IllegalStateException.class, () -> op.backward(h, layer, labels, result, GradScale.ONE, none, s));
            assertEquals(
                    "linearSelectedLogProb.backward: no op has filled the result: result=" + result.logProbs(),
                    empty.getMessage());
            op.forward(h, layer, labels, result, s);
            assertMessage(
                    "linearSelectedLogProb: label out of range: row=1, label=3, classes=3, ignoreIndex=-100",
                    result::countedRows);
            assertMessage(
                    "linearSelectedLogProb.forward: labels must be I32[2] without padding: labels=I32[3]",
                    () -> op.forward(h, layer, bench.labels(DType.I32, Shape.of(3), 0, 1, 2), s));
        }
    }
}

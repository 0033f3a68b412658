package io.github.logitops.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.CrossEntropyLoss;
import io.github.logitops.LogitOps;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Shape;
import java.util.Random;

/** Scores of [N, C, d1, ..., dk] with labels of [N, d1, ..., dk], and ONNX's definition of their loss, element by element. */
record LossByDefinition(long[] extents, double[] scores, int[] labels, double[] weights) {
    static LossByDefinition draw(Random random, long... extents) {
        int elements = (int) Shape.of(extents).elements();
        int classes = (int) extents[1];
        double[] scores = random.doubles(elements, -5, 5).toArray();
        int[] labels = random.ints(elements / classes, 0, classes).toArray();
        labels[0] = 0; // one that counts, whatever is drawn
        return new LossByDefinition(
                extents, scores, labels, random.doubles(classes, 0.5, 2).toArray());
    }

    void check(LogitOps ops, CrossEntropyOptions options) {
        CrossEntropyLoss<double[]> actual =
                ops.crossEntropy(options, Axis.of(1)).forward(scores, labels, weights, Shape.of(extents));
        double sum = 0;
        double weightSum = 0;
        for (int i = 0; i < labels.length; i++) {
            double weight = options.ignores(labels[i]) ? 0 : weights[labels[i]];
            double loss = -weight * logProb(i);
            assertEquals(loss, actual.rowLosses()[i], 1e-13, "label " + i + " of " + Shape.of(extents));
            sum += loss;
            weightSum += weight;
        }
        double expected = switch (options.reduction()) {
            case NONE -> Double.NaN;
            case SUM -> sum;
            case MEAN -> sum / weightSum;
        };
        assertEquals(
                expected,
                actual.loss(),
                1e-13 * labels.length,
                Shape.of(extents).toString());
    }

    /** Of label i = n D + d, D = d1 ... dk: its row's class c is at (n C + c) D + d. */
    private double logProb(int i) {
        int classes = (int) extents[1];
        int inner = labels.length / (int) extents[0];
        int first = i / inner * classes * inner + i % inner;
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            sum += Math.exp(scores[first + c * inner]);
        }
        return scores[first + labels[i] * inner] - Math.log(sum);
    }
}

package examples;

import io.github.logitops.Backend;
import io.github.logitops.CrossEntropy;
import io.github.logitops.LogitOps;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Shape;
import java.util.Locale;
import java.util.Random;

/**
 * Class weights and label smoothing, where classes are imbalanced. Softmax regression that is trained as it is misses the rare class;
 * with each class weighted by one over its frequency it finds it, and pays with accuracy. With label smoothing it is less sure of itself.
 */
public final class ImbalancedClasses {
    static final int[] FREQUENCIES = {1800, 160, 40};
    static final int RARE = 2;
    static final int ROWS = 2000;
    static final int CLASSES = 3;
    static final double SMOOTHING = 0.1;
    private static final int FEATURES = 3; // a point of the plane, and 1 for the bias
    private static final int STEPS = 400;
    private static final double RATE = 2;

    private ImbalancedClasses() {}

    /** Features [rows, features] and a label for each row. */
    record Data(double[] features, int[] labels) {}

    /** What a model does: its probabilities are [rows, classes]. */
    record Outcome(double accuracy, double rareRecall, double confidence, double[] probabilities) {}

    record Result(Outcome plain, Outcome weighted, Outcome smoothed) {}

    public static void main(String[] args) {
        Result result = run(data(new Random(2)));
        print("plain", result.plain());
        print("weighted", result.weighted());
        print("smoothed", result.smoothed());
    }

    private static void print(String name, Outcome outcome) {
        System.out.printf(
                Locale.ROOT,
                "%s: accuracy=%.4f rareRecall=%.3f confidence=%.3f%n",
                name,
                outcome.accuracy(),
                outcome.rareRecall(),
                outcome.confidence());
    }

    static Result run(Data data) {
        CrossEntropyOptions options = CrossEntropyOptions.defaults();
        double[] weights = new double[CLASSES];
        for (int c = 0; c < CLASSES; c++) {
            weights[c] = (double) ROWS / (CLASSES * FREQUENCIES[c]);
        }
        try (LogitOps ops = LogitOps.open(Backend.AUTO)) {
            return new Result(
                    train(ops, data, options, null),
                    train(ops, data, options, weights),
                    train(ops, data, options.withLabelSmoothing(SMOOTHING), null));
        }
    }

    private static Outcome train(LogitOps ops, Data data, CrossEntropyOptions options, double[] classWeights) {
        CrossEntropy loss = ops.crossEntropy(options);
        Shape shape = Shape.of(ROWS, CLASSES);
        double[] weight = new double[CLASSES * FEATURES];
        for (int step = 0; step < STEPS; step++) {
            double[] gradient = loss.forwardBackward(logits(data, weight), data.labels(), classWeights, shape)
                    .gradient();
            for (int i = 0; i < gradient.length; i++) {
                for (int f = 0; f < FEATURES; f++) {
                    weight[i % CLASSES * FEATURES + f] -=
                            RATE * gradient[i] * data.features()[i / CLASSES * FEATURES + f];
                }
            }
        }
        return outcome(ops.softmax().forward(logits(data, weight), shape), data.labels());
    }

    private static double[] logits(Data data, double[] weight) {
        double[] logits = new double[ROWS * CLASSES];
        for (int i = 0; i < logits.length; i++) {
            for (int f = 0; f < FEATURES; f++) {
                logits[i] += weight[i % CLASSES * FEATURES + f] * data.features()[i / CLASSES * FEATURES + f];
            }
        }
        return logits;
    }

    /** Accuracy, how much of the rare class is found, and the mean probability of the class that is predicted. */
    private static Outcome outcome(double[] probabilities, int[] labels) {
        int correct = 0;
        int found = 0;
        double confidence = 0;
        for (int i = 0; i < ROWS; i++) {
            int best = 0;
            for (int c = 1; c < CLASSES; c++) {
                best = probabilities[i * CLASSES + c] > probabilities[i * CLASSES + best] ? c : best;
            }
            confidence += probabilities[i * CLASSES + best] / ROWS;
            if (best == labels[i]) {
                correct++;
                found += best == RARE ? 1 : 0;
            }
        }
        return new Outcome((double) correct / ROWS, (double) found / FREQUENCIES[RARE], confidence, probabilities);
    }

    /** Clouds of points that overlap. */
    static Data data(Random random) {
        double[][] centres = {{0, 0}, {2, 0}, {0, 2}};
        double[] features = new double[ROWS * FEATURES];
        int[] labels = new int[ROWS];
        for (int row = 0; row < ROWS; row++) {
            int c = row < FREQUENCIES[0] ? 0 : row < FREQUENCIES[0] + FREQUENCIES[1] ? 1 : 2;
            labels[row] = c;
            features[row * FEATURES] = centres[c][0] + random.nextGaussian();
            features[row * FEATURES + 1] = centres[c][1] + random.nextGaussian();
            features[row * FEATURES + 2] = 1;
        }
        return new Data(features, labels);
    }
}

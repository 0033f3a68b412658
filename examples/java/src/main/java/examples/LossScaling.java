package examples;

import io.github.logitops.Backend;
import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Training in F16 with micro-batches and a dynamic loss scale. Logits and their gradients are F16, the weights F32. The scale keeps small
 * gradients from becoming 0; it halves, and the step is skipped, when a large one becomes infinite, and doubles after ten good steps.
 */
public final class LossScaling {
    static final int ROWS = 4096;
    static final int FEATURES = 8;
    static final int CLASSES = 10;
    static final int STEPS = 65;
    static final double RATE = 0.5;
    private static final int MICRO_BATCH = 600; // the last one is smaller
    private static final int GROWTH_INTERVAL = 10;
    private static final double INITIAL_SCALE = 0x1p31; // too large, to show what happens

    private LossScaling() {}

    /** Features [rows, features] and a label for each row. */
    record Data(float[] features, int[] labels) {}

    /** The gradient of the weight, and how many gradients of logits were 0. */
    record Gradient(double[] weight, int zeros) {
        boolean isFinite() {
            return Arrays.stream(weight).allMatch(Double::isFinite);
        }
    }

    /** The weight [classes, features] after {@code STEPS} steps that were not skipped. */
    record Result(float[] weight, int skipped, double scale, Gradient scaled, Gradient unscaled) {}

    public static void main(String[] args) {
        Result result = train(data(new Random(1)));
        System.out.printf(
                Locale.ROOT,
                "lossScaling: steps=%d skipped=%d scale=2^%d%n",
                STEPS,
                result.skipped(),
                Math.getExponent(result.scale()));
        System.out.printf(
                Locale.ROOT,
                "gradients: zeroWithoutScale=%.3f zeroWithScale=%.3f%n",
                (double) result.unscaled().zeros() / (ROWS * CLASSES),
                (double) result.scaled().zeros() / (ROWS * CLASSES));
    }

    static Result train(Data data) {
        float[] weight = new float[CLASSES * FEATURES];
        double scale = INITIAL_SCALE;
        int skipped = 0;
        try (LogitOps ops = LogitOps.open(Backend.AUTO);
                Stream stream = ops.newStream()) {
            for (int good = 0; good < STEPS; ) {
                Gradient gradient = accumulate(ops, stream, data, weight, MICRO_BATCH, scale);
                if (!gradient.isFinite()) {
                    scale /= 2;
                    skipped++;
                    continue;
                }
                for (int i = 0; i < weight.length; i++) {
                    weight[i] -= (float) (RATE * gradient.weight()[i] / scale);
                }
                scale *= ++good % GROWTH_INTERVAL == 0 ? 2 : 1;
            }
            Gradient scaled = accumulate(ops, stream, data, weight, MICRO_BATCH, scale);
            Gradient unscaled = accumulate(ops, stream, data, weight, MICRO_BATCH, 1);
            return new Result(weight, skipped, scale, scaled, unscaled);
        }
    }

    /**
     * The gradient of the mean loss over all rows, times the scale. Each micro-batch is a SUM, and the scale divides by the rows of all: a
     * mean of their means would give the rows of a smaller one more weight than others.
     */
    static Gradient accumulate(LogitOps ops, Stream stream, Data data, float[] weight, int microBatch, double scale) {
        CrossEntropy loss = ops.crossEntropy(CrossEntropyOptions.defaults().withReduction(Reduction.SUM));
        GradScale gradScale = GradScale.of(scale / ROWS);
        Shape shape = Shape.of(microBatch, CLASSES);
        double[] sum = new double[weight.length];
        int zeros = 0;
        try (Tensor labels = ops.labels(data.labels(), stream);
                Tensor logits = ops.empty(DType.F16, shape);
                CrossEntropyResult result = loss.newResult(DType.F16, shape, stream)) {
            for (int first = 0; first < ROWS; first += microBatch) {
                int rows = Math.min(microBatch, ROWS - first);
                Tensor x = logits.slice(0, rows);
                x.upload(forward(data, weight, first, rows), stream); // rounds to F16
                loss.forwardBackward(x, labels.slice(first, rows), null, gradScale, x, result.first(rows), stream);
                float[] gradient = x.download(stream);
                for (int i = 0; i < gradient.length; i++) {
                    zeros += gradient[i] == 0 ? 1 : 0;
                    for (int f = 0; f < FEATURES; f++) {
                        sum[i % CLASSES * FEATURES + f] +=
                                gradient[i] * data.features()[(first + i / CLASSES) * FEATURES + f];
                    }
                }
            }
        }
        return new Gradient(sum, zeros);
    }

    private static float[] forward(Data data, float[] weight, int first, int rows) {
        float[] logits = new float[rows * CLASSES];
        for (int i = 0; i < logits.length; i++) {
            for (int f = 0; f < FEATURES; f++) {
                logits[i] += weight[i % CLASSES * FEATURES + f] * data.features()[(first + i / CLASSES) * FEATURES + f];
            }
        }
        return logits;
    }

    /** A cloud of points for each class. */
    static Data data(Random random) {
        float[] features = new float[ROWS * FEATURES];
        int[] labels = new int[ROWS];
        for (int row = 0; row < ROWS; row++) {
            labels[row] = random.nextInt(CLASSES);
            for (int f = 0; f < FEATURES; f++) {
                features[row * FEATURES + f] =
                        (float) (3 * Math.sin(1 + labels[row] * (f + 1)) + random.nextGaussian());
            }
        }
        return new Data(features, labels);
    }
}

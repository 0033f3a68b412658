package examples;

import io.github.logitops.Backend;
import io.github.logitops.CrossEntropy;
import io.github.logitops.Distillation;
import io.github.logitops.LogitOps;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Shape;
import io.github.logitops.spec.TemperatureFactor;
import java.util.Locale;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Distillation: a student that has half of the features and few examples learns from their labels, and from what a teacher, which has all
 * features and saw many examples, says of the same few. Both are linear; a third of all labels are by chance.
 */
public final class Distill {
    static final int CLASSES = 5;
    static final int TEACHER = 16; // features
    static final int STUDENT = 8;
    static final double TEMPERATURE = 2;
    static final double HARD_WEIGHT = 0.1;
    private static final int STEPS = 300;
    private static final float RATE = 0.1f;

    private Distill() {}

    /** Features [rows, 16] and a label for each row. */
    record Data(float[] features, int[] labels) {
        Shape logits() {
            return Shape.of(labels.length, CLASSES);
        }
    }

    /** Accuracies where labels are right; and the student's last loss with a teacher, with the logits that it is of. */
    record Result(
            double teacher, double alone, double taught, double loss, float[] studentLogits, float[] teacherLogits) {}

    public static void main(String[] args) {
        Result result = run(data(new Random(1), 100, 1.0 / 3));
        System.out.printf(
                Locale.ROOT,
                "accuracy: teacher=%.3f studentAlone=%.3f studentWithTeacher=%.3f%n",
                result.teacher(),
                result.alone(),
                result.taught());
    }

    /** @param few what the student learns from */
    static Result run(Data few) {
        Data many = data(new Random(2), 2000, 1.0 / 3);
        Data test = data(new Random(3), 2000, 0);
        try (LogitOps ops = LogitOps.open(Backend.AUTO)) {
            CrossEntropy hard = ops.crossEntropy(CrossEntropyOptions.defaults());
            Distillation mixed = ops.distillation(DistillationOptions.defaults()
                    .withTemperature(TEMPERATURE, TemperatureFactor.SQUARED)
                    .withHardWeight(HARD_WEIGHT));

            float[] teacher = fit(
                    many,
                    TEACHER,
                    x -> hard.forwardBackward(x, many.labels(), many.logits()).gradient());
            float[] alone = fit(
                    few,
                    STUDENT,
                    x -> hard.forwardBackward(x, few.labels(), few.logits()).gradient());
            float[] said = logits(few, teacher); // once: the teacher learns no more
            float[] taught = fit(
                    few,
                    STUDENT,
                    x -> mixed.forwardBackward(x, said, few.labels(), few.logits())
                            .gradient());

            float[] student = logits(few, taught);
            double loss =
                    mixed.forward(student, said, few.labels(), few.logits()).loss();
            return new Result(
                    accuracy(test, teacher), accuracy(test, alone), accuracy(test, taught), loss, student, said);
        }
    }

    /** A weight [features, classes], by gradient descent on a loss whose gradient with respect to logits this is. */
    private static float[] fit(Data data, int features, UnaryOperator<float[]> gradientOf) {
        float[] weight = new float[features * CLASSES];
        for (int step = 0; step < STEPS; step++) {
            float[] gradient = gradientOf.apply(logits(data, weight));
            for (int i = 0; i < gradient.length; i++) {
                for (int f = 0; f < features; f++) {
                    weight[f * CLASSES + i % CLASSES] -=
                            RATE * gradient[i] * data.features()[i / CLASSES * TEACHER + f];
                }
            }
        }
        return weight;
    }

    private static float[] logits(Data data, float[] weight) {
        float[] logits = new float[data.labels().length * CLASSES];
        for (int i = 0; i < logits.length; i++) {
            for (int f = 0; f < weight.length / CLASSES; f++) {
                logits[i] += data.features()[i / CLASSES * TEACHER + f] * weight[f * CLASSES + i % CLASSES];
            }
        }
        return logits;
    }

    private static double accuracy(Data data, float[] weight) {
        float[] logits = logits(data, weight);
        int correct = 0;
        for (int row = 0; row < data.labels().length; row++) {
            int best = 0;
            for (int c = 1; c < CLASSES; c++) {
                best = logits[row * CLASSES + c] > logits[row * CLASSES + best] ? c : best;
            }
            correct += best == data.labels()[row] ? 1 : 0;
        }
        return (double) correct / data.labels().length;
    }

    /** A cloud of points for each class; a part of the labels is by chance. */
    static Data data(Random random, int rows, double chance) {
        float[] features = new float[rows * TEACHER];
        int[] labels = new int[rows];
        for (int row = 0; row < rows; row++) {
            int cloud = random.nextInt(CLASSES);
            for (int f = 0; f < TEACHER; f++) {
                features[row * TEACHER + f] = (float) (Math.sin(3 + cloud * (f + 1)) + random.nextGaussian());
            }
            labels[row] = random.nextDouble() < chance ? random.nextInt(CLASSES) : cloud;
        }
        return new Data(features, labels);
    }
}

package io.github.logitops.spark.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.Backend;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spark.LocalCluster;
import io.github.logitops.spark.examples.VocabularyParallel.Trained;
import io.github.logitops.spark.examples.VocabularyParallel.Training;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Training whose classes are split over tasks equals training in one place. */
class VocabularyParallelTest {
    private static final int ROWS = 24;
    private static final int CLASSES = 101; // no multiple of a number of shards
    private static final int FEATURES = 8;
    private static final int STEPS = 2; // Spark takes a second for the exchange of each

    private static SparkSession spark;
    private static JavaSparkContext context;

    @BeforeAll
    static void open() {
        spark = LocalCluster.open(2, 2);
        context = new JavaSparkContext(spark.sparkContext());
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    @ParameterizedTest
    @CsvSource({"F64, 2", "F64, 3", "F32, 2", "F32, 3"})
    void trainsAsInOnePlace(DType dtype, int shards) {
        Training training = training(dtype);
        List<Trained> parts = VocabularyParallel.train(context, training, shards);
        assertEquals(shards, parts.size());
        Unsplit whole = new Unsplit(training);
        for (int step = 0; step < STEPS; step++) {
            whole.step();
            double loss = parts.get(0).losses()[step];
            assertTrue(
                    Math.abs(loss - whole.loss) <= whole.lossBound,
                    "step " + step + ": " + loss + ", in one place " + whole.loss + ", bound " + whole.lossBound);
        }
        for (Trained part : parts) {
            assertArrayEquals(parts.get(0).losses(), part.losses(), 0, "every task has the same losses");
        }
        double[] weight = parts.stream()
                .flatMapToDouble(part -> Arrays.stream(part.weight()))
                .toArray();
        assertEquals(whole.weight.length, weight.length);
        for (int i = 0; i < weight.length; i++) {
            assertEquals(whole.weight[i], weight[i], whole.weightBound[i], "weight " + i);
        }
        assertTrue(parts.get(0).losses()[1] < 0.7 * parts.get(0).losses()[0], "it learns");
    }

    @Test
    void theSameShardsGiveTheSameBits() {
        Training training = training(DType.F32);
        List<Trained> one = VocabularyParallel.train(context, training, 3);
        List<Trained> other = VocabularyParallel.train(context, training, 3);
        for (int i = 0; i < 3; i++) {
            assertEquals(List.of(0, 33, 67).get(i), one.get(i).first());
            assertArrayEquals(one.get(i).losses(), other.get(i).losses(), 0);
            assertArrayEquals(one.get(i).weight(), other.get(i).weight(), 0);
        }
    }

    @Test
    void sessionsAreClosed() {
        LongAccumulator closed = context.sc().longAccumulator();
        Training one = new Training(DType.F64, CLASSES, 1, new double[] {1}, new int[] {2}, 1, 1);
        VocabularyParallel.train(context, one, 2, task -> {
            LogitOps ops = VocabularyParallel.Sessions.forTask(task);
            task.addTaskCompletionListener(ended -> {
                assertThrows(IllegalStateException.class, ops::newStream);
                closed.add(1);
            });
            return ops;
        });
        assertEquals(2, closed.value());
    }

    @Test
    void mistakesAreNamed() {
        double[] x = new double[4];
        int[] labels = {0, 3};
        assertMessage("dtype must be floating: dtype=I32", () -> new Training(DType.I32, 4, 2, x, labels, 1, 1));
        assertMessage("classes must be 1 or more: classes=0", () -> new Training(DType.F64, 0, 2, x, labels, 1, 1));
        assertMessage("features must be 1 or more: features=0", () -> new Training(DType.F64, 4, 0, x, labels, 1, 1));
        assertMessage("steps must be 1 or more: steps=0", () -> new Training(DType.F64, 4, 2, x, labels, 0, 1));
        assertMessage(
                "the rate must be finite: rate=NaN", () -> new Training(DType.F64, 4, 2, x, labels, 1, Double.NaN));
        assertMessage("there must be a row: labels=0", () -> new Training(DType.F64, 4, 2, x, new int[0], 1, 1));
        assertMessage(
                "x must be [rows, features]: x=4, rows=2, features=3",
                () -> new Training(DType.F64, 4, 3, x, labels, 1, 1));
        assertMessage(
                "label out of range: row=1, label=3, classes=3", () -> new Training(DType.F64, 3, 2, x, labels, 1, 1));
        Training small = new Training(DType.F64, 4, 2, x, new int[] {-100, 3}, 1, 1);
        assertMessage(
                "shards must be 1 to the number of classes: shards=5, classes=4",
                () -> VocabularyParallel.train(context, small, 5));
        assertMessage(
                "shards must be 1 to the number of classes: shards=0, classes=4",
                () -> VocabularyParallel.train(context, small, 0));
        Training large = new Training(DType.F64, Integer.MAX_VALUE, 2, x, labels, 1, 1);
        assertMessage(
                "a shard's weight and logits must fit in arrays: classes=1073741824, features=2, rows=2",
                () -> VocabularyParallel.train(context, large, 2));
        Training wide = new Training(DType.F64, 80_000_000, 2, x, labels, 1, 1);
        assertMessage(
                "partials of all shards must fit in an array: rows=2, shards=30000000",
                () -> VocabularyParallel.train(context, wide, 30_000_000));
        assertMessage(
                "say how many shards, and what else differs: arguments=0",
                () -> VocabularyParallel.main(new String[0]));
    }

    private static void assertMessage(String message, Executable call) {
        assertEquals(
                "vocabularyParallel: " + message,
                assertThrows(IllegalArgumentException.class, call).getMessage());
    }

    private static Training training(DType dtype) {
        Random random = new Random(5);
        double[] x = random.doubles((long) ROWS * FEATURES, -2, 2).toArray();
        int[] labels = random.ints(ROWS, 0, CLASSES).toArray();
        labels[7] = -100;
        labels[8] = CLASSES - 1;
        return new Training(dtype, CLASSES, FEATURES, x, labels, STEPS, 4);
    }

    /**
     * The same training without shards, by loops and {@code crossEntropy}, and how far the other may be from it at most, to first order:
     * what {@code docs/numerics.md} allows to either op, what sums in another order may differ in, and what steps make of both.
     */
    private static final class Unsplit {
        private static final double DOUBLE = 0x1p-53; // what weights and products are rounded in
        private static final double BOTH_OPS = 1 + 1.25; // that of shards may be off by a quarter more

        private final Training training;
        private final double unit; // what the op is rounded in
        private final double[] weight;
        private final double[] weightBound;
        private double loss;
        private double lossBound;

        Unsplit(Training training) {
            this.training = training;
            unit = training.dtype() == DType.F64 ? DOUBLE : 0x1p-24;
            weight = training.start(0, CLASSES);
            weightBound = new double[weight.length];
        }

        void step() {
            double[] z = new double[ROWS * CLASSES];
            double[] logitBound = new double[z.length];
            for (int at = 0; at < z.length; at++) {
                for (int i = 0; i < FEATURES; i++) {
                    int w = at % CLASSES * FEATURES + i;
                    double x = training.x()[at / CLASSES * FEATURES + i];
                    z[at] += weight[w] * x;
                    logitBound[at] += Math.abs(x) * (weightBound[w] + 2 * FEATURES * DOUBLE * Math.abs(weight[w]));
                }
                logitBound[at] += training.dtype() == DType.F64 ? 0 : 2 * unit * Math.abs(z[at]);
            }
            double[] gradient = gradient(z);
            double[] gradientBound = bound(z, logitBound);
            for (int w = 0; w < weight.length; w++) {
                double old = weight[w];
                double sizes = Math.abs(old);
                for (int row = 0; row < ROWS; row++) {
                    int at = row * CLASSES + w / FEATURES;
                    double x = training.rate() * training.x()[row * FEATURES + w % FEATURES];
                    weight[w] -= gradient[at] * x;
                    weightBound[w] += gradientBound[at] * Math.abs(x);
                    sizes += Math.abs(gradient[at] * x);
                }
                weightBound[w] += 2 * (ROWS + 3) * DOUBLE * sizes; // of products, the rate and their sum, on both sides
            }
        }

        private double[] gradient(double[] z) {
            double[] gradient = new double[z.length];
            Shape shape = Shape.of(ROWS, CLASSES);
            try (LogitOps ops = LogitOps.open(Backend.CPU)) {
                loss = ops.onHost(host -> {
                    Tensor dx = host.out(HostTensor.of(gradient, training.dtype(), shape));
                    Tensor logits = host.in(HostTensor.of(z, training.dtype(), shape));
                    Tensor labels = host.in(HostTensor.of(training.labels()));
                    CrossEntropyResult result = host.closing(ops.crossEntropy(CrossEntropyOptions.defaults())
                            .forwardBackward(logits, labels, dx, host.stream()));
                    return result.await();
                });
            }
            return gradient;
        }

        /** The bound of the loss; and of each element of the gradient, which is returned. Letters are those of numerics.md. */
        private double[] bound(double[] z, double[] logitBound) {
            double[] bounds = new double[z.length];
            long counted = Arrays.stream(training.labels()).filter(y -> y >= 0).count();
            lossBound = 4 * BOTH_OPS * unit * loss;
            for (int row = 0; row < ROWS; row++) {
                int label = training.labels()[row];
                if (label < 0) {
                    continue;
                }
                double[] x = Arrays.copyOfRange(z, row * CLASSES, (row + 1) * CLASSES);
                double[] off = Arrays.copyOfRange(logitBound, row * CLASSES, (row + 1) * CLASSES);
                double max = Arrays.stream(x).max().orElseThrow();
                double[] t = Arrays.stream(x).map(logit -> max - logit).toArray();
                double sum =
                        Arrays.stream(t).map(distance -> Math.exp(-distance)).sum();
                double[] p = Arrays.stream(t)
                        .map(distance -> Math.exp(-distance) / sum)
                        .toArray();
                double kbd = 19.5 + 7.25 * dot(p, t);
                double offMean = dot(p, off);
                double scale = kbd + 6 + 6 * Math.log(sum) + 7 * t[label];
                lossBound += (off[label] + offMean + BOTH_OPS * unit * scale) / counted;
                for (int k = 0; k < CLASSES; k++) {
                    double q = k == label ? 1 : 0;
                    double ofP = p[k] * (4 + 2.25 * (1 + t[k]) + kbd + 2);
                    double ofG = ofP + 9 * p[k] + 4 * q + 6 * Math.abs(p[k] - q);
                    bounds[row * CLASSES + k] = (p[k] * (off[k] + offMean) + BOTH_OPS * unit * ofG) / counted;
                }
            }
            return bounds;
        }

        private static double dot(double[] one, double[] other) {
            return IntStream.range(0, one.length)
                    .mapToDouble(i -> one[i] * other[i])
                    .sum();
        }
    }
}

package io.github.logitops.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.memory.DeviceOutOfMemoryException;
import io.github.logitops.spec.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Losses and gradients of all kinds of blocks beside plain loops over examples. */
class PartitionLossTest {
    private static final int FEATURES = 12;
    private static final int CLASSES = 7;
    private static final double[] CLASS_WEIGHTS = {1, 2, 0.5, 1, 3, 0, 1};

    @ParameterizedTest
    @CsvSource({
        "F64, false, false", "F64, true, false", "F64, false, true", "F64, true, true",
        "F32, false, false", "F32, true, false", "F32, false, true", "F32, true, true"
    })
    void lossAndGradientAreThoseOfPlainLoops(DType dtype, boolean sparse, boolean probabilities) {
        double unit = dtype == DType.F64 ? 0x1p-52 : 0x1p-23;
        for (boolean intercept : new boolean[] {true, false}) {
            for (double[] classWeights : new double[][] {null, CLASS_WEIGHTS}) {
                TaskSettings settings =
                        new TaskSettings(dtype, Backend.CPU, FEATURES, CLASSES, intercept, 0.1, classWeights);
                List<Example> examples = examples(sparse, probabilities);
                Scaling scaling = Scaling.of(Statistics.of(examples.iterator(), FEATURES), intercept);
                double[] point =
                        new Random(5).doubles(settings.parameters(), -1, 1).toArray();
                LossGradient expected = plain(settings, scaling, examples, point);
                for (int blockRows : new int[] {1, 17, 1000}) {
                    for (boolean onDevice : new boolean[] {false, true}) {
                        LossGradient found = found(settings, scaling, examples, point, blockRows, onDevice);
                        // sums of 60 rows of size about 10, each from 12 products
                        double bound = 60 * 10 * 16 * unit;
                        assertEquals(expected.loss(), found.loss(), bound);
                        for (int i = 0; i < point.length; i++) {
                            assertEquals(expected.gradient()[i], found.gradient()[i], bound, "parameter " + i);
                        }
                    }
                }
            }
        }
    }

    @Test
    void whatFailsLeavesNothingInTheSession() {
        TaskSettings settings = new TaskSettings(DType.F64, Backend.CPU, FEATURES, CLASSES, true, 0, CLASS_WEIGHTS);
        double[] point = new double[settings.parameters()];
        try (LogitOps ops = LogitOps.open(Backend.CPU, OpenOptions.defaults().withMemoryLimitBytes(600))) {
            assertThrows( // class weights have room, the weight has not
                    DeviceOutOfMemoryException.class, () -> new PartitionLoss(ops, settings, null, point, true));
            assertEquals(0, ops.memoryStatistics().liveTensors());
        }
    }

    private static List<Example> examples(boolean sparse, boolean probabilities) {
        TestData data = new TestData(60, FEATURES, CLASSES, sparse, 3);
        List<Example> all = new ArrayList<>();
        data.rows(IntStream.range(0, 60).boxed().iterator())
                .forEachRemaining(row -> all.add(example(row, probabilities)));
        Vector x = all.get(0).features();
        all.add(new Example(x, all.get(0).label(), all.get(0).probabilities(), 0)); // does not count
        all.add(new Example(
                sparse ? Vectors.dense(x.toArray()) : x,
                all.get(0).label(),
                all.get(0).probabilities(),
                1));
        return all;
    }

    private static Example example(Row row, boolean probabilities) {
        return new Example(
                row.getAs(0),
                probabilities ? -1 : (int) row.getDouble(1),
                probabilities ? row.getAs(3) : null,
                row.getDouble(2));
    }

    private static LossGradient found(
            TaskSettings settings,
            Scaling scaling,
            List<Example> examples,
            double[] point,
            int blockRows,
            boolean onDevice) {
        OpenOptions options = OpenOptions.defaults().withFastCpu(settings.dtype() == DType.F32);
        try (LogitOps ops = LogitOps.open(Backend.CPU, options)) {
            try (PartitionLoss loss = new PartitionLoss(ops, settings, scaling, point, onDevice)) {
                new BlockBuilder(examples.iterator(), settings, scaling, blockRows).forEachRemaining(loss::add);
                return loss.sum();
            } finally {
                assertEquals(0, ops.memoryStatistics().liveTensors());
            }
        }
    }

    private static LossGradient plain(TaskSettings settings, Scaling scaling, List<Example> examples, double[] point) {
        double[] gradient = new double[point.length];
        double loss = 0;
        for (Example example : examples) {
            double[] x = Arrays.copyOf(example.features().toArray(), settings.columns());
            for (int i = 0; i < FEATURES; i++) {
                x[i] = x[i] * scaling.factors()[i] - scaling.shifts()[i];
            }
            if (settings.intercept()) {
                x[FEATURES] = 1;
            }
            double[] logits = new double[CLASSES];
            Arrays.setAll(
                    logits,
                    k -> IntStream.range(0, x.length)
                            .mapToDouble(i -> point[k * x.length + i] * x[i])
                            .sum());
            double lse = Math.log(Arrays.stream(logits).map(Math::exp).sum());
            double[] targets = targets(settings, example);
            double all = Arrays.stream(targets).sum();
            for (int k = 0; k < CLASSES; k++) {
                loss += example.weight() * targets[k] * (lse - logits[k]);
                double slope = example.weight() * (all * Math.exp(logits[k] - lse) - targets[k]);
                for (int i = 0; i < x.length; i++) {
                    gradient[k * x.length + i] += slope * x[i];
                }
            }
        }
        return new LossGradient(loss, gradient);
    }

    /** Weights times smoothed targets. */
    private static double[] targets(TaskSettings settings, Example example) {
        double[] targets =
                example.probabilities() != null ? example.probabilityArray().clone() : new double[CLASSES];
        if (example.probabilities() == null) {
            targets[example.label()] = 1;
        }
        double e = settings.labelSmoothing();
        double[] weights = settings.classWeights();
        double[] given = targets.clone();
        Arrays.setAll(targets, k -> (weights == null ? 1 : weights[k]) * ((1 - e) * given[k] + e / CLASSES));
        return targets;
    }
}

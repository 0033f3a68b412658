package io.github.logitops.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.loss.Loss;
import io.github.logitops.Backend;
import io.github.logitops.CrossEntropyGradient;
import io.github.logitops.LogitOps;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Reduction;
import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LogitOpsLossTest {
    private static final int ROWS = 7;
    private static final int CLASSES = 5;
    private static final Shape SHAPE = new Shape(ROWS, CLASSES);
    private static final io.github.logitops.spec.Shape OURS = io.github.logitops.spec.Shape.of(ROWS, CLASSES);
    private static final int IGNORED = -100;
    private static final int[] LABELS = {0, 4, 2, IGNORED, 1, 3, 2};
    private static final float[] WEIGHTS = {0.5f, 2, 1, 3, 0.25f};
    private static final CrossEntropyOptions MANY = CrossEntropyOptions.defaults()
            .withLabelSmoothing(0.1)
            .withIgnoreIndex(IGNORED)
            .withZLoss(1e-3)
            .withLogitScale(0.7)
            .withSoftCap(4);

    private final LogitOps ops = LogitOps.open(Backend.CPU);
    private final NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    private final Random random = new Random(7);
    private final float[] x = random(ROWS * CLASSES);

    @AfterEach
    void close() {
        manager.close();
        ops.close();
    }

    private float[] random(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (3 * random.nextGaussian());
        }
        return values;
    }

    private LogitOpsLoss.Builder loss(CrossEntropyOptions options) {
        return LogitOpsLoss.builder(ops).optOptions(options);
    }

    private LogitOpsLoss weighted(CrossEntropyOptions options) {
        return loss(options).optClassWeights(0.5, 2, 1, 3, 0.25).build();
    }

    private NDArray logits() {
        return manager.create(x, SHAPE);
    }

    /** Loss and gradient as DJL has them, as floats. */
    private record Outcome(float[] loss, float[] gradient) {
        static Outcome of(Loss loss, NDArray leaf, UnaryOperator<NDArray> before, NDArray labels) {
            return of(loss, leaf, before, labels, UnaryOperator.identity());
        }

        static Outcome of(Loss loss, NDArray leaf, NDArray labels) {
            return of(loss, leaf, UnaryOperator.identity(), labels);
        }

        static Outcome of(
                Loss loss, NDArray leaf, UnaryOperator<NDArray> before, NDArray labels, UnaryOperator<NDArray> after) {
            leaf.setRequiresGradient(true);
            try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
                NDArray value = loss.evaluate(new NDList(labels), new NDList(before.apply(leaf)));
                collector.backward(after.apply(value));
                return new Outcome(floats(value), floats(leaf.getGradient()));
            }
        }

        private static float[] floats(NDArray value) {
            return value.toType(DataType.FLOAT32, false).toFloatArray();
        }
    }

    @ParameterizedTest
    @EnumSource(Reduction.class)
    void djlsGradientIsOurs(Reduction reduction) {
        CrossEntropyOptions options = MANY.withReduction(reduction);
        CrossEntropyGradient<float[]> ours = ops.crossEntropy(options).forwardBackward(x, LABELS, WEIGHTS, OURS);

        Outcome djls = Outcome.of(weighted(options), logits(), manager.create(LABELS));

        assertArrayEquals(ours.gradient(), djls.gradient);
        float[] loss = reduction == Reduction.NONE ? ours.rowLosses() : new float[] {(float) ours.loss()};
        assertArrayEquals(loss, djls.loss);
    }

    @ParameterizedTest
    @EnumSource(Reduction.class)
    void whatComesFromAboveScalesIt(Reduction reduction) {
        Loss loss = weighted(MANY.withReduction(reduction));
        NDArray four = manager.full(new Shape(), 4f); // an array: DJL frees numbers before autograd reads them
        Outcome plain = Outcome.of(loss, logits(), manager.create(LABELS));

        Outcome scaled = Outcome.of(
                loss,
                logits(),
                x -> x,
                manager.create(LABELS),
                value -> value.mul(four).sum());

        for (int i = 0; i < plain.gradient.length; i++) {
            assertEquals(4 * plain.gradient[i], scaled.gradient[i]);
        }
    }

    /** What is too small for F16 by itself is not, once it is scaled. */
    @ParameterizedTest
    @EnumSource(Reduction.class)
    void lossScalingSavesGradientsOfF16(Reduction reduction) {
        float factor = 1 << 20;
        float small = 0x1p-16f;
        Loss loss =
                loss(CrossEntropyOptions.defaults().withReduction(reduction)).build();
        NDArray scale = manager.full(new Shape(), factor);
        NDArray shrink = manager.full(new Shape(), small);
        NDArray half = logits().toType(DataType.FLOAT16, true);
        NDArray labels = manager.create(new int[] {0, 4, 2, 2, 1, 3, 2});
        float[] expected = Outcome.of(
                        loss,
                        half.toType(DataType.FLOAT32, true),
                        x -> x,
                        labels,
                        value -> value.mul(shrink).sum())
                .gradient;

        float[] lost = Outcome.of(
                        loss,
                        half.duplicate(),
                        x -> x,
                        labels,
                        value -> value.mul(shrink).sum())
                .gradient;
        float[] saved = Outcome.of(
                        loss,
                        half.duplicate(),
                        x -> x,
                        labels,
                        value -> value.mul(shrink).mul(scale).sum())
                .gradient;

        double worst = 0;
        for (int i = 0; i < saved.length; i++) {
            assertEquals(expected[i], saved[i] / factor, 0x1p-11 * Math.abs(expected[i]) + 0x1p-24 / factor);
            worst = Math.max(worst, Math.abs(expected[i] - lost[i]) / Math.abs(expected[i]));
        }
        assertTrue(worst > 0.1, "without the factor it matters: " + worst);
    }

    @Test
    void takesOneHotLabelsOfAnyType() {
        NDArray labels = manager.create(new int[] {0, 4, 2, 2, 1, 3, 2});
        NDArray oneHot = labels.oneHot(CLASSES);
        Loss loss = weighted(MANY.withReduction(Reduction.SUM)); // MEAN divides by rows where targets are probabilities
        Outcome expected = Outcome.of(loss, logits(), labels);

        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.INT32, DataType.INT64, DataType.BOOLEAN}) {
            Outcome outcome = Outcome.of(loss, logits(), oneHot.toType(type, true));
            assertArrayEquals(expected.gradient, outcome.gradient, 1e-6f);
            assertEquals(expected.loss[0], outcome.loss[0], 1e-5f);
        }
    }

    @Test
    void addsToGradientsOfOthers() {
        Loss loss = loss(CrossEntropyOptions.defaults()).build();
        float[] alone = Outcome.of(loss, logits(), manager.create(new int[ROWS])).gradient;

        NDArray leaf = logits();
        Outcome sum = Outcome.of(
                loss,
                leaf,
                v -> v,
                manager.create(new int[ROWS]),
                v -> v.add(leaf.square().sum()));

        for (int i = 0; i < alone.length; i++) {
            assertEquals(alone[i] + 2 * x[i], sum.gradient[i], 1e-6f);
        }
    }

    @Test
    void agreesWithDjlsOwn() {
        NDArray labels = manager.create(new long[] {0, 4, 2, 2, 1, 3, 2});
        Outcome theirs = Outcome.of(Loss.softmaxCrossEntropyLoss(), logits(), labels);

        Outcome ours = Outcome.of(loss(CrossEntropyOptions.defaults()).build(), logits(), labels);

        assertArrayEquals(theirs.loss, ours.loss, 1e-6f);
        assertArrayEquals(theirs.gradient, ours.gradient, 1e-7f);
    }

    @Test
    void takesProbabilities() {
        float[] probabilities =
                manager.create(random(ROWS * CLASSES), SHAPE).softmax(-1).toFloatArray();
        CrossEntropyGradient<float[]> ours = ops.crossEntropy(MANY).forwardBackward(x, probabilities, WEIGHTS, OURS);

        Outcome djls = Outcome.of(weighted(MANY), logits(), manager.create(probabilities, SHAPE));

        assertArrayEquals(ours.gradient(), djls.gradient);
        assertEquals((float) ours.loss(), djls.loss[0]);
    }

    /** As of a convolution that has the classes last, for a loss that has them after the batch. */
    @ParameterizedTest
    @EnumSource(Reduction.class)
    void imagesWhoseElementsDoNotLieOneAfterTheOther(Reduction reduction) {
        int classes = 3;
        float[] channelsLast = random(2 * 4 * 5 * classes);
        int[] labels = random.ints(2 * 4 * 5, 0, classes).toArray();
        CrossEntropyOptions options = MANY.withReduction(reduction);
        Loss along1 = loss(options).optClassAxis(1).build();
        Loss alongLast = loss(options).build();

        NDArray leaf = manager.create(channelsLast, new Shape(2, 4, 5, classes));
        Outcome moved =
                Outcome.of(along1, leaf, x -> x.transpose(0, 3, 1, 2), manager.create(labels, new Shape(2, 4, 5)));
        Outcome last = Outcome.of(
                alongLast,
                manager.create(channelsLast, new Shape(2, 4, 5, classes)),
                manager.create(labels, new Shape(2, 4, 5)));

        assertArrayEquals(last.gradient, moved.gradient);
        assertArrayEquals(last.loss, moved.loss);
    }

    @Test
    void labelsOfAnyTypeAndWithAnAxisOfOneElement() {
        Loss loss = weighted(MANY);
        NDArray labels = manager.create(LABELS);
        Outcome expected = Outcome.of(loss, logits(), labels);

        for (DataType type : new DataType[] {DataType.INT64, DataType.FLOAT32, DataType.FLOAT64, DataType.INT8}) {
            NDArray typed = labels.toType(type, true);
            assertArrayEquals(expected.gradient, Outcome.of(loss, logits(), typed).gradient);
            Outcome column = Outcome.of(loss, logits(), typed.expandDims(1));
            assertArrayEquals(expected.gradient, column.gradient);
        }
    }

    @Test
    void otherTypesOfLogits() {
        double[] doubles = new double[x.length];
        Arrays.setAll(doubles, i -> x[i]);
        double[] weights = {0.5, 2, 1, 3, 0.25};
        CrossEntropyGradient<double[]> ours = ops.crossEntropy(MANY).forwardBackward(doubles, LABELS, weights, OURS);
        NDArray leaf = manager.create(doubles, SHAPE);
        leaf.setRequiresGradient(true);
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            NDArray value = weighted(MANY).evaluate(new NDList(manager.create(LABELS)), new NDList(leaf));
            collector.backward(value);

            assertEquals(ours.loss(), value.getDouble());
            assertArrayEquals(ours.gradient(), leaf.getGradient().toDoubleArray());
        }

        Outcome half = Outcome.of(weighted(MANY), logits().toType(DataType.FLOAT16, true), manager.create(LABELS));
        assertEquals(ours.loss(), half.loss[0], 2e-3);
        for (int i = 0; i < half.gradient.length; i++) {
            assertEquals(ours.gradient()[i], half.gradient[i], 1e-3);
        }
    }

    /** Nothing times infinity is no number, but not here. */
    @Test
    void ignoredRowsMayHoldAnything() {
        float[] wild = x.clone();
        Arrays.fill(wild, 3 * CLASSES, 4 * CLASSES, Float.POSITIVE_INFINITY);
        Outcome expected = Outcome.of(weighted(MANY), logits(), manager.create(LABELS));

        Outcome outcome = Outcome.of(weighted(MANY), manager.create(wild, SHAPE), manager.create(LABELS));

        assertArrayEquals(expected.loss, outcome.loss);
        assertArrayEquals(expected.gradient, outcome.gradient);
    }

    @Test
    void anEmptyBatch() {
        Loss sum = loss(CrossEntropyOptions.defaults().withReduction(Reduction.SUM))
                .build();

        Outcome outcome =
                Outcome.of(sum, manager.create(new Shape(0, 3)), manager.create(new Shape(0), DataType.INT64));

        assertArrayEquals(new float[] {0}, outcome.loss);
        assertEquals(0, outcome.gradient.length);
    }

    @Test
    void leavesNothingButTheLoss() {
        Loss loss = weighted(MANY);
        NDArray labels = manager.create(LABELS).toType(DataType.FLOAT32, true);
        NDArray logits = logits().transpose(1, 0).transpose(1, 0);
        int before = manager.getManagedArrays().size();

        NDArray value = loss.evaluate(new NDList(labels), new NDList(logits));
        loss.addAccumulator("a");
        loss.updateAccumulator("a", new NDList(labels), new NDList(logits));

        assertEquals(before + 1, manager.getManagedArrays().size());
        value.close();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            loss.evaluate(new NDList(labels), new NDList(logits));
        }
        assertEquals(before, manager.getManagedArrays().size());
        assertEquals(0, ops.memoryStatistics().liveTensors());
    }

    @Test
    void accumulatorsTakeTheMeanOfBatches() {
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64, DataType.FLOAT16}) {
            Loss loss = weighted(MANY);
            NDArray logits = logits().toType(type, true);
            NDArray labels = manager.create(LABELS);
            loss.addAccumulator("epoch");
            loss.updateAccumulators(new String[] {"epoch"}, new NDList(labels), new NDList(logits));
            loss.updateAccumulators(new String[] {"epoch"}, new NDList(labels), new NDList(logits.mul(2)));

            float[] twice = logits().mul(2).toFloatArray();
            double one =
                    ops.crossEntropy(MANY).forward(x, LABELS, WEIGHTS, OURS).loss();
            double two =
                    ops.crossEntropy(MANY).forward(twice, LABELS, WEIGHTS, OURS).loss();
            assertEquals((one + two) / 2, loss.getAccumulator("epoch"), type == DataType.FLOAT16 ? 2e-3 : 1e-6);
            loss.resetAccumulator("epoch");
            assertTrue(Float.isNaN(loss.getAccumulator("epoch")));
        }
    }
}

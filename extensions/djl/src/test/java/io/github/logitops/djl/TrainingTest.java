package io.github.logitops.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.metric.Metrics;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.EvaluatorTrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** DJL's own loop, with its own loss and with ours. */
class TrainingTest {
    private static final int EXAMPLES = 480;
    private static final int BATCH = 32;
    private static final int CLASSES = 3;
    private static final int EPOCHS = 15;

    /** DJL's metrics: losses of steps and of the validation after each epoch, and its accuracy at the end. */
    private record Curve(List<Double> steps, List<Double> validation, double accuracy) {}

    @Test
    void theSameCurveAsWithDjlsOwnLoss() throws Exception {
        Curve theirs = train(Loss.softmaxCrossEntropyLoss());
        Curve ours;
        try (LogitOps ops = LogitOps.open(Backend.CPU)) {
            ours = train(LogitOpsLoss.builder(ops).build());
        }

        assertEquals(EPOCHS * EXAMPLES / BATCH, theirs.steps.size());
        assertEquals(EPOCHS, theirs.validation.size());
        double last = theirs.steps.get(theirs.steps.size() - 1);
        assertTrue(last < theirs.steps.get(0) / 4, "it learns: " + last);
        assertClose(theirs.steps, ours.steps);
        assertClose(theirs.validation, ours.validation);
        assertEquals(theirs.accuracy, ours.accuracy);
        assertTrue(ours.accuracy > 0.95, "accuracy " + ours.accuracy);
    }

    private static void assertClose(List<Double> theirs, List<Double> ours) {
        assertEquals(theirs.size(), ours.size());
        for (int i = 0; i < theirs.size(); i++) {
            assertEquals(theirs.get(i), ours.get(i), 1e-4 * theirs.get(i), "at " + i);
        }
    }

    /** Points on three arms of a spiral, by a hidden layer of 32. */
    private static Curve train(Loss loss) throws Exception {
        Engine.getEngine("PyTorch").setRandomSeed(5);
        DefaultTrainingConfig config = new DefaultTrainingConfig(loss)
                .addEvaluator(new Accuracy("accuracy"))
                .optDevices(new Device[] {Device.cpu()})
                .optOptimizer(Optimizer.adam()
                        .optLearningRateTracker(Tracker.fixed(0.02f))
                        .build())
                .addTrainingListeners(new EvaluatorTrainingListener());
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                Model model = Model.newInstance("arms", Device.cpu(), "PyTorch")) {
            model.setBlock(new SequentialBlock()
                    .add(Linear.builder().setUnits(32).build())
                    .add(Activation.reluBlock())
                    .add(Linear.builder().setUnits(CLASSES).build()));
            try (Trainer trainer = model.newTrainer(config)) {
                Metrics metrics = new Metrics();
                trainer.setMetrics(metrics);
                trainer.initialize(new Shape(BATCH, 2));
                EasyTrain.fit(trainer, EPOCHS, arms(manager, 3), arms(manager, 4));
                return new Curve(
                        values(metrics, "train_all_" + loss.getName()),
                        values(metrics, "validate_epoch_" + loss.getName()),
                        values(metrics, "validate_epoch_accuracy").get(EPOCHS - 1));
            }
        }
    }

    private static List<Double> values(Metrics metrics, String name) {
        return metrics.getMetric(name).stream()
                .map(metric -> metric.getValue().doubleValue())
                .toList();
    }

    private static ArrayDataset arms(NDManager manager, long seed) {
        Random random = new Random(seed);
        float[] points = new float[2 * EXAMPLES];
        long[] labels = new long[EXAMPLES];
        for (int i = 0; i < EXAMPLES; i++) {
            labels[i] = i % CLASSES;
            double radius = 0.2 + 0.8 * random.nextDouble();
            double angle = 2 * Math.PI * labels[i] / CLASSES + 3 * radius + 0.1 * random.nextGaussian();
            points[2 * i] = (float) (radius * Math.cos(angle));
            points[2 * i + 1] = (float) (radius * Math.sin(angle));
        }
        NDArray x = manager.create(points, new Shape(EXAMPLES, 2));
        return new ArrayDataset.Builder()
                .setData(x)
                .optLabels(manager.create(labels))
                .setSampling(BATCH, false)
                .build();
    }
}

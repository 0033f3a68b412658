package examples;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.metric.Metrics;
import ai.djl.ndarray.NDList;
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
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.TranslateException;
import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.djl.LogitOpsLoss;
import io.github.logitops.spec.CrossEntropyOptions;
import java.io.IOException;
import java.util.Locale;
import java.util.Random;

/**
 * DJL's own training loop with another loss: label smoothing, class weights, and labels that nobody knows (-100), none of which
 * DJL's own has. The model is DJL's, one hidden layer; the data are points on three arms of a spiral.
 */
public final class DjlTraining {
    static final int CLASSES = 3;
    static final int POINTS = 600;
    static final int UNKNOWN = -100;
    static final double SMOOTHING = 0.1;
    static final double[] WEIGHTS = {1, 1, 2};
    private static final int EPOCHS = 20;
    private static final int BATCH = 50;

    private DjlTraining() {}

    /** DJL's metrics of the validation data after the last epoch, and what the model says of them: [points, classes]. */
    record Result(double loss, double accuracy, float[] logits, long[] labels) {}

    public static void main(String[] args) throws IOException, TranslateException {
        Result result = train();
        System.out.printf(
                Locale.ROOT, "djl: validationLoss=%.4f validationAccuracy=%.4f%n", result.loss(), result.accuracy());
    }

    static Result train() throws IOException, TranslateException {
        Engine.getInstance().setRandomSeed(1);
        try (LogitOps ops = LogitOps.open(Backend.CPU); // as DJL's arrays are on the host
                NDManager manager = NDManager.newBaseManager();
                Model model = Model.newInstance("arms")) {
            LogitOpsLoss loss = LogitOpsLoss.builder(ops)
                    .optOptions(CrossEntropyOptions.defaults()
                            .withLabelSmoothing(SMOOTHING)
                            .withIgnoreIndex(UNKNOWN))
                    .optClassWeights(WEIGHTS)
                    .build();
            DefaultTrainingConfig config = new DefaultTrainingConfig(loss)
                    .addEvaluator(new Accuracy("accuracy"))
                    .optOptimizer(Optimizer.adam()
                            .optLearningRateTracker(Tracker.fixed(0.02f))
                            .build())
                    .addTrainingListeners(new EvaluatorTrainingListener());
            model.setBlock(new SequentialBlock()
                    .add(Linear.builder().setUnits(32).build())
                    .add(Activation.reluBlock())
                    .add(Linear.builder().setUnits(CLASSES).build()));
            float[] points = new float[2 * POINTS];
            long[] labels = arms(new Random(2), points);
            ArrayDataset validation = dataset(manager, points, labels, POINTS);
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(BATCH, 2));
                trainer.setMetrics(new Metrics());
                EasyTrain.fit(trainer, EPOCHS, training(manager), validation);
                NDList logits = trainer.evaluate(new NDList(manager.create(points, new Shape(POINTS, 2))));
                return new Result(
                        trainer.getTrainingResult().getValidateLoss(),
                        trainer.getTrainingResult().getValidateEvaluation("accuracy"),
                        logits.singletonOrThrow().toFloatArray(),
                        labels);
            }
        }
    }

    /** Every fourth label is unknown. */
    private static ArrayDataset training(NDManager manager) {
        float[] points = new float[2 * POINTS];
        long[] labels = arms(new Random(1), points);
        for (int i = 0; i < POINTS; i += 4) {
            labels[i] = UNKNOWN;
        }
        return dataset(manager, points, labels, BATCH);
    }

    private static ArrayDataset dataset(NDManager manager, float[] points, long[] labels, int batch) {
        return new ArrayDataset.Builder()
                .setData(manager.create(points, new Shape(POINTS, 2)))
                .optLabels(manager.create(labels))
                .setSampling(batch, false)
                .build();
    }

    /** Fills points in, and returns the arm that each is on. */
    private static long[] arms(Random random, float[] points) {
        long[] labels = new long[POINTS];
        for (int i = 0; i < POINTS; i++) {
            labels[i] = random.nextInt(CLASSES);
            double radius = 0.2 + 0.8 * random.nextDouble();
            double angle = 2 * Math.PI * labels[i] / CLASSES + 3 * radius + 0.1 * random.nextGaussian();
            points[2 * i] = (float) (radius * Math.cos(angle));
            points[2 * i + 1] = (float) (radius * Math.sin(angle));
        }
        return labels;
    }
}

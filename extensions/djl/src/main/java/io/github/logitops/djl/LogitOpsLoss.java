package io.github.logitops.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.training.loss.Loss;
import io.github.logitops.LogitOps;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.CrossEntropyOptions;

/**
 * Softmax cross entropy of logits as a loss of DJL, with label smoothing, class weights, an ignored label, z-loss and whatever else
 * {@link CrossEntropyOptions} has; formulas are in {@link io.github.logitops.CrossEntropy}. It stands where
 * {@code Loss.softmaxCrossEntropyLoss()} stood:
 *
 * <pre>{@code
 * try (LogitOps ops = LogitOps.open(Backend.AUTO)) {
 *     CrossEntropyOptions options = CrossEntropyOptions.defaults().withLabelSmoothing(0.1);
 *     Loss loss = LogitOpsLoss.builder(ops).optOptions(options).build();
 *     try (Trainer trainer = model.newTrainer(new DefaultTrainingConfig(loss))) {
 *         EasyTrain.fit(trainer, epochs, training, validation);
 *     }
 * }
 * }</pre>
 *
 * <p><i>Shapes</i>: one array of logits, F64, F32 or F16. Labels have its shape without the class axis, or with 1 there, and any type
 * as long as they are whole numbers; or they are probabilities of the logits' shape, one-hot ones among them. The loss has one element, or
 * with {@link io.github.logitops.spec.Reduction#NONE} one a row; it is F64 with F64 logits, else F32.
 *
 * <p><i>Gradient</i>: {@link #evaluate} computes the loss and its gradient with respect to the logits in one pass. DJL has no custom
 * gradients, so what it returns is built such that DJL's are the same, bit for bit: the sum of logits times that gradient, a constant
 * to autograd, which has just this gradient; and over its value, on which no gradient depends, the loss is written. Multiplied, or added
 * to other losses, it behaves as any array. Logits of F16 are widened for it, and their gradient rounded once, after all factors. Labels are
 * constants, even if they are probabilities; there is no second derivative.
 *
 * <p><i>Devices</i>: arrays of the host are read where they lie by a session in the CPU mode, and copied by one on CUDA; arrays of a
 * GPU are used where they lie, and need a session on that GPU ({@link NDArrays#wrap}): so a trainer has one GPU. Waits, for the loss.
 * Arrays have at most 2^31-1 bytes. The session stays the caller's: close it after the training. May be shared by threads.
 */
public final class LogitOpsLoss extends Loss {
    private final LossOfArrays computed;
    private final Loss values;

    private LogitOpsLoss(Builder builder) {
        super(builder.name);
        computed = new LossOfArrays(builder.ops, builder.options, builder.axis, builder.weights);
        values = new ValuesOnly(builder.name, computed);
    }

    /** A loss with the options' defaults, without class weights, with the classes along the last axis. */
    public static Builder builder(LogitOps ops) {
        return new Builder(ops);
    }

    /**
     * The loss, to be differentiated by a gradient collector or not.
     *
     * @param labels one array
     * @param predictions one array: logits
     * @return an array of the logits' manager
     * @throws IllegalArgumentException if shapes or types are not as the class says, or a label is out of range; its row is named
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        return computed.differentiable(labels.singletonOrThrow(), predictions.singletonOrThrow());
    }

    @Override
    public void addAccumulator(String key) {
        values.addAccumulator(key);
    }

    /** Adds the loss of a batch to a mean over batches; no gradient is computed. */
    @Override
    public void updateAccumulators(String[] keys, NDList labels, NDList predictions) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            values.updateAccumulators(keys, labels, predictions);
        }
    }

    @Override
    public void updateAccumulator(String key, NDList labels, NDList predictions) {
        updateAccumulators(new String[] {key}, labels, predictions);
    }

    @Override
    public void resetAccumulator(String key) {
        values.resetAccumulator(key);
    }

    @Override
    public float getAccumulator(String key) {
        return values.getAccumulator(key);
    }

    /** The same loss for DJL's accumulators, which ask {@code evaluate} for it once more in each batch. */
    private static final class ValuesOnly extends Loss {
        private final LossOfArrays computed;

        ValuesOnly(String name, LossOfArrays computed) {
            super(name);
            this.computed = computed;
        }

        @Override
        public NDArray evaluate(NDList labels, NDList predictions) {
            return computed.value(labels.singletonOrThrow(), predictions.singletonOrThrow());
        }
    }

    /** What a loss is made of. */
    public static final class Builder {
        private final LogitOps ops;
        private String name = "LogitOpsLoss";
        private CrossEntropyOptions options = CrossEntropyOptions.defaults();
        private Axis axis = Axis.LAST;
        private double[] weights;

        private Builder(LogitOps ops) {
            this.ops = LossOfArrays.notNull("ops", ops);
        }

        /** The name that DJL's metrics have it by: "LogitOpsLoss" otherwise. */
        public Builder optName(String newName) {
            name = LossOfArrays.notNull("name", newName);
            return this;
        }

        /** The numbers of the cross entropy. */
        public Builder optOptions(CrossEntropyOptions newOptions) {
            options = LossOfArrays.notNull("options", newOptions);
            return this;
        }

        /** Where the classes are, counted from 0, or from -1 at the end: 1 for images of [batch, classes, height, width]. */
        public Builder optClassAxis(int newAxis) {
            axis = Axis.of(newAxis);
            return this;
        }

        /** A weight for each class: 1 otherwise. */
        public Builder optClassWeights(double... newWeights) {
            weights = LossOfArrays.notNull("classWeights", newWeights).clone();
            return this;
        }

        /** The loss. */
        public LogitOpsLoss build() {
            return new LogitOpsLoss(this);
        }
    }
}

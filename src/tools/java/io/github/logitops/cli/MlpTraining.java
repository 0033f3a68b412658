package io.github.logitops.cli;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.Stream;
import io.github.logitops.spec.DType;

/** {@code train --model=mlp}: learns nine tenths of a text, and is judged by the rest, as the best bigram model for that rest is. */
final class MlpTraining {
    /** Bytes that it sees unless told. More take longer to learn from than the default number of steps. */
    static final int CONTEXT = 8;

    /** Adam's, at the start. */
    static final double LEARNING_RATE = 0.01;

    private static final int EMBEDDING = 32;
    private static final int WIDTH = 128;

    /** Positions to see in all, unless told: less than a minute on two cores. */
    private static final int POSITIONS_ENOUGH = 800_000;

    private static final int MOST_EPOCHS = 20; // it would learn a small text by heart

    private static final double BIT = Math.log(2); // in nats

    private final Settings settings;
    private final TrainConsole console;
    private final byte[] text;
    private final TextSplit split;
    private final int size;
    private final double optimum;

    /**
     * What the command was told.
     *
     * @param epochs passes over what is learnt; null for as many as {@link #POSITIONS_ENOUGH} make, which may be less than one
     */
    record Settings(int context, DType dtype, Integer epochs, int batch, double learningRate, long seed, int sample) {}

    /**
     * Splits the text.
     *
     * @throws IllegalArgumentException if it is too short for that
     */
    MlpTraining(Settings settings, byte[] text, TrainConsole console) {
        this.settings = settings;
        this.console = console;
        this.text = text;
        split = TextSplit.of(text.length, settings.context);
        size = Math.min(settings.batch, split.learnt().length);
        TrainCommand.require(
                split.heldOut().length > 0 && size > 0,
                "the text must be long enough to hold a part of it out",
                "bytes=" + text.length + ", context=" + settings.context);
        optimum = BigramOptimum.of(text, split.heldOut());
    }

    /** Trains; returns the exit code. */
    int run(LogitOps ops, Stream stream) {
        var sizes = new Mlp.Sizes(settings.context, EMBEDDING, WIDTH);
        try (Mlp mlp = new Mlp(ops, stream, settings.dtype, size, sizes, text, settings.seed)) {
            var trainer = new Trainer(mlp, split.learnt());
            int steps = steps(trainer.stepsPerEpoch());
            console.println(
                    "plan: model=mlp, context=%d, embedding=%d, width=%d, dtype=%s, steps=%d, batch=%d, learningRate=%s,"
                            + " seed=%d, learnt=%d, heldOut=%d",
                    settings.context,
                    EMBEDDING,
                    WIDTH,
                    settings.dtype,
                    steps,
                    size,
                    settings.learningRate,
                    settings.seed,
                    split.learnt().length,
                    split.heldOut().length);
            var judge = new Trainer(mlp, split.heldOut());
            TrainConsole.Training training =
                    console.train("mlp", trainer, steps, settings.learningRate, settings.seed, judge);
            boolean interrupted = console.interrupted(); // an end of the curve beside it is none of this model's
            LossCurve bigrams = console.draws() && !interrupted ? bigrams(ops, stream, steps) : null;
            console.showCurve(training.losses());
            if (!interrupted) {
                console.showSample(TextSampler.sample(ops, stream, mlp, text, settings.sample, settings.seed));
            }
            boolean saved =
                    console.draw(() -> LossChart.comparison(training.losses(), bigrams, training.loss(), optimum));
            Backend ran = ops.backendReport().selected();
            if (interrupted) {
                return console.endInterrupted(training, ran);
            }
            console.println(
                    "train: loss=%.4f optimum=%.4f ratio=%s heldOutBitsPerByte=%.4f optimumBitsPerByte=%.4f backend=%s",
                    training.loss(),
                    optimum,
                    TrainConsole.ratio(training.loss(), optimum),
                    training.loss() / BIT,
                    optimum / BIT,
                    ran);
            training.requireConverged(settings.learningRate);
            return saved ? 0 : 1;
        }
    }

    /** The curve of a bigram model beside it, which learns the same part in as many steps. */
    private LossCurve bigrams(LogitOps ops, Stream stream, int steps) {
        LogitTable table = new LogitTable(new Contexts(1, 1));
        try (Batch batch = new Batch(ops, stream, settings.dtype, size, table, text)) {
            var trainer = new Trainer(batch, split.learnt());
            var judge = new Trainer(batch, split.heldOut());
            return console.train("bigrams", trainer, steps, TrainCommand.BIGRAM_LEARNING_RATE, settings.seed, judge)
                    .losses();
        }
    }

    private int steps(int stepsPerEpoch) {
        if (settings.epochs != null) {
            return TrainCommand.steps(settings.epochs, stepsPerEpoch);
        }
        long enough = (POSITIONS_ENOUGH - 1) / size + 1;
        return (int) Math.min(enough, (long) MOST_EPOCHS * stepsPerEpoch);
    }
}

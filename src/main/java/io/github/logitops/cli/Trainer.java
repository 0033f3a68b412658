package io.github.logitops.cli;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Passes over all positions of a text that have a whole context before them. */
final class Trainer {
    private final Batch batch;
    private final int[] positions;

    /** A trainer for the bytes from index {@code from} to {@code to} (exclusive). */
    Trainer(Batch batch, int from, int to) {
        this.batch = batch;
        positions = IntStream.range(from, to).toArray();
    }

    /** Batches in one pass. */
    int stepsPerEpoch() {
        return (positions.length - 1) / batch.size() + 1;
    }

    /**
     * Learns, each epoch from every position once, in a new order each time. The rate falls in a line to zero, so that the
     * noise of single batches does not stay in the model.
     *
     * @param afterStep is told of each step
     */
    LossCurve train(int epochs, double learningRate, long seed, Runnable afterStep) {
        int steps = Math.multiplyExact(epochs, stepsPerEpoch());
        var losses = new LossCurve(steps);
        var random = new SplittableRandom(seed);
        for (int epoch = 0, step = 0; epoch < epochs; epoch++) {
            shuffle(random);
            for (int from = 0; from < positions.length; from += batch.size(), step++) {
                int to = Math.min(positions.length, from + batch.size());
                double rate = learningRate * (steps - step) / steps;
                losses.add(batch.learn(positions, from, to, (float) rate) / (to - from));
                afterStep.run();
            }
        }
        return losses;
    }

    /** The mean loss over all positions. */
    double meanLoss() {
        double sum = 0;
        for (int from = 0; from < positions.length; from += batch.size()) {
            sum += batch.loss(positions, from, Math.min(positions.length, from + batch.size()));
        }
        return sum / positions.length;
    }

    private void shuffle(SplittableRandom random) {
        for (int i = positions.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int moved = positions[i];
            positions[i] = positions[j];
            positions[j] = moved;
        }
    }
}

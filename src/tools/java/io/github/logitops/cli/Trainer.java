package io.github.logitops.cli;

import java.util.SplittableRandom;
import java.util.function.DoublePredicate;
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

    /** What a trainer for so many bytes of text takes on the heap. */
    static long bytes(long textBytes) {
        return textBytes * Integer.BYTES;
    }

    /** Batches in one pass. */
    int stepsPerEpoch() {
        return (positions.length - 1) / batch.size() + 1;
    }

    /**
     * Learns, each epoch from every position once, in a new order each time. The rate falls in a line to zero, so that the
     * noise of single batches does not stay in the model.
     *
     * @param goOn is told the loss of each step, and says whether to take another
     */
    LossCurve train(int epochs, double learningRate, long seed, DoublePredicate goOn) {
        int steps = Math.multiplyExact(epochs, stepsPerEpoch());
        var losses = new LossCurve(steps);
        var random = new SplittableRandom(seed);
        for (int epoch = 0, step = 0; epoch < epochs; epoch++) {
            shuffle(random);
            for (int from = 0; from < positions.length; from += batch.size(), step++) {
                int to = Math.min(positions.length, from + batch.size());
                double rate = learningRate * (steps - step) / steps;
                double loss = batch.learn(positions, from, to, (float) rate) / (to - from);
                losses.add(loss);
                if (!goOn.test(loss)) {
                    return losses;
                }
            }
        }
        return losses;
    }

    /**
     * The mean loss over all positions.
     *
     * @param goOn is told the loss of each batch; once it says no, the mean is over what was seen
     */
    double meanLoss(DoublePredicate goOn) {
        double sum = 0;
        int seen = 0;
        boolean wanted = true;
        while (seen < positions.length && wanted) {
            int to = Math.min(positions.length, seen + batch.size());
            double loss = batch.loss(positions, seen, to);
            sum += loss;
            wanted = goOn.test(loss / (to - seen));
            seen = to;
        }
        return sum / seen;
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

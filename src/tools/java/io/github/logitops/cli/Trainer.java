package io.github.logitops.cli;

import java.util.SplittableRandom;
import java.util.function.DoublePredicate;

/** Passes over positions of a text, each of which has a whole context before it. */
final class Trainer {
    private final Learner learner;
    private final int[] positions;

    /** A trainer for the bytes at these positions, whose order it changes. */
    Trainer(Learner learner, int[] positions) {
        this.learner = learner;
        this.positions = positions;
    }

    /** What a trainer for so many bytes of text takes on the heap. */
    static long bytes(long textBytes) {
        return textBytes * Integer.BYTES;
    }

    /** Batches in one pass. */
    int stepsPerEpoch() {
        return (positions.length - 1) / learner.size() + 1;
    }

    /**
     * Learns, each epoch from every position once, in a new order each time; the last one may end early. The rate falls in a line
     * to zero, so that the noise of single batches does not stay in the model.
     *
     * @param goOn is told the loss of each step, and says whether to take another
     */
    LossCurve train(int steps, double learningRate, long seed, DoublePredicate goOn) {
        var losses = new LossCurve(steps);
        var random = new SplittableRandom(seed);
        int step = 0;
        while (step < steps) {
            shuffle(random);
            for (int from = 0; from < positions.length && step < steps; from += learner.size(), step++) {
                int to = Math.min(positions.length, from + learner.size());
                double rate = learningRate * (steps - step) / steps;
                double loss = learner.learn(positions, from, to, (float) rate) / (to - from);
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
            int to = Math.min(positions.length, seen + learner.size());
            double loss = learner.loss(positions, seen, to);
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

package io.github.logitops.cli;

import java.util.ArrayList;
import java.util.List;

/** The mean loss of each step's batch, in order. */
final class LossCurve {
    private final double[] losses;
    private int steps;

    /**
     * A point of the curve.
     *
     * @param step the last step it stands for, counted from 1
     * @param loss the mean over the steps since the point before
     */
    record Point(int step, double loss) {}

    LossCurve(int steps) {
        losses = new double[steps];
    }

    void add(double loss) {
        losses[steps++] = loss;
    }

    /** How many there are. */
    int steps() {
        return steps;
    }

    /** The curve in at most {@code count} points, evenly spaced: single batches are too noisy to look at. */
    List<Point> points(int count) {
        int points = Math.min(count, steps);
        List<Point> curve = new ArrayList<>(points);
        int from = 0;
        for (int i = 1; i <= points; i++) {
            int to = (int) ((long) steps * i / points);
            double sum = 0;
            for (int step = from; step < to; step++) {
                sum += losses[step];
            }
            curve.add(new Point(to, sum / (to - from)));
            from = to;
        }
        return curve;
    }
}

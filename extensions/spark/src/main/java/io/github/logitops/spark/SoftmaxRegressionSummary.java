package io.github.logitops.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How a fit went. */
public final class SoftmaxRegressionSummary {
    private final double[] objectiveHistory;
    private final int evaluations;
    private final String reason;

    SoftmaxRegressionSummary(double[] objectiveHistory, int evaluations, String reason) {
        this.objectiveHistory = objectiveHistory;
        this.evaluations = evaluations;
        this.reason = reason;
    }

    /** The objective, penalty included, at the start and after each iteration. */
    public double[] objectiveHistory() {
        return objectiveHistory.clone();
    }

    /** How many iterations there were. */
    public int totalIterations() {
        return objectiveHistory.length - 1;
    }

    /** How often the objective was evaluated, each a job over all rows. */
    public int evaluations() {
        return evaluations;
    }

    /** Why it ended, in the optimiser's words. */
    public String reason() {
        return reason;
    }

    /**
     * Writes the history as lines {@code iteration,objective}, below a line that says so, for {@code logitops plot --history}.
     *
     * @throws IOException if it can not be written
     */
    public void writeHistory(Path file) throws IOException {
        Files.writeString(
                file,
                IntStream.range(0, objectiveHistory.length)
                        .mapToObj(i -> i + "," + objectiveHistory[i])
                        .collect(Collectors.joining("\n", "iteration,objective\n", "\n")));
    }

    @Override
    public String toString() {
        return "objectiveHistory=" + Arrays.toString(objectiveHistory) + ", evaluations=" + evaluations + ", reason="
                + reason;
    }
}

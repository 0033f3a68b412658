package io.github.logitops.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.SparkContext;

/** How far a fit is: told by the descriptions of its jobs, which Spark's UI shows, and kept for the summary. For one thread. */
final class FitProgress implements AutoCloseable {
    private static final String DESCRIPTION = "spark.job.description";

    private final SparkContext context;
    private final String fit;
    private final String before;
    private final List<Double> history = new ArrayList<>();
    private int evaluations;

    /** @param fit whose jobs these are */
    FitProgress(SparkContext context, String fit) {
        this.context = context;
        this.fit = fit;
        this.before = context.getLocalProperty(DESCRIPTION);
    }

    void reading() {
        context.setJobDescription(fit + ": reading rows");
    }

    void evaluating() {
        evaluations++;
        String last = history.isEmpty()
                ? ""
                : String.format(Locale.ROOT, ", objective %.6g", history.get(history.size() - 1));
        context.setJobDescription(fit + ": iteration " + history.size() + ", evaluation " + evaluations + last);
    }

    /** The objective at the start, or after an iteration. */
    void reached(double objective) {
        history.add(objective);
    }

    double[] history() {
        return history.stream().mapToDouble(Double::doubleValue).toArray();
    }

    int evaluations() {
        return evaluations;
    }

    /** Gives the caller's jobs their description back. */
    @Override
    public void close() {
        context.setLocalProperty(DESCRIPTION, before);
    }
}

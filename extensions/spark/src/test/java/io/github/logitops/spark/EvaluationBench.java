package io.github.logitops.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Seconds an evaluation of the objective takes, from the start of its job to the start of the next, which the driver's part is in: Spark's
 * LogisticRegression and SoftmaxRegression, in turns. Medians over all evaluations of all rounds, but the first of a fit.
 * {@code scripts/bench-spark.sh} runs it.
 */
final class EvaluationBench {
    private static final int ROWS = 40_000;
    private static final int FEATURES = 100;
    private static final int ITERATIONS = 12;

    private EvaluationBench() {}

    /** When jobs started that add up what partitions give. */
    private static final class Starts extends SparkListener {
        private final List<Long> millis = new ArrayList<>();

        @Override
        public synchronized void onJobStart(SparkListenerJobStart job) {
            if (job.stageInfos().last().name().startsWith("treeAggregate")) {
                millis.add(job.time());
            }
        }

        /** Seconds from each to the next, and forgets them. */
        synchronized double[] intervals(int first) {
            double[] all = new double[Math.max(0, millis.size() - 1 - first)];
            Arrays.setAll(all, i -> (millis.get(i + 1 + first) - millis.get(i + first)) / 1e3);
            millis.clear();
            return all;
        }
    }

    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
        int[] classes = args.length > 1
                ? Arrays.stream(args[1].split(",")).mapToInt(Integer::parseInt).toArray()
                : new int[] {10, 100, 1000};
        SparkSession spark = LocalSpark.open();
        Starts starts = new Starts();
        spark.sparkContext().addSparkListener(starts);
        System.out.println("classes  Spark  F64  F32  (seconds an evaluation)   Spark/F64  Spark/F32");
        for (int count : classes) {
            Dataset<Row> data = TestData.of(ROWS, FEATURES, count).in(spark, 2).select("features", "label");
            data.cache().count();
            Map<String, Runnable> fits = new LinkedHashMap<>();
            fits.put(
                    "Spark",
                    () -> new LogisticRegression()
                            .setFamily("multinomial")
                            .setMaxIter(ITERATIONS)
                            .setTol(0)
                            .fit(data));
            for (String dtype : List.of("F64", "F32")) {
                fits.put(dtype, () -> ours(dtype, count).fit(data));
            }
            Map<String, List<Double>> seconds = new LinkedHashMap<>();
            for (int round = 0; round < rounds; round++) {
                fits.forEach((name, fit) -> {
                    fit.run();
                    waitForListeners();
                    for (double interval : starts.intervals(2)) {
                        seconds.computeIfAbsent(name, n -> new ArrayList<>()).add(interval);
                    }
                });
            }
            double theirs = median(seconds.get("Spark"));
            double f64 = median(seconds.get("F64"));
            double f32 = median(seconds.get("F32"));
            System.out.println(String.format(
                    Locale.ROOT,
                    "%d  %.3f  %.3f  %.3f   %.2f  %.2f",
                    count,
                    theirs,
                    f64,
                    f32,
                    theirs / f64,
                    theirs / f32));
            data.unpersist();
        }
        spark.stop();
    }

    private static SoftmaxRegression ours(String dtype, int classes) {
        return new SoftmaxRegression()
                .setDtype(dtype)
                .setNumClasses(classes)
                .setMaxIter(ITERATIONS)
                .setTol(0);
    }

    private static void waitForListeners() {
        try {
            Thread.sleep(300); // events come to listeners a little later
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}

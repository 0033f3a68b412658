package io.github.logitops.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Seconds an evaluation of the objective takes, from the start of its job to the start of the next, which the driver's part is in: Spark's
 * LogisticRegression and SoftmaxRegression, in turns. Medians over all evaluations of all rounds, but the first of a fit.
 * {@code scripts/bench-spark.sh} runs it, whose BLAS is that of both: netlib's by the Vector API, unless another is named.
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

    /** @param args rounds; numbers of classes; workers of a core each, in processes of their own, or 0 for two cores of this one */
    public static void main(String[] args) throws InterruptedException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
        String[] classes = args.length > 1 ? args[1].split(",") : new String[] {"10", "100", "1000"};
        int workers = args.length > 2 ? Integer.parseInt(args[2]) : 0;
        String blas = "-Ddev.ludovic.netlib.blas.nativeLib=" + System.getProperty("dev.ludovic.netlib.blas.nativeLib");
        Map<String, String> executors = Map.of(
                "spark.executor.memory", "3g", LocalCluster.EXECUTOR_OPTIONS, "-XX:ActiveProcessorCount=1 " + blas);
        SparkSession spark = workers == 0 ? LocalSpark.open() : LocalCluster.open(workers, 1, executors);
        Starts starts = new Starts();
        spark.sparkContext().addSparkListener(starts);
        System.out.println("classes  Spark  F64  F32  (seconds an evaluation)  Spark/F64  Spark/F32");
        for (String count : classes) {
            measure(spark, starts, Integer.parseInt(count), rounds);
        }
        spark.stop();
    }

    private static void measure(SparkSession spark, Starts starts, int classes, int rounds)
            throws InterruptedException {
        Dataset<Row> data = TestData.of(ROWS, FEATURES, classes)
                .in(spark, 2)
                .select("features", "label")
                .cache();
        data.count();
        Map<String, Estimator<?>> fits = new LinkedHashMap<>();
        fits.put(
                "Spark",
                new LogisticRegression()
                        .setFamily("multinomial")
                        .setMaxIter(ITERATIONS)
                        .setTol(0));
        for (String dtype : List.of("F64", "F32")) {
            fits.put(
                    dtype,
                    new SoftmaxRegression()
                            .setDtype(dtype)
                            .setNumClasses(classes)
                            .setMaxIter(ITERATIONS)
                            .setTol(0));
        }
        Map<String, List<Double>> seconds = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (String name : fits.keySet()) {
                fits.get(name).fit(data);
                Thread.sleep(300); // listeners hear a little later
                for (double interval : starts.intervals(2)) {
                    seconds.computeIfAbsent(name, n -> new ArrayList<>()).add(interval);
                }
            }
        }
        data.unpersist();
        double theirs = median(seconds.get("Spark"));
        double f64 = median(seconds.get("F64"));
        double f32 = median(seconds.get("F32"));
        System.out.println(String.format(
                Locale.ROOT,
                "%d  %.3f  %.3f  %.3f  %.2f  %.2f",
                classes,
                theirs,
                f64,
                f32,
                theirs / f64,
                theirs / f32));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}

package io.github.logitops.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.launcher.JavaModuleOptions;
import org.apache.spark.sql.SparkSession;

/**
 * Spark with executors in JVMs of their own on this machine, from Maven's jars alone: {@code SPARK_HOME} is a folder that is all but empty,
 * and executors have the class path of the tests. A JVM has one Spark at a time: stop the session before the next is opened.
 */
public final class LocalCluster {
    private static final int MEGABYTES = 1024; // of a worker

    private LocalCluster() {}

    /** So many workers, with an executor each. */
    public static SparkSession open(int workers, int coresOfEach) {
        return open(workers, coresOfEach, Map.of());
    }

    /** The same, with more of Spark's settings, or others. */
    public static SparkSession open(int workers, int coresOfEach, Map<String, String> settings) {
        makeSparkHome();
        String tracking = "-Dlogitops.leakTracking=" + System.getProperty("logitops.leakTracking", "OFF");
        SparkSession.Builder builder = LocalSpark.configured(
                        "local-cluster[" + workers + "," + coresOfEach + "," + MEGABYTES + "]")
                .config("spark.executor.memory", "512m")
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config("spark.executor.extraJavaOptions", JavaModuleOptions.defaultModuleOptions() + " " + tracking)
                .config("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s"); // executors come one by one
        settings.forEach(builder::config);
        return builder.getOrCreate();
    }

    /** Spark's launcher looks for jars there before it starts an executor. */
    private static void makeSparkHome() {
        try {
            Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

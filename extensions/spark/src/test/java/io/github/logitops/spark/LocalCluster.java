package io.github.logitops.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.launcher.JavaModuleOptions;
import org.apache.spark.sql.SparkSession;

/**
 * A cluster on this machine: a master and workers in this JVM, and executors in processes of their own, with the class path of the tests.
 * A JVM has one Spark at a time, so that whoever opens one has the other closed.
 */
public final class LocalCluster {
    /** Options of the executors' JVMs beside those that they need. */
    public static final String EXECUTOR_OPTIONS = "logitops.test.executorOptions";

    private LocalCluster() {}

    /** So many workers with so many cores each. */
    public static SparkSession open(int workers, int cores) {
        return open(workers, cores, Map.of());
    }

    /** @param settings of Spark; and {@link #EXECUTOR_OPTIONS} */
    public static SparkSession open(int workers, int cores, Map<String, String> settings) {
        SparkSession.getDefaultSession().foreach(session -> {
            session.stop();
            return null;
        });
        try { // what Spark looks for jars in; executors take them from the class path
            Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String options = String.join(
                " ",
                JavaModuleOptions.defaultModuleOptions(),
                "-Dlogitops.leakTracking=" + System.getProperty("logitops.leakTracking", "OFF"),
                settings.getOrDefault(EXECUTOR_OPTIONS, ""));
        SparkSession.Builder builder = LocalSpark.configured("local-cluster[" + workers + "," + cores + ",4096]")
                .config("spark.executor.memory", "1g")
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config("spark.executor.extraJavaOptions", options)
                .config("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s");
        settings.forEach(builder::config);
        return builder.getOrCreate();
    }
}

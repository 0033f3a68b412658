package io.github.logitops.spark;

import org.apache.spark.sql.SparkSession;

/** Spark in this JVM, on two cores. */
final class LocalSpark {
    private LocalSpark() {}

    static SparkSession open() {
        return configured("local[2]").getOrCreate();
    }

    static SparkSession.Builder configured(String master) {
        return SparkSession.builder()
                .master(master)
                .appName("logitops")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1");
    }
}

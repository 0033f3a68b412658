package io.github.logitops.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.Backend;
import io.github.logitops.spec.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilled;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fits on executors in processes of their own, some of which do not live long. */
class ClusterTest {
    private static final int PARTITIONS = 4;

    /** Waits for the midst of a fit. */
    private abstract static class Killer extends SparkListener {
        private final AtomicInteger evaluations = new AtomicInteger();

        /** Whether the fit is somewhere in its middle. */
        boolean midst() {
            return evaluations.get() >= 4;
        }

        @Override
        public void onJobStart(SparkListenerJobStart job) {
            if (job.properties().getProperty("spark.job.description", "").contains("evaluation")) {
                evaluations.incrementAndGet();
            }
        }
    }

    private static final class TaskKiller extends Killer {
        private final SparkContext context;
        private final AtomicInteger killed = new AtomicInteger();

        TaskKiller(SparkContext context) {
            this.context = context;
        }

        @Override
        public void onTaskStart(SparkListenerTaskStart task) {
            if (midst() && killed.get() == 0) {
                context.killTaskAttempt(task.taskInfo().taskId(), true, "a test");
            }
        }

        @Override
        public void onTaskEnd(SparkListenerTaskEnd task) {
            if (task.reason() instanceof TaskKilled) {
                killed.incrementAndGet();
            }
        }
    }

    private static final class ExecutorKiller extends Killer {
        private final long pid;
        private boolean done;

        ExecutorKiller(long pid) {
            this.pid = pid;
        }

        @Override
        public void onTaskStart(SparkListenerTaskStart task) {
            if (midst() && !done) {
                done = ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            }
        }
    }

    /** What each task finds, of one on each core. */
    private static <T> List<T> onEachCore(
            SparkSession spark, int cores, org.apache.spark.api.java.function.Function<Integer, T> find) {
        return new JavaSparkContext(spark.sparkContext())
                .parallelize(IntStream.range(0, cores).boxed().toList(), cores)
                .map(core -> {
                    T found = find.call(core);
                    Thread.sleep(1000); // so that no core has two
                    return found;
                })
                .collect();
    }

    @Test
    void whoIsKilledInTheMidstChangesNothing() throws Exception {
        Map<String, String> settings = Map.of(
                LocalCluster.EXECUTOR_OPTIONS,
                "-Dlogitops.spark.idleSeconds=1",
                "spark.serializer", // the stricter one
                "org.apache.spark.serializer.KryoSerializer");
        try (SparkSession spark = LocalCluster.open(2, 1, settings)) {
            Dataset<Row> data =
                    TestData.of(20_000, 20, 20).in(spark, PARTITIONS).cache();
            SoftmaxRegression regression =
                    new SoftmaxRegression().setMaxIter(10).setTol(0);
            SoftmaxRegressionModel expected = regression.fit(data);
            assertTrue(
                    onEachCore(spark, 2, core -> TaskSessions.statistics().size()).stream()
                            .anyMatch(open -> open > 0),
                    "executors keep their sessions for the next fit");

            TaskKiller tasks = new TaskKiller(spark.sparkContext());
            requireSame(expected, fit(spark, regression, data, tasks));
            assertTrue(tasks.killed.get() > 0, "no task was killed");

            long pid =
                    onEachCore(spark, 2, core -> ProcessHandle.current().pid()).get(0);
            ExecutorKiller executors = new ExecutorKiller(pid);
            requireSame(expected, fit(spark, regression, data, executors));
            assertTrue(executors.done, "no executor was killed");
            assertFalse(ProcessHandle.of(pid).isPresent(), "it lives");

            Thread.sleep(3000);
            assertEquals(
                    List.of(0, 0),
                    onEachCore(spark, 2, core -> TaskSessions.statistics().size()),
                    "sessions stay open");
        }
    }

    private static SoftmaxRegressionModel fit(
            SparkSession spark, SoftmaxRegression regression, Dataset<Row> data, Killer killer) {
        spark.sparkContext().addSparkListener(killer);
        try {
            return regression.fit(data);
        } finally {
            spark.sparkContext().removeSparkListener(killer);
        }
    }

    private static void requireSame(SoftmaxRegressionModel expected, SoftmaxRegressionModel found) {
        assertArrayEquals(expected.summary().objectiveHistory(), found.summary().objectiveHistory());
        assertArrayEquals(
                expected.coefficientMatrix().toArray(),
                found.coefficientMatrix().toArray());
    }

    @Test
    void aTaskTakesTheGpuThatItWasGiven(@TempDir Path folder) throws IOException {
        Path script = folder.resolve("gpus.sh");
        Files.writeString(script, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"0\", \"1\"]}'\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        Map<String, String> settings = Map.of(
                "spark.worker.resource.gpu.amount", "2",
                "spark.worker.resource.gpu.discoveryScript", script.toString(),
                "spark.executor.resource.gpu.amount", "2",
                "spark.executor.resource.gpu.discoveryScript", script.toString(),
                "spark.task.resource.gpu.amount", "1");
        TaskSettings task = new TaskSettings(DType.F32, Backend.AUTO, 1, 2, true, 0, null);
        try (SparkSession spark = LocalCluster.open(1, 2, settings)) {
            Set<String> keys = new TreeSet<>(onEachCore(
                    spark,
                    2,
                    core -> TaskSessions.Key.of(task, TaskContext.get()).toString()));
            assertEquals(
                    Set.of(
                            new TaskSessions.Key(Backend.AUTO, 0, true).toString(),
                            new TaskSessions.Key(Backend.AUTO, 1, true).toString()),
                    keys);
        }
        assertEquals(new TaskSessions.Key(Backend.CPU, 0, true), TaskSessions.Key.of(task, null), "without one");
    }
}

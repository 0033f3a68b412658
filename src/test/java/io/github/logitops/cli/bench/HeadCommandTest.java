package io.github.logitops.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.cli.CommandRun;
import io.github.logitops.device.KernelExecutor;
import io.github.logitops.emulator.PtxEmulatorDriver;
import io.github.logitops.spec.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadCommandTest {
    private static final String[] SMALL = {"--rows=12", "--features=8", "--classes=64", "--chunks=8,3"};

    @TempDir
    private Path folder;

    private CommandRun head(String... more) {
        List<String> words = new ArrayList<>(List.of("head", "--backend=CPU", "--rounds=1", "--commit=abc"));
        words.add("--folder=" + folder);
        words.addAll(List.of(more));
        return CommandRun.of(words.toArray());
    }

    @Test
    void timesAndMemoryOfEachChunk() throws IOException {
        CommandRun run = head(SMALL);
        assertEquals(0, run.exitCode(), run.err()::toString);
        BenchReport report = ReportFile.read(folder.resolve("head-cpu-abc.json"));
        assertEquals("head, BF16, 12 rows, 8 features, 64 classes", report.grid());
        assertEquals(
                List.of(
                        "linearCrossEntropy.forwardBackward, 3 rows at a time",
                        "linearCrossEntropy.forward, 3 rows at a time",
                        "linearCrossEntropy.forwardBackward, gradient of the weight in BF16, 3 rows at a time",
                        "linearCrossEntropy.forwardBackward, gradient of the weight in BF16 rounded once, 3 rows at a time",
                        "linearCrossEntropy.forwardBackward, 8 rows at a time",
                        "linearCrossEntropy.forward, 8 rows at a time",
                        "linearCrossEntropy.forwardBackward, gradient of the weight in BF16, 8 rows at a time",
                        "linearCrossEntropy.forwardBackward, gradient of the weight in BF16 rounded once, 8 rows at a time",
                        "memory besides, 3 rows at a time",
                        "memory besides, 8 rows at a time"),
                report.host().stream().map(HostCost::name).toList());
        assertTrue(report.host().stream().allMatch(cost -> cost.value().median() > 0), report::toString);
        double memory = report.host().get(9).value().median() * 1e6;
        assertTrue(memory >= 8 * 64 * 2 && memory < 8 * 64 * 2 + 1024, () -> "bytes: " + memory);
    }

    @Test
    void productsAloneAreMeasuredOnADevice() {
        PtxEmulatorDriver driver = new PtxEmulatorDriver(90);
        try (LogitOps ops = Sessions.over(driver, new KernelExecutor(driver), OpenOptions.defaults());
                HeadCosts costs = new HeadCosts(ops, new HeadShape(4, 8, 16, DType.F32), 1)) {
            List<String> names = costs.products(driver.matrixProducts()).stream()
                    .map(HostCost::name)
                    .toList();
            assertEquals(List.of("the first product alone", "the three products alone"), names);
        }
    }

    @Test
    void shapesThatAreNoneAreMistakes() {
        CommandRun run = head("--rows=0");
        assertEquals(2, run.exitCode());
        assertTrue(
                run.err()
                        .contains(
                                "logitops: head: at least 1 row, 1 feature, 2 classes, of a floating dtype: rows=0, features=4096, "
                                        + "classes=128256, dtype=BF16"),
                run.err()::toString);
    }
}

package io.github.logitops.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.cli.CommandRun;
import io.github.logitops.cli.Main;
import io.github.logitops.cli.OutputFile;
import io.github.logitops.support.ChildJvm;
import io.github.logitops.support.CudaStub;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All figures are there, in the CPU mode and through the real JCuda on a stub; how large they are is not asked. */
class LaunchCommandTest {
    static final List<String> COSTS = List.of(
            "softmax.forward, first call",
            "softmax.forward queued, cold",
            "softmax.forward queued",
            "softmax.forward queued, new output",
            "softmax.forward until it is done",
            "softmax.forward queued, each of 1 thread",
            "softmax.forward queued, each of 2 threads",
            "softmax.forward queued, each of 4 threads",
            "softmax.forward queued, each of 8 threads",
            "crossEntropy.forwardBackward queued",
            "crossEntropy.forwardBackward queued, new result",
            "crossEntropy.forwardBackward until the loss is known",
            "crossEntropy.forwardBackward until the loss is known, new result",
            "empty and close of a tensor of 1 MiB",
            "upload from float[]",
            "download into float[]",
            "crossEntropy.forwardBackward of BF16 [64, 50257], until the loss is known");

    private static final List<String> OF_THE_DRIVER = List.of(
            "Driver.launch of its kernel",
            "Driver.launch of its kernel until it is done",
            "cuLaunchKernel of its kernel alone",
            "Driver.recordEvent",
            "upload from pinned memory",
            "download into pinned memory",
            "softmax.forward replayed",
            "softmax.forward replayed, until it is done",
            "crossEntropy.forwardBackward replayed",
            "crossEntropy.forwardBackward replayed, until it is done");

    @TempDir
    private Path folder;

    @Test
    void theCpuModeHasAllButTheDrivers() throws IOException {
        CommandRun run = CommandRun.of(
                "launch", "--backend=CPU", "--rounds=1", "--seconds=0", "--commit=abc", "--folder=" + folder);
        assertEquals(0, run.exitCode(), run.err()::toString);
        Path file = folder.resolve("launch-cpu-abc.json");
        assertEquals("launch: wrote " + file, run.lastLine());
        requireCosts(COSTS, ReportFile.read(file));
        String line = run.out().stream()
                .filter(each -> each.startsWith("| softmax.forward queued, cold | us | "))
                .findFirst()
                .orElseThrow();

        CommandRun reported = CommandRun.of("report", folder);
        assertEquals(0, reported.exitCode(), reported.err()::toString);
        assertTrue(reported.out().contains("## What calls cost the host"));
        assertTrue(reported.out().contains(line));
    }

    @Test
    void onCudaTheDriverAloneStandsBeside() throws IOException, InterruptedException {
        CudaStub.compile(folder);
        ChildJvm.End end = ChildJvm.start(
                        Main.class,
                        folder,
                        Map.of("LD_LIBRARY_PATH", folder.toString()),
                        "launch",
                        "--backend=CUDA",
                        "--rounds=2",
                        "--seconds=0",
                        "--commit=abc",
                        "--folder=" + folder)
                .await();
        assertEquals(0, end.exitCode(), String.join("\n", end.lines()));
        List<String> expected = new ArrayList<>(COSTS);
        expected.addAll(OF_THE_DRIVER);
        requireCosts(expected, ReportFile.read(folder.resolve("launch-stub-0-abc.json")));
    }

    private static void requireCosts(List<String> expected, BenchReport report) {
        assertEquals(expected, report.host().stream().map(HostCost::name).toList());
        for (HostCost cost : report.host()) {
            assertEquals(cost.name().contains("load ") ? "GB/s" : "us", cost.unit(), cost.name());
            assertTrue(cost.value().median() > 0, cost::toString);
        }
        assertEquals(List.of(), report.cells());
        assertEquals("launch", report.grid());
    }

    @Test
    void compareHoldsThemAgainstOthers() throws IOException {
        Path ours = folder.resolve("ours.json");
        Path theirs = folder.resolve("theirs.json");
        HostCost both = new HostCost("softmax.forward queued", "us", new Spread(4.4, 4.3, 4.5));
        HostCost one = new HostCost("Driver.launch of its kernel", "us", new Spread(3.5, 3.25, 3.75));
        ReportFile.write(BenchReports.ofHost("logitops 1", List.of(), both, one), OutputFile.tried("launch", ours));
        ReportFile.write(
                BenchReports.ofHost(
                        "torch 2",
                        List.of(new LeftOut("jax", "not installed")),
                        new HostCost(both.name(), "us", new Spread(5.9, 5.8, 6))),
                OutputFile.tried("launch", theirs));
        CommandRun run = CommandRun.of("compare", ours, theirs);
        assertEquals(0, run.exitCode(), run.err()::toString);
        assertEquals(
                List.of(
                        "  left out: jax: not installed",
                        "",
                        "| seen from the host | unit | logitops 1, Some GPU: median, p20 to p80"
                                + " | torch 2, Some GPU: median, p20 to p80 |",
                        "| --- | --- | --- | --- |",
                        "| softmax.forward queued | us | 4.40, 4.30 to 4.50 | 5.90, 5.80 to 6.00 |",
                        "| Driver.launch of its kernel | us | 3.50, 3.25 to 3.75 | - |"),
                run.out().subList(2, run.out().size()));
    }

    @Test
    void mistakesAreNamed() {
        assertEquals(
                List.of("logitops: launch: at least one round: rounds=0"),
                CommandRun.of("launch", "--rounds=0").err());
        assertEquals(
                List.of("logitops: launch: seconds of warm-up must be in [0, 60]: seconds=61.0"),
                CommandRun.of("launch", "--seconds=61").err());
    }
}

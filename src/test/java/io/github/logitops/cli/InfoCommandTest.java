package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.Backend;
import io.github.logitops.BackendReport;
import io.github.logitops.LogitOps;
import io.github.logitops.support.ChildJvm;
import io.github.logitops.support.CudaStub;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InfoCommandTest {
    @Test
    void showsWhatAutoChoosesAndWhy() {
        BackendReport report;
        try (LogitOps ops = LogitOps.open(Backend.AUTO)) {
            report = ops.backendReport();
        }
        CommandRun run = CommandRun.of("info");
        assertEquals(0, run.exitCode());
        assertEquals(List.of(), run.err());
        assertTrue(run.out().contains("backend   " + report.selected() + " (AUTO)"), run.out()::toString);
        assertTrue(run.out().contains("reason    " + report.reason()), run.out()::toString);
        assertTrue(run.out().contains("device    " + report.device()), run.out()::toString);
    }

    /** On the stub of libcuda: which PTX a device gets, and whether it is a slice of one. */
    @Test
    void whatADeviceRunsIsShownByInfoAndCheck(@TempDir Path directory) throws Exception {
        CudaStub.compile(directory);
        assertShows(directory, "1 8 0", "reason    it runs here, on PTX for sm_80", "info");
        assertShows(
                directory,
                "1 8 6",
                "reason    it runs here, on PTX for sm_80 that the driver compiles for sm_86",
                "info");
        assertShows(
                directory,
                "1 12 0",
                "reason    it runs here, on PTX for sm_90 that the driver compiles for sm_120",
                "info");
        assertShows(directory, "1 9 0", "reason    it runs here, on PTX for sm_90", "info");
        assertShows(
                directory,
                "1 9 0 NVIDIA H100 80GB HBM3 MIG 1g.10gb",
                "mig       a slice: a share of the card's multiprocessors, memory and caches",
                "info");
        assertShows(
                directory,
                "1 10 0 NVIDIA B200 MIG 1g.23gb",
                "backend=CUDA (requested CUDA: it runs here, on PTX for sm_90 that the driver compiles for sm_100), "
                        + "device=NVIDIA B200 MIG 1g.23gb 0, compute capability 10.0, 1024 MiB, driver for CUDA 12.6",
                "check",
                "--backend=CUDA",
                "--longest=1",
                "--op=softmax");
    }

    /** Where the device refuses clusters, those of fewer blocks are tried: that is what sessions do, too. */
    @Test
    void theLargestClusterThatRunsIsShown(@TempDir Path directory) throws Exception {
        CudaStub.compile(directory);
        Map<String, String> environment = CudaStub.environment(directory);
        assertShows(directory, environment, "1 8 9", "clusters  none", "info");
        assertShows(directory, environment, "1 9 0", "clusters  up to 16 blocks share a long row", "info");
        environment.put("LOGITOPS_STUB_CLUSTER", "4");
        assertShows(directory, environment, "1 9 0", "clusters  up to 4 blocks share a long row", "info");
        environment.put("LOGITOPS_STUB_CLUSTER", "1");
        assertShows(directory, environment, "1 9 0", "clusters  none", "info");
    }

    private static void assertShows(Path directory, String device, String line, String... arguments) {
        assertShows(directory, CudaStub.environment(directory), device, line, arguments);
    }

    private static void assertShows(
            Path directory, Map<String, String> environment, String device, String line, String... arguments) {
        environment.put("LOGITOPS_STUB_DEVICE", device);
        List<String> lines = ChildJvm.start(Main.class, directory, environment, arguments)
                .await()
                .lines();
        assertTrue(lines.contains(line), lines::toString);
    }

    @Test
    void helpAndVersionGoToStandardOutput() {
        for (String option : List.of("--help", "--version")) {
            CommandRun run = CommandRun.of(option);
            assertEquals(0, run.exitCode());
            assertEquals(List.of(), run.err());
            assertTrue(run.out().get(0).contains("logitops"), run.out()::toString);
        }
    }
}

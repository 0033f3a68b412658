package io.github.logitops.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.cli.OutputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFileTest {
    @TempDir
    private Path folder;

    @Test
    void aReportComesBackAsItWas() throws IOException {
        requireBack(BenchReports.of(
                "logitops 1",
                BenchReports.copy(2.5),
                BenchReports.cell("logitops", "softmax.forward", 200, null, 3),
                BenchReports.cell("torch.eager", "softmax.forward", 200, 300L, 1e-3)));
        requireBack(BenchReports.ofHost(
                "torch 2",
                List.of(new LeftOut("jax", "not installed")),
                new HostCost("call", "us", Spread.of(3, 4, 5))));
    }

    private void requireBack(BenchReport report) throws IOException {
        Path file = folder.resolve("new/report.json");
        ReportFile.write(report, OutputFile.tried("bench", file));
        assertEquals(report, ReportFile.read(file));
    }

    /** With seven ops, costs of the host beside them, and nothing about what was left out. */
    @Test
    void filesOfEarlierVersionsAreRead() {
        BenchReport report = ReportFile.read(Path.of("docs/benchmarks/nvidia-h200-806821c21118.json"));
        assertEquals(
                BenchOp.FIRST.stream().map(BenchOp::name).toList(),
                report.cells().stream()
                        .filter(cell -> !cell.isCeiling())
                        .map(Cell::op)
                        .distinct()
                        .toList());
        assertEquals(7, report.host().size());
        assertEquals(List.of(), report.leftOut());
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        Path file = folder.resolve("other.json");
        Files.writeString(file, "{\"schema\": 7, \"cells\": []}");
        assertEquals(
                "bench: not a report of this schema: file=" + file + ", schema=7, expected=1",
                assertThrows(IllegalArgumentException.class, () -> ReportFile.read(file))
                        .getMessage());
        Files.writeString(file, "");
        assertEquals(
                "bench: not a report of this schema: file=" + file + ", schema=none, expected=1",
                assertThrows(IllegalArgumentException.class, () -> ReportFile.read(file))
                        .getMessage());
        Files.writeString(file, "[1]");
        assertTrue(assertThrows(IllegalArgumentException.class, () -> ReportFile.read(file))
                .getMessage()
                .startsWith("bench: not a report: file=" + file + ", cause="));
    }
}

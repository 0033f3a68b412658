package io.github.logitops.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.cli.OutputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFileTest {
    @TempDir
    private Path folder;

    @Test
    void aReportComesBackAsItWas() throws IOException {
        BenchReport report = BenchReports.of(
                "logitops 1",
                BenchReports.copy(2.5),
                BenchReports.cell("logitops", "softmax.forward", 200, null, 3),
                BenchReports.cell("torch.eager", "softmax.forward", 200, 300L, 1e-3));
        Path file = folder.resolve("new/report.json");
        ReportFile.write(report, OutputFile.tried("bench", file));
        assertEquals(report, ReportFile.read(file));
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

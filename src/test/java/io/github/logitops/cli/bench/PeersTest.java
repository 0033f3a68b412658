package io.github.logitops.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.logitops.cli.OutputFile;
import io.github.logitops.spec.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The peers' script, without peers: what it writes is a report as ours are, on our shapes, with our count of bytes. */
class PeersTest {
    @TempDir
    private Path folder;

    @Test
    void aDryRunGivesAReportOfOurSchema() throws IOException, InterruptedException {
        Path ours = folder.resolve("ours.json");
        BenchReport report = BenchReports.of(
                "logitops 1",
                BenchReports.copy(10),
                BenchReports.cell("logitops", "softmax.forward", 2 * BenchReports.SHAPE.bytes(), null, 12.5));
        ReportFile.write(report, OutputFile.tried("bench", ours));
        Path theirs = folder.resolve("theirs.json");
        String output =
                python("scripts/peers/torch_bench.py", ours.toString(), "--dry-run", "--out", theirs.toString());
        assertTrue(output.contains("left out: stub broken BF16[4096, 50257]: ZeroDivisionError"), output);

        BenchReport read = ReportFile.read(theirs);
        Map<String, Long> bytes = new TreeMap<>();
        for (Cell cell : read.cells()) {
            assertEquals(BenchReports.SHAPE, cell.shape());
            assertTrue(cell.isCeiling() || cell.movedBytes() >= cell.bytes(), cell::toString);
            bytes.put(cell.op(), cell.bytes());
        }
        Map<String, Long> expected = new TreeMap<>(Map.of("copy", 2 * BenchReports.SHAPE.bytes()));
        for (BenchOp op : BenchOp.ALL) {
            expected.put(op.name(), op.bytes(BenchReports.SHAPE));
        }
        assertEquals(expected, bytes);
        assertTrue(read.percentOf(read.cells().get(1), "copy") > 0);
        assertEquals(
                3,
                CompareTable.ofProviders(List.of(report, read))
                        .toString()
                        .lines()
                        .count());
        assertEquals(DType.BF16, read.cells().get(0).dtype());
    }

    /** What Python said; skips the test where there is none. */
    private String python(String... arguments) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        ProcessBuilder builder = new ProcessBuilder("python3", "-B");
        builder.command().addAll(List.of(arguments));
        Process process;
        try {
            process = builder.redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "no python3: " + e.getMessage());
            throw e;
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running");
        assertEquals(0, process.exitValue(), Files.readString(output));
        return Files.readString(output);
    }
}

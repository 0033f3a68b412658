package io.github.logitops.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.logitops.cli.OutputFile;
import io.github.logitops.spec.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
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
                BenchOp.ALL.stream()
                        .map(op -> BenchReports.cell("logitops", op.name(), bytes(op), null, 12.5))
                        .toArray(Cell[]::new));
        ReportFile.write(report, OutputFile.tried("bench", ours));
        Path theirs = folder.resolve("theirs.json");
        String output =
                python("scripts/peers/torch_bench.py", ours.toString(), "--dry-run", "--out", theirs.toString());
        assertTrue(
                output.contains("torch_bench: left out: crossEntropyShard.combine: PyTorch has no such op\n"), output);

        BenchReport read = ReportFile.read(theirs);
        Map<String, Long> bytes = new TreeMap<>();
        for (Cell cell : read.cells()) {
            assertEquals(BenchReports.SHAPE, cell.shape());
            assertTrue(cell.movedBytes() == null || cell.movedBytes() >= cell.bytes(), cell::toString);
            bytes.put(cell.op(), cell.bytes());
        }
        Map<String, Long> expected = new TreeMap<>(Map.of("copy", 2 * BenchReports.SHAPE.bytes()));
        List<LeftOut> leftOut = new ArrayList<>();
        for (BenchOp op : BenchOp.ALL) {
            if (op.name().startsWith("crossEntropyShard")) {
                leftOut.add(new LeftOut(op.name(), "PyTorch has no such op"));
            } else {
                expected.put(op.name(), bytes(op));
            }
        }
        assertEquals(expected, bytes);
        leftOut.sort(Comparator.comparing(LeftOut::what));
        leftOut.add(
                new LeftOut("stub broken BF16[4096, 50257]", "ZeroDivisionError: integer division or modulo by zero"));
        assertEquals(leftOut, read.leftOut());
        assertTrue(read.percentOf(read.cells().get(1), "copy") > 0);
        assertEquals(
                2 + expected.size() - 1,
                CompareTable.ofProviders(List.of(report, read))
                        .toString()
                        .lines()
                        .count());
        assertEquals(DType.BF16, read.cells().get(0).dtype());
    }

    private static long bytes(BenchOp op) {
        return op.traffic().bytes().applyAsLong(BenchReports.SHAPE);
    }

    @Test
    void whatIsNotReachedInTimeIsWrittenDown() throws IOException, InterruptedException {
        Path ours = folder.resolve("ours.json");
        ReportFile.write(
                BenchReports.of("logitops 1", BenchReports.cell("logitops", "softmax.forward", 200, null, 12.5)),
                OutputFile.tried("bench", ours));
        Path theirs = folder.resolve("theirs.json");
        python("scripts/peers/torch_bench.py", ours.toString(), "--dry-run", "--limit=-1", "--out", theirs.toString());
        BenchReport read = ReportFile.read(theirs);
        assertEquals(List.of(), read.cells());
        assertEquals(List.of(new LeftOut("BF16[4096, 50257]", "over the time limit of -1 s")), read.leftOut());
    }

    @Test
    void rowsWithAStrideAreLeftOut() throws IOException, InterruptedException {
        Path ours = folder.resolve("ours.json");
        Cell padded = new Cell(
                "logitops", "softmax.forward", DType.BF16, 4096, 50257, 1, 7, 200, null, "copy", Spread.of(12.5));
        ReportFile.write(BenchReports.of("logitops 1", padded), OutputFile.tried("bench", ours));
        Path theirs = folder.resolve("theirs.json");
        python("scripts/peers/torch_bench.py", ours.toString(), "--dry-run", "--out", theirs.toString());
        BenchReport read = ReportFile.read(theirs);
        assertEquals(List.of(), read.cells());
        assertEquals(
                List.of(new LeftOut("BF16[4096, 50257] with a stride of 50264", "only dense rows are measured here")),
                read.leftOut());
    }

    @Test
    void theHostsCostsHaveOurNames() throws IOException, InterruptedException {
        Path theirs = folder.resolve("theirs.json");
        python(
                "scripts/peers/torch_bench.py",
                "--launch",
                "--dry-run",
                "--rounds=2",
                "--seconds=0",
                "--out",
                theirs.toString());
        BenchReport read = ReportFile.read(theirs);
        assertEquals(
                List.of("softmax.forward, first call", "softmax.forward queued, cold", "softmax.forward queued"),
                read.host().stream().map(HostCost::name).toList());
        assertEquals(
                List.of(new LeftOut("broken", "ZeroDivisionError: integer division or modulo by zero")),
                read.leftOut());
        String script = Files.readString(Path.of("scripts/peers/torch_bench.py"));
        String torch = script.substring(script.indexOf("What `logitops launch` measures too"));
        List<String> names = Pattern.compile("^            \"(.*)\": ", Pattern.MULTILINE)
                .matcher(torch.substring(0, torch.indexOf("def torch_contenders")))
                .results()
                .map(name -> name.group(1))
                .toList();
        assertEquals(5, names.size());
        assertTrue(LaunchCommandTest.COSTS.containsAll(names), names::toString);
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

package io.github.logitops.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.cli.CommandRun;
import io.github.logitops.cli.Heap;
import io.github.logitops.cli.OutputFile;
import io.github.logitops.cli.SessionOptions;
import io.github.logitops.spec.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandTest {
    @TempDir
    private Path folder;

    @Test
    void measuresEveryOpBesideACopy() throws IOException {
        CommandRun run = CommandRun.of(
                "bench", "--backend=CPU", "--rounds=1", "--columns=21", "--commit=abc", "--folder=" + folder);
        assertEquals(0, run.exitCode(), run.err()::toString);
        Path file = folder.resolve("cpu-abc.json");
        assertEquals("bench: wrote " + file, run.lastLine());
        BenchReport report = ReportFile.read(file);
        TreeSet<String> ops = report.cells().stream()
                .filter(cell -> !cell.isCeiling())
                .map(Cell::op)
                .collect(Collectors.toCollection(TreeSet::new));
        TreeSet<String> suited = BenchGrid.QUICK.ops(new BenchShape(DType.BF16, 2, 21, 64 * 64)).stream()
                .map(BenchOp::name)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(suited, ops);
        for (Cell cell : report.cells()) {
            assertTrue(cell.micros().median() > 0 && report.percentOfCeiling(cell) > 0, cell::toString);
        }
        assertTrue(run.out().stream().anyMatch(line -> line.startsWith("| softmax.forward | BF16 | 2 x 4096 | 21 |")));

        CommandRun reported = CommandRun.of("report", folder);
        assertEquals(0, reported.exitCode());
        assertEquals(
                List.of("## Kernels on a GPU", "", "Not measured.", "", "## Beside others", "", "Not measured."),
                reported.out().subList(0, 7));
        assertTrue(reported.out().stream().anyMatch(line -> line.matches("\\| BF16 \\| 2 x 4096 \\| 21 \\|.*\\d %.*")));
    }

    @Test
    void reportHoldsOthersAgainstOursOnTheSameCard() throws IOException {
        write(
                onCard("First GPU, 80 GiB", "2026-11-24T10:00:00Z", "logitops 1", "logitops", 10),
                folder.resolve("b.json"));
        write(
                onCard("Second GPU, 96 GiB", "2026-11-24T09:00:00Z", "logitops 1", "logitops", 20),
                folder.resolve("a.json"));
        write(onCard("First GPU", "2026-11-24T12:00:00Z", "torch 2", "torch.eager", 25), folder.resolve("c.json"));
        write(onCard("Second GPU", "2026-11-24T11:00:00Z", "torch 2", "torch.eager", 10), folder.resolve("d.json"));
        List<String> lines = CommandRun.of("report", folder).out();
        String head = "| op | dtype | rows | columns | logitops: us, of copy, bytes moved |"
                + " torch.eager: us, of copy, bytes moved | fastest other / ours |";
        String rule = "| --- | --- | --- | --- | --- | --- | --- |";
        assertEquals(
                List.of(
                        "## Beside others",
                        "",
                        "### Second GPU",
                        "",
                        "* torch 2; Linux; 2026-11-24T11:00:00Z, median of 5 rounds",
                        "",
                        head,
                        rule,
                        "| x | BF16 | 4096 | 50257 | 20.0, -, - | 10.0, -, - | 0.50 |",
                        "",
                        "### First GPU",
                        "",
                        "* torch 2; Linux; 2026-11-24T12:00:00Z, median of 5 rounds",
                        "",
                        head,
                        rule,
                        "| x | BF16 | 4096 | 50257 | 10.0, -, - | 25.0, -, - | 2.50 |",
                        "",
                        "## The CPU mode",
                        "",
                        "Not measured."),
                lines.subList(lines.indexOf("## Beside others"), lines.size()));
        int second = lines.indexOf("Second GPU, 96 GiB; Linux; commit 0123456789ab, 2026-11-24T09:00:00Z, quick grid,"
                + " median of 5 rounds:");
        int first = lines.indexOf("First GPU, 80 GiB; Linux; commit 0123456789ab, 2026-11-24T10:00:00Z, quick grid,"
                + " median of 5 rounds:");
        assertTrue(0 < second && second < first, lines::toString);
    }

    private static BenchReport onCard(String device, String date, String tool, String provider, double micros) {
        BenchReport report = BenchReports.of(tool, BenchReports.cell(provider, "x", 200, null, micros));
        return new BenchReport(
                report.schema(),
                tool,
                report.commit(),
                date,
                report.backend(),
                device,
                report.machine(),
                report.grid(),
                report.rounds(),
                report.cells(),
                report.host(),
                report.leftOut());
    }

    @Test
    void fullMeasuresEachOptionBesidePlainLabels() throws IOException {
        CommandRun run = CommandRun.of(
                "bench",
                "--backend=CPU",
                "--full",
                "--rounds=1",
                "--columns=4096",
                "--commit=abc",
                "--folder=" + folder);
        assertEquals(0, run.exitCode(), run.err()::toString);
        String op = "crossEntropy.forwardBackward";
        TreeSet<String> measured = ReportFile.read(folder.resolve("cpu-abc.json")).cells().stream()
                .filter(cell -> cell.op().startsWith(op))
                .map(cell -> cell.dtype() + cell.op().substring(op.length()))
                .collect(Collectors.toCollection(TreeSet::new));
        TreeSet<String> expected = new TreeSet<>();
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
            expected.add(dtype.toString());
            for (String option : List.of(
                    "label smoothing", "class weights", "ignored rows", "z-loss", "soft cap", "entropy", "argmax")) {
                expected.add(dtype + " " + option);
            }
        }
        assertEquals(expected, measured);
    }

    @Test
    void mistakesAreNamed() {
        assertEquals(
                List.of("logitops: bench: no shape of the grid has such rows: columns=[5]"),
                CommandRun.of("bench", "--backend=CPU", "--columns=5").err());
        assertEquals(
                List.of("logitops: bench: at least one round: rounds=0"),
                CommandRun.of("bench", "--rounds=0").err());
        assertEquals(2, CommandRun.of("bench", "--quick", "--full").exitCode());
    }

    @Test
    void aFolderThatCannotBeIsToldBeforeAnythingIsMeasured() throws IOException {
        Path occupied = Files.writeString(folder.resolve("occupied"), "");
        CommandRun run = CommandRun.of("bench", "--backend=CPU", "--commit=abc", "--folder=" + occupied);
        assertEquals(2, run.exitCode());
        assertEquals(
                List.of("logitops: bench: cannot write: file=" + occupied.resolve("cpu-abc.json")
                        + ", cause=Not a directory"),
                run.err());
    }

    @Test
    void aHeapThatIsTooSmallIsToldBeforeAnythingIsMeasured() {
        assertEquals(
                "bench: the arrays to measure with do not fit: bytes=444596224, heap=67108864; give a larger heap with"
                        + " -Xmx",
                assertThrows(
                                IllegalStateException.class,
                                () -> CpuBed.open(new SessionOptions(), new Heap(64 << 20), 0, 0))
                        .getMessage());
    }

    @Test
    void plotDrawsALineForEachOpAndDtype() throws IOException {
        Path json = folder.resolve("some.json");
        ReportFile.write(
                BenchReports.of(
                        "logitops 1",
                        BenchReports.copy(10),
                        BenchReports.cell("logitops", "softmax.forward", 200, null, 12.5),
                        BenchReports.cell("logitops", "softmax.backward", 300, null, 20)),
                OutputFile.tried("bench", json));
        assertEquals(
                List.of("softmax.forward BF16", "softmax.backward BF16"),
                List.copyOf(BenchChart.lines(ReportFile.read(json)).keySet()));
        CommandRun run = CommandRun.of("plot", json);
        assertEquals(0, run.exitCode(), run.err()::toString);
        Path png = folder.resolve("some.png");
        assertEquals("chart: " + png, run.lastLine());
        assertTrue(ImageIO.read(png.toFile()).getWidth() > 400);
    }

    @Test
    void plotFailsWhereNothingCanBeWritten() throws IOException {
        Path json = folder.resolve("some.json");
        ReportFile.write(
                BenchReports.of(
                        "logitops 1",
                        BenchReports.copy(10),
                        BenchReports.cell("logitops", "softmax.forward", 200, null, 12.5)),
                OutputFile.tried("bench", json));
        Path occupied = folder.resolve("some.png");
        Files.createDirectory(occupied);
        CommandRun run = CommandRun.of("plot", json);
        assertEquals(2, run.exitCode());
        assertEquals(List.of("logitops: plot: cannot write: file=" + occupied + ", cause=Is a directory"), run.err());

        CommandRun full = CommandRun.of("plot", json, "--out=/dev/full");
        assertEquals(1, full.exitCode());
        assertEquals(
                List.of("logitops: plot: cannot write: file=/dev/full, cause=No space left on device"), full.err());
    }

    @Test
    void compareJoinsReports() throws IOException {
        Path ours = folder.resolve("ours.json");
        Path theirs = folder.resolve("theirs.json");
        write(BenchReports.of("logitops 1", BenchReports.cell("logitops", "x", 200, null, 12.5)), ours);
        write(BenchReports.of("torch 2", BenchReports.cell("torch.eager", "x", 200, 300L, 25)), theirs);
        CommandRun run = CommandRun.of("compare", ours, theirs);
        assertEquals(0, run.exitCode(), run.err()::toString);
        assertEquals("| x | BF16 | 4096 | 50257 | 12.5, -, - | 25.0, -, x 1.50 | 2.00 |", run.lastLine());
    }

    @Test
    void compareHoldsOursAgainstOurs() throws IOException {
        Path before = folder.resolve("before.json");
        Path after = folder.resolve("after.json");
        write(BenchReports.of("logitops 1", BenchReports.cell("logitops", "x", 200, null, 25)), before);
        write(BenchReports.of("logitops 2", BenchReports.cell("logitops", "x", 200, null, 20)), after);
        CommandRun run = CommandRun.of("compare", before, after);
        assertEquals(0, run.exitCode(), run.err()::toString);
        assertEquals(
                List.of(
                        before + ": logitops 1, commit 0123456789ab, 2026-11-24T10:00:00Z, on Some GPU",
                        after + ": logitops 2, commit 0123456789ab, 2026-11-24T10:00:00Z, on Some GPU"),
                run.out().subList(0, 2));
        assertEquals("| x | BF16 | 4096 | 50257 | 25.0, -, - | 20.0, -, - | 1.25 |", run.lastLine());
    }

    private static void write(BenchReport report, Path file) throws IOException {
        ReportFile.write(report, OutputFile.tried("bench", file));
    }

    @Test
    void whatCannotBeComparedIsNamed() throws IOException {
        Path one = folder.resolve("one.json");
        Path other = folder.resolve("other.json");
        write(BenchReports.of("logitops 1", BenchReports.cell("logitops", "x", 200, null, 25)), one);
        write(BenchReports.of("logitops 2", BenchReports.cell("logitops", "y", 200, null, 20)), other);
        CommandRun run = CommandRun.of("compare", one, other);
        assertEquals(2, run.exitCode());
        assertEquals(List.of(), run.out());
        assertEquals(
                List.of("logitops: compare: no op and shape stands in two of them, nor a cost of the host: files=["
                        + one + ", " + other + "]"),
                run.err());
        assertEquals(
                List.of(
                        "logitops: compare: of bench there is one report beside others, or two alone: ofBench=3, others=0"),
                CommandRun.of("compare", one, other, one).err());
    }
}

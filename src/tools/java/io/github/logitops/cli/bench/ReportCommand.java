package io.github.logitops.cli.bench;

import io.github.logitops.Backend;
import io.github.logitops.cli.LibraryVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code logitops report}: all that was ever measured, for docs/benchmarks.md. */
@Command(
        name = "report",
        description = "Prints what the JSON files in a folder say, as Markdown. What was not measured says so.",
        mixinStandardHelpOptions = true,
        versionProvider = LibraryVersion.class)
public final class ReportCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "FOLDER", defaultValue = "docs/benchmarks")
    private Path folder;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
        Map<Boolean, List<BenchReport>> byCells = files.stream()
                .map(ReportFile::read)
                .sorted(Comparator.comparing(BenchReport::date))
                .collect(Collectors.partitioningBy(report -> report.cells().isEmpty()));
        List<BenchReport> reports = byCells.get(false);
        Map<Boolean, List<BenchReport>> byHead =
                byCells.get(true).stream().collect(Collectors.partitioningBy(ReportCommand::isOfHead));
        List<String> sections = new ArrayList<>(List.of(
                section("Kernels on a GPU", ours(reports, Backend.CUDA)),
                section("Beside others", besideOthers(reports)),
                section("The CPU mode", ours(reports, Backend.CPU))));
        addCosts("A language model's head", byHead.get(true), sections);
        addCosts("What calls cost the host", byHead.get(false), sections);
        PrintWriter out = spec.commandLine().getOut();
        out.print(String.join(System.lineSeparator(), sections));
        out.flush();
        return 0;
    }

    private static boolean isOfHead(BenchReport report) {
        return report.grid().startsWith(HeadCommand.GRID);
    }

    private static void addCosts(String title, List<BenchReport> reports, List<String> sections) {
        if (!reports.isEmpty()) {
            sections.add(section(title, List.of(HostTable.of(reports))));
        }
    }

    private static String section(String title, List<String> parts) {
        String text = parts.isEmpty() ? String.format("Not measured.%n") : String.join(System.lineSeparator(), parts);
        return String.format("## %s%n%n%s", title, text);
    }

    /** Each report of ours, the oldest first. */
    private static List<String> ours(List<BenchReport> reports, Backend backend) {
        return reports.stream()
                .filter(report -> report.isOurs() && report.backend().equals(backend.toString()))
                .map(ReportCommand::text)
                .toList();
    }

    private static String text(BenchReport report) {
        StringBuilder text = new StringBuilder(String.format(
                "%s; %s; commit %s, %s, %s grid, median of %d rounds:%n%n%s",
                report.device(),
                report.machine(),
                report.commit(),
                report.date(),
                report.grid(),
                report.rounds(),
                report.providers().size() > 1 ? PeerTable.of(report) : BenchMatrix.of(report)));
        if (!report.host().isEmpty()) {
            text.append(System.lineSeparator());
        }
        for (HostCost cost : report.host()) {
            String median = BenchTable.number(cost.value().median());
            text.append(String.format("* %s: %s %s%n", cost.name(), median, cost.unit()));
        }
        return text.toString();
    }

    /** A table for each card that others were measured on. */
    private static List<String> besideOthers(List<BenchReport> reports) {
        return reports.stream()
                .filter(report -> !report.isOurs())
                .map(BenchReport::card)
                .distinct()
                .map(card -> besideOthers(
                        card,
                        reports.stream()
                                .filter(report -> report.card().equals(card))
                                .toList()))
                .toList();
    }

    private static String besideOthers(String card, List<BenchReport> onCard) {
        StringBuilder text = new StringBuilder(String.format("### %s%n%n", card));
        onCard.stream()
                .filter(report -> !report.isOurs())
                .forEach(report -> text.append(String.format(
                        "* %s; %s; %s, median of %d rounds%n",
                        report.tool(), report.machine(), report.date(), report.rounds())));
        return text.append(System.lineSeparator())
                .append(CompareTable.ofProviders(onCard))
                .toString();
    }
}

package io.github.logitops.cli.bench;

import io.github.logitops.Backend;
import io.github.logitops.cli.LibraryVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
        List<BenchReport> reports = new ArrayList<>();
        List<BenchReport> launches = new ArrayList<>();
        for (Path file : files) {
            BenchReport report = ReportFile.read(file);
            (report.cells().isEmpty() ? launches : reports).add(report);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("## Kernels on a GPU");
        List<BenchReport> ours = ours(reports, Backend.CUDA);
        if (ours.isEmpty()) {
            out.printf("%nNo GPU yet.%n%n%s", BenchMatrix.of(null, BenchGrid.QUICK.onGpu()));
        }
        ours.forEach(report -> print(out, report, BenchGrid.QUICK.onGpu()));
        out.printf("%n## Beside others%n%n");
        out.print(
                reports.stream().allMatch(BenchReport::isOurs) ? "Not measured.\n" : CompareTable.ofProviders(reports));
        out.printf("%n## The CPU mode%n");
        ours(reports, Backend.CPU).forEach(report -> print(out, report, BenchGrid.QUICK.onCpu()));
        if (!launches.isEmpty()) {
            out.printf("%n## What calls cost the host%n%n%s", HostTable.of(launches));
        }
        out.flush();
        return 0;
    }

    private static List<BenchReport> ours(List<BenchReport> reports, Backend backend) {
        return reports.stream()
                .filter(report -> report.isOurs() && report.backend().equals(backend.toString()))
                .toList();
    }

    private static void print(PrintWriter out, BenchReport report, List<BenchShape> shapes) {
        out.printf(
                "%n%s; %s; commit %s, %s, median of %d rounds:%n%n%s",
                report.device(),
                report.machine(),
                report.commit(),
                report.date(),
                report.rounds(),
                BenchMatrix.of(report, shapes));
        if (!report.host().isEmpty()) {
            out.println();
            report.host()
                    .forEach(cost -> out.printf(
                            "* %s: %s %s%n",
                            cost.name(), BenchTable.number(cost.value().median()), cost.unit()));
        }
    }
}

package io.github.logitops.cli.bench;

import io.github.logitops.cli.LibraryVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code logitops compare}: ours against theirs, or before against after. */
@Command(
        name = "compare",
        description =
                "Joins the JSON of bench and of scripts/peers into one table: times side by side, each beside the copy of"
                        + " its own run, and their ratio; and the host's costs of launch. Two files of bench are before and after."
                        + " Says what was left out, and why. Exit code 2 if they have nothing in common.",
        mixinStandardHelpOptions = true,
        versionProvider = LibraryVersion.class)
public final class CompareCommand implements Callable<Integer> {
    @Parameters(
            arity = "2..*",
            paramLabel = "JSON",
            description =
                    "what bench and the peers wrote: one of bench beside others, or two of bench, before and after")
    private List<Path> files;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<BenchReport> reports = new ArrayList<>();
        for (Path file : files) {
            reports.add(ReportFile.read(file));
        }
        CompareTable table = table(reports);
        boolean hostJoins = HostTable.joins(reports);
        if (table.isEmpty() && !hostJoins) {
            throw new IllegalArgumentException(
                    "compare: no op and shape stands in two of them, nor a cost of the host: files=" + files);
        }
        PrintWriter out = spec.commandLine().getOut();
        for (int i = 0; i < files.size(); i++) {
            BenchReport report = reports.get(i);
            out.printf(
                    "%s: %s, commit %s, %s, on %s%n",
                    files.get(i), report.tool(), report.commit(), report.date(), report.device());
            report.leftOut().forEach(each -> out.printf("  left out: %s: %s%n", each.what(), each.reason()));
        }
        if (!table.isEmpty()) {
            out.printf("%n%s", table);
        }
        if (hostJoins) {
            out.printf("%n%s", HostTable.of(reports));
        }
        return 0;
    }

    private static CompareTable table(List<BenchReport> reports) {
        long ours = reports.stream().filter(BenchReport::isOurs).count();
        if (ours == 2 && reports.size() == 2) {
            return CompareTable.ofRuns(reports.get(0), reports.get(1));
        }
        if (ours > 1) {
            throw new IllegalArgumentException(
                    "compare: of bench there is one report beside others, or two alone: ofBench=" + ours + ", others="
                            + (reports.size() - ours));
        }
        return CompareTable.ofProviders(reports);
    }
}

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

/** {@code logitops compare}: ours against theirs. */
@Command(
        name = "compare",
        description =
                "Joins the JSON of bench and of scripts/peers into one table: times side by side, each beside the copy of"
                        + " its own run.",
        mixinStandardHelpOptions = true,
        versionProvider = LibraryVersion.class)
public final class CompareCommand implements Callable<Integer> {
    @Parameters(arity = "2..*", paramLabel = "JSON", description = "what bench and the peers wrote")
    private List<Path> files;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<BenchReport> reports = new ArrayList<>();
        for (Path file : files) {
            reports.add(ReportFile.read(file));
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(CompareTable.of(reports));
        out.flush();
        return 0;
    }
}

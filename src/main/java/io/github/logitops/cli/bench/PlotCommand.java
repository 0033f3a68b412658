package io.github.logitops.cli.bench;

import io.github.logitops.cli.ChartFile;
import io.github.logitops.cli.LibraryVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code logitops plot}: a picture of what {@code bench} measured, drawn where there are fonts. */
@Command(
        name = "plot",
        description = "Draws the JSON of bench as a PNG: percent of copy over row length, a line for each op and dtype."
                + " Where nothing can be drawn it says so, and the exit code is 0 all the same.",
        mixinStandardHelpOptions = true,
        versionProvider = LibraryVersion.class)
public final class PlotCommand implements Callable<Integer> {
    @Parameters(paramLabel = "JSON", description = "what bench wrote")
    private Path json;

    @Option(names = "--out", paramLabel = "PNG", description = "where the chart goes (default: beside the JSON)")
    private Path png;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        BenchReport report = ReportFile.read(json);
        String name = json.getFileName().toString().replaceAll("\\.json$", "") + ".png";
        Path file = png != null ? png : json.resolveSibling(name);
        if (BenchChart.lines(report).isEmpty()) {
            throw new IllegalArgumentException("plot: nothing was measured beside a copy: file=" + json);
        }
        if (ChartFile.write("plot", file, spec.commandLine().getErr(), target -> BenchChart.write(report, target))) {
            spec.commandLine().getOut().println("chart: " + file);
        }
        return 0;
    }
}

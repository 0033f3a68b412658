package io.github.logitops.cli.bench;

import io.github.logitops.cli.ChartFile;
import io.github.logitops.cli.LibraryVersion;
import io.github.logitops.cli.OutputFile;
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
        description =
                "Draws the JSON of bench as a PNG: percent of copy over row length, a line for each op and dtype; or with"
                        + " peers, the speed of each op and shape, a bar for each of them."
                        + " Where nothing can be drawn it says so, and the exit code is 0 all the same; 2 or 1 if the PNG cannot be written.",
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
        boolean peers = report.providers().size() > 1 && report.isOurs();
        if (!peers && BenchChart.lines(report).isEmpty()) {
            throw new IllegalArgumentException("plot: nothing was measured beside a copy: file=" + json);
        }
        OutputFile chart = OutputFile.tried("plot", file);
        if (ChartFile.write(
                chart, spec.commandLine().getErr(), () -> peers ? PeerChart.png(report) : BenchChart.png(report))) {
            spec.commandLine().getOut().println("chart: " + chart);
        }
        return 0;
    }
}

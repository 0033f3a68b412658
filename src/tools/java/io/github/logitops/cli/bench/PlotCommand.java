package io.github.logitops.cli.bench;

import io.github.logitops.cli.ChartFile;
import io.github.logitops.cli.ChartFile.Drawing;
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

/** {@code logitops plot}: a picture of what {@code bench} measured, or of a fit's history, drawn where there are fonts. */
@Command(
        name = "plot",
        description =
                "Draws the JSON of bench as a PNG: percent of copy over row length, a line for each op and dtype; or with"
                        + " peers, the speed of each op and shape, a bar for each of them."
                        + " Of a CSV, the history of a fit on Spark, it draws the objective over iterations."
                        + " Where nothing can be drawn it says so, and the exit code is 0 all the same; 2 or 1 if the PNG cannot be written.",
        mixinStandardHelpOptions = true,
        versionProvider = LibraryVersion.class)
public final class PlotCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "the JSON that bench wrote; or the CSV of a fit's history")
    private Path measured;

    @Option(names = "--out", paramLabel = "PNG", description = "where the chart goes (default: beside the file)")
    private Path png;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Drawing drawing = HistoryChart.isHistory(measured)
                ? HistoryChart.read(measured)::png
                : drawing(ReportFile.read(measured));
        String name = measured.getFileName().toString().replaceAll("\\.(json|csv)$", "") + ".png";
        OutputFile chart = OutputFile.tried("plot", png != null ? png : measured.resolveSibling(name));
        if (ChartFile.write(chart, spec.commandLine().getErr(), drawing)) {
            spec.commandLine().getOut().println("chart: " + chart);
        }
        return 0;
    }

    private Drawing drawing(BenchReport report) {
        if (report.providers().size() > 1 && report.isOurs()) {
            return () -> PeerChart.png(report);
        }
        if (BenchChart.lines(report).isEmpty()) {
            throw new IllegalArgumentException("plot: nothing was measured beside a copy: file=" + measured);
        }
        return () -> BenchChart.png(report);
    }
}

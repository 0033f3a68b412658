package io.github.logitops.cli.bench;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.cli.LibraryVersion;
import io.github.logitops.cli.OutputFile;
import io.github.logitops.driver.CudaDriver;
import io.github.logitops.driver.InstrumentedDriver;
import io.github.logitops.memory.Stream;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code logitops launch}: what do calls cost the program that makes them, beside what the driver alone costs? */
@Command(
        name = "launch",
        description =
                "Measures what calls cost the host: cold in a fresh process and warm, queued and waited for, on one thread and"
                        + " several, and replayed from CUDA graphs, beside the driver's launch alone. Prints a table and writes JSON for compare.",
        mixinStandardHelpOptions = true,
        versionProvider = LibraryVersion.class)
public final class LaunchCommand implements Callable<Integer> {
    @Mixin
    private RunOptions run = new RunOptions();

    @Option(names = "--seconds", description = "of calls before a number counts as warm (default: ${DEFAULT-VALUE})")
    private double seconds = 2;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        int rounds = run.rounds("launch");
        if (!(seconds >= 0 && seconds <= 60)) {
            throw new IllegalArgumentException("launch: seconds of warm-up must be in [0, 60]: seconds=" + seconds);
        }
        PrintWriter out = spec.commandLine().getOut();
        BenchReport report;
        OutputFile file;
        try (LogitOps ops = run.session().open();
                Stream stream = ops.newStream()) {
            out.println(ops.backendReport());
            out.flush();
            file = run.file("launch", "launch-", ops.backendReport());
            HostClock clock = new HostClock(stream, rounds, (long) (seconds * 1e9));
            List<HostCost> costs = new ArrayList<>(new HostCosts(ops, clock).measure());
            if (ops.backendReport().selected() == Backend.CUDA) {
                try (InstrumentedDriver driver = CudaDriver.open(0)) {
                    costs.addAll(new DriverCosts(driver, ops, clock).measure());
                    driver.graphs().ifPresent(graphs -> costs.addAll(new ReplayCosts(graphs, ops, clock).measure()));
                }
            }
            report = run.report(ops.backendReport(), "launch", List.of(), costs, List.of());
        }
        out.println(HostTable.of(List.of(report)));
        ReportFile.write(report, file);
        out.println("launch: wrote " + file);
        return 0;
    }
}

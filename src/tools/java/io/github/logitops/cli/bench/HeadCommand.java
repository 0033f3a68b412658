package io.github.logitops.cli.bench;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.cli.LibraryVersion;
import io.github.logitops.cli.OutputFile;
import io.github.logitops.driver.CudaDriver;
import io.github.logitops.driver.InstrumentedDriver;
import io.github.logitops.spec.DType;
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

/** {@code logitops head}: what do a language model's last layer and its cross entropy take, in time and memory? */
@Command(
        name = "head",
        description =
                "Measures a linear layer with cross entropy in chunks of several lengths, and on a GPU the products of matrices"
                        + " alone. Prints a table and writes JSON for compare.",
        mixinStandardHelpOptions = true,
        versionProvider = LibraryVersion.class)
public final class HeadCommand implements Callable<Integer> {
    /** What the grid of its reports begins with. */
    static final String GRID = "head, ";

    @Mixin
    private RunOptions run = new RunOptions();

    @Option(names = "--rows", description = "tokens (default: ${DEFAULT-VALUE})")
    private int rows = 8192;

    @Option(names = "--features", description = "of a token (default: ${DEFAULT-VALUE})")
    private int features = 4096;

    @Option(names = "--classes", description = "the vocabulary (default: ${DEFAULT-VALUE})")
    private int classes = 128256;

    @Option(
            names = "--dtype",
            description = "of hidden rows and weight: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private DType dtype = DType.BF16;

    @Option(names = "--chunks", split = ",", description = "rows of logits at a time (default: 1024,2048,4096,8192)")
    private List<Integer> chunks = List.of(1024, 2048, 4096, 8192);

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        int rounds = run.rounds("head");
        HeadShape shape = new HeadShape(rows, features, classes, dtype);
        PrintWriter out = spec.commandLine().getOut();
        BenchReport report;
        OutputFile file;
        try (LogitOps ops = run.session().open()) {
            out.println(ops.backendReport());
            out.flush();
            file = run.file("head", "head-", ops.backendReport());
            List<HostCost> costs = new ArrayList<>();
            try (HeadCosts measured = new HeadCosts(ops, shape, rounds)) {
                costs.addAll(measured.of(chunks));
                if (ops.backendReport().selected() == Backend.CUDA) {
                    try (InstrumentedDriver driver = CudaDriver.open(0)) {
                        costs.addAll(measured.products(driver.matrixProducts()));
                    }
                }
            }
            report = run.report(ops.backendReport(), GRID + shape, List.of(), costs, List.of());
        }
        out.println(HostTable.of(List.of(report)));
        ReportFile.write(report, file);
        out.println("head: wrote " + file);
        return 0;
    }
}

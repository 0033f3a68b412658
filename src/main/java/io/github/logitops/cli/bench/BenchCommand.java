package io.github.logitops.cli.bench;

import io.github.logitops.Backend;
import io.github.logitops.BackendReport;
import io.github.logitops.BackendUnavailableException;
import io.github.logitops.cli.Heap;
import io.github.logitops.cli.LibraryVersion;
import io.github.logitops.cli.OutputFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code logitops bench}: how fast are softmax, log-softmax and cross entropy on this machine, beside what its memory can do? */
@Command(
        name = "bench",
        description =
                "Measures softmax, log-softmax and cross entropy, each way, and in the same rounds what the memory below can do. Prints a table and writes JSON"
                        + " for plot and compare.",
        mixinStandardHelpOptions = true,
        versionProvider = LibraryVersion.class)
public final class BenchCommand implements Callable<Integer> {
    private static final double GPU_TARGET_MICROS = 4000;
    private static final double CPU_TARGET_MICROS = 50000;

    /** Which shapes. */
    static final class Size {
        @Option(names = "--quick", description = "few shapes, under two minutes (the default)")
        private boolean quick;

        @Option(names = "--full", description = "every shape of docs/gpu-kit.md")
        private boolean full;

        BenchGrid grid() {
            return full ? BenchGrid.FULL : BenchGrid.QUICK;
        }
    }

    @ArgGroup(exclusive = true)
    private Size size = new Size();

    @Option(names = "--backend", description = "AUTO, CUDA or CPU (default: ${DEFAULT-VALUE})")
    private Backend backend = Backend.AUTO;

    @Option(names = "--rounds", description = "how often to measure each cell (default: ${DEFAULT-VALUE})")
    private int rounds = 7;

    @Option(names = "--columns", split = ",", description = "only rows of these lengths (default: all)")
    private List<Integer> columns = List.of();

    @Option(names = "--commit", description = "of the sources, for the record (default: ${DEFAULT-VALUE})")
    private String commit = "unknown";

    @Option(names = "--folder", description = "where the JSON goes (default: ${DEFAULT-VALUE})")
    private Path folder = Path.of("target/benchmarks");

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (rounds < 1) {
            throw new IllegalArgumentException("bench: at least one round: rounds=" + rounds);
        }
        PrintWriter out = spec.commandLine().getOut();
        BenchReport report;
        OutputFile file;
        try (Bed bed = bed()) {
            out.println(bed.ops().backendReport());
            out.flush();
            file = OutputFile.tried("bench", folder.resolve(fileName(bed.ops().backendReport())));
            report = measure(bed, spec.commandLine().getErr());
        }
        out.println(BenchTable.of(report));
        ReportFile.write(report, file);
        out.println("bench: wrote " + file);
        return 0;
    }

    private Bed bed() {
        if (backend == Backend.CPU) {
            return CpuBed.open(Heap.here());
        }
        try {
            return CudaBed.open();
        } catch (BackendUnavailableException e) {
            if (backend == Backend.CUDA) {
                throw e;
            }
            return CpuBed.open(Heap.here());
        }
    }

    private BenchReport measure(Bed bed, PrintWriter progress) {
        Backend selected = bed.ops().backendReport().selected();
        boolean onGpu = selected == Backend.CUDA;
        BenchGrid grid = size.grid();
        List<BenchShape> shapes = (onGpu ? grid.onGpu() : grid.onCpu())
                .stream()
                        .filter(shape -> columns.isEmpty() || columns.contains(shape.columns()))
                        .toList();
        if (shapes.isEmpty()) {
            throw new IllegalArgumentException("bench: no shape of the grid has such rows: columns=" + columns);
        }
        Rounds measured = new Rounds(rounds, onGpu ? GPU_TARGET_MICROS : CPU_TARGET_MICROS);
        List<Cell> cells = new Measurement(bed, measured, progress).of(shapes);
        List<HostCost> host = new ArrayList<>(new HostCosts(bed, rounds).measure());
        host.addAll(bed.hostCosts(rounds));
        return new BenchReport(
                BenchReport.SCHEMA,
                "logitops " + LibraryVersion.text(),
                commit,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                selected.toString(),
                bed.ops().backendReport().device(),
                machine(),
                grid.toString().toLowerCase(Locale.ROOT),
                rounds,
                cells,
                host);
    }

    private static String machine() {
        return String.join(
                ", ",
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors() + " processors" + processor(),
                "Java " + System.getProperty("java.version"));
    }

    /** The processor's name where Linux tells it. */
    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.replaceFirst(".*:\\s*", " of "))
                    .findFirst()
                    .orElse("");
        } catch (IOException | UncheckedIOException e) {
            return "";
        }
    }

    /** Such as nvidia-h200-0123456789ab.json. */
    private String fileName(BackendReport report) {
        String device = report.device().replaceAll(",.*", "");
        return (device + "-" + commit).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-") + ".json";
    }
}

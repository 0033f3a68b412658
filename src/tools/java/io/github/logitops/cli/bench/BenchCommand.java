package io.github.logitops.cli.bench;

import io.github.logitops.Backend;
import io.github.logitops.BackendUnavailableException;
import io.github.logitops.cli.Heap;
import io.github.logitops.cli.LibraryVersion;
import io.github.logitops.cli.OutputFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code logitops bench}: how fast is each op on this machine, beside what its memory can do? */
@Command(
        name = "bench",
        description =
                "Measures every op, each way, and in the same rounds what the memory below can do. Prints a table and writes"
                        + " JSON for plot and compare.",
        mixinStandardHelpOptions = true,
        versionProvider = LibraryVersion.class)
public final class BenchCommand implements Callable<Integer> {
    /** Which shapes. */
    static final class Size {
        @Option(names = "--quick", description = "few shapes, under two minutes (the default)")
        private boolean quick;

        @Option(names = "--full", description = "every shape of docs/gpu-kit.md, under four minutes")
        private boolean full;

        @Option(
                names = "--peers",
                description =
                        "in the CPU mode, in the same rounds: a plain loop in Java, and the peers on the class path;"
                                + " under five minutes")
        private boolean peers;

        BenchGrid grid() {
            return peers ? BenchGrid.PEERS : full ? BenchGrid.FULL : BenchGrid.QUICK;
        }
    }

    @ArgGroup(exclusive = true)
    private Size size = new Size();

    @Mixin
    private RunOptions run = new RunOptions();

    @Option(names = "--columns", split = ",", description = "only rows of these lengths (default: all)")
    private List<Integer> columns = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        int rounds = run.rounds("bench");
        PrintWriter out = spec.commandLine().getOut();
        BenchReport report;
        OutputFile file;
        try (Bed bed = size.peers ? bedOfPeers() : bed()) {
            out.println(bed.ops().backendReport());
            Peers peers = size.peers ? Peers.found() : Peers.NONE;
            if (size.peers) {
                peers.missing().ifPresent(out::println);
            }
            out.flush();
            file = run.file("bench", size.peers ? "peers-" : "", bed.ops().backendReport());
            report = measure(bed, rounds, peers, spec.commandLine().getErr());
        }
        out.println(size.peers ? PeerTable.of(report) : BenchTable.of(report));
        if (size.peers) {
            report.leftOut().forEach(each -> out.printf("bench: left out: %s: %s%n", each.what(), each.reason()));
        }
        ReportFile.write(report, file);
        out.println("bench: wrote " + file);
        return 0;
    }

    private Bed bed() {
        if (run.session().backend() == Backend.CPU) {
            return CpuBed.open(run.session(), Heap.here(), 0, 0);
        }
        try {
            return CudaBed.open();
        } catch (BackendUnavailableException e) {
            if (run.session().backend() == Backend.CUDA) {
                throw e;
            }
            return CpuBed.open(run.session(), Heap.here(), 0, 0);
        }
    }

    private Bed bedOfPeers() {
        if (run.session().backend() == Backend.CUDA) {
            throw new IllegalArgumentException("bench: peers are measured in the CPU mode alone: backend=CUDA");
        }
        long largest = shapes(false).stream().mapToLong(BenchShape::span).max().orElseThrow();
        return CpuBed.open(run.session(), Heap.here(), largest, Peers.TENSORS * largest);
    }

    private List<BenchShape> shapes(boolean onGpu) {
        BenchGrid grid = size.grid();
        List<BenchShape> shapes = (onGpu ? grid.onGpu() : grid.onCpu())
                .stream()
                        .filter(shape -> columns.isEmpty() || columns.contains(shape.columns()))
                        .toList();
        if (shapes.isEmpty()) {
            throw new IllegalArgumentException("bench: no shape of the grid has such rows: columns=" + columns);
        }
        return shapes;
    }

    private BenchReport measure(Bed bed, int rounds, Peers peers, PrintWriter progress) {
        boolean onGpu = bed.ops().backendReport().selected() == Backend.CUDA;
        Rounds measured = size.peers ? Rounds.besidePeers(rounds) : onGpu ? Rounds.onGpu(rounds) : Rounds.onCpu(rounds);
        Measurement measurement = new Measurement(bed, measured, size.grid()::ops, peers, progress);
        List<Cell> cells = measurement.of(shapes(onGpu));
        return run.report(
                bed.ops().backendReport(),
                peers.versions(),
                size.grid().toString().toLowerCase(Locale.ROOT),
                cells,
                List.of(),
                measurement.leftOut());
    }
}

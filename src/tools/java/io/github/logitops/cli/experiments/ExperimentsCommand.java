package io.github.logitops.cli.experiments;

import io.github.logitops.cli.CublasProbe;
import io.github.logitops.cli.LibraryVersion;
import io.github.logitops.cli.ShippedPtx;
import io.github.logitops.driver.CudaDriver;
import io.github.logitops.driver.Driver;
import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;
import io.github.logitops.memory.DriverException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code logitops experiments}: questions that only a real driver answers. Each prints what it found, a refusal too. */
@Command(
        name = "experiments",
        description =
                "Asks the CUDA driver here what nothing else can tell. Exit code 0 if the experiment ran, whatever it found;"
                        + " 1 if there is no GPU.",
        mixinStandardHelpOptions = true,
        versionProvider = LibraryVersion.class)
public final class ExperimentsCommand implements Runnable {
    private static final int CLUSTER_SIZE = 2;
    private static final int BLOCKS = 8;

    @Spec
    private CommandSpec spec;

    /** Without an experiment: which there are. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(
            name = "jit",
            description =
                    "Loads every module of PTX that this device may run, and takes the time: of the driver's compiler, or of"
                            + " its cache (CUDA_CACHE_PATH, CUDA_CACHE_DISABLE).",
            mixinStandardHelpOptions = true)
    void jit() throws IOException {
        try (Driver driver = open()) {
            println("%s", driver.device());
            double all = 0;
            for (ShippedPtx ptx : ShippedPtx.all()) {
                if (ptx.architecture() <= driver.computeCapability()) {
                    all += load(driver, ptx);
                }
            }
            println("jit: all modules in %.1f ms", all);
        }
    }

    private double load(Driver driver, ShippedPtx ptx) throws IOException {
        byte[] bytes = ptx.bytes();
        long start = System.nanoTime();
        String outcome = "accepted";
        try {
            driver.loadModule(ptx.module(), bytes);
        } catch (DriverException e) {
            outcome = "refused: " + e.getMessage();
        }
        double millis = (System.nanoTime() - start) / 1e6;
        println("jit: %-32s %8.1f ms  %s", ptx, millis, outcome);
        return millis;
    }

    @Command(
            name = "cluster",
            description = "Launches a kernel whose clusters have compile-time dimensions through cuLaunchKernel.",
            mixinStandardHelpOptions = true)
    void cluster() throws IOException {
        try (Driver driver = open()) {
            println("%s", driver.device());
            println("cluster: %s", driver.computeCapability() < 90 ? "needs compute capability 9.0" : launch(driver));
        }
    }

    private static String launch(Driver driver) throws IOException {
        byte[] ptx;
        try (InputStream resource = ExperimentsCommand.class.getResourceAsStream("cluster.ptx")) {
            ptx = resource.readAllBytes();
        }
        try {
            int bytes = BLOCKS * 2 * Integer.BYTES;
            long stream = driver.createStream();
            long ranks = driver.allocate(bytes);
            ByteBuffer host = driver.allocateHost(bytes);
            long function = driver.function(driver.loadModule("cluster", ptx), "cluster_ranks");
            KernelArguments arguments = new KernelArguments().pointer(ranks);
            driver.launch(new Launch(function, "cluster_ranks", BLOCKS, 32, arguments), stream);
            driver.copyToHost(host, ranks, stream);
            driver.synchronize(stream);
            for (int block = 0; block < BLOCKS; block++) {
                int rank = host.getInt(block * 8);
                int size = host.getInt(block * 8 + 4);
                if (rank != block % CLUSTER_SIZE || size != CLUSTER_SIZE) {
                    return "launched, but not in clusters: block=" + block + ", rank=" + rank + ", size=" + size;
                }
            }
            return "launched: clusters of " + CLUSTER_SIZE + " blocks";
        } catch (DriverException e) {
            return "refused: " + e.getMessage();
        }
    }

    @Command(name = "cublas", description = "Makes a cuBLAS handle through JCublas.", mixinStandardHelpOptions = true)
    void cublas() {
        String found;
        try (Driver driver = open()) {
            println("%s", driver.device());
            found = "runs, version " + CublasProbe.version();
        } catch (DriverException e) {
            found = "does not run: " + e.getMessage();
        }
        println("cublas: %s", found);
    }

    private static Driver open() {
        try {
            return CudaDriver.open(0);
        } catch (DriverException e) {
            throw new IllegalStateException("CUDA backend unavailable: " + e.getMessage(), e);
        }
    }

    private void println(String format, Object... values) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }
}

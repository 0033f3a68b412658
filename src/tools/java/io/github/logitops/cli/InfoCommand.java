package io.github.logitops.cli;

import io.github.logitops.Backend;
import io.github.logitops.BackendReport;
import io.github.logitops.LogitOps;
import io.github.logitops.device.KernelExecutor;
import io.github.logitops.driver.CudaDriver;
import io.github.logitops.driver.Driver;
import io.github.logitops.memory.DriverException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What would run here, and where. */
@Command(
        name = "info",
        description = "Shows which backend is chosen here and why.",
        mixinStandardHelpOptions = true,
        versionProvider = LibraryVersion.class)
final class InfoCommand implements Callable<Integer> {
    @Mixin
    private SessionOptions session = new SessionOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        BackendReport report;
        try (LogitOps ops = session.open()) {
            report = ops.backendReport();
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("logitops  " + LibraryVersion.text());
        out.println("backend   " + report.selected() + " (" + report.requested() + ")");
        out.println("device    " + report.device());
        if (report.device().contains(" MIG ")) { // so CUDA names slices
            out.println("mig       a slice: a share of the card's multiprocessors, memory and caches");
        }
        out.println("reason    " + report.reason());
        if (report.selected() == Backend.CUDA) {
            printClusters(out);
            out.println("cublas    " + cublas());
        }
        printKernels(out);
        out.println("java      " + property("java.version") + ", " + property("java.vm.name"));
        out.println("os        " + property("os.name") + " " + property("os.version") + ", " + property("os.arch"));
        out.println("heap      at most " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB");
        return 0;
    }

    /** Whether blocks share long rows, which a slice of a device may refuse. */
    private static void printClusters(PrintWriter out) {
        try (Driver driver = CudaDriver.open(0)) {
            int blocks = new KernelExecutor(driver).clusterBlocks();
            out.println("clusters  " + (blocks > 1 ? "up to " + blocks + " blocks share a long row" : "none"));
        }
    }

    /** Its version, or why it does not run. No op needs it. */
    private static Object cublas() {
        try {
            return CublasProbe.version();
        } catch (DriverException e) {
            return "none: " + e.getMessage();
        }
    }

    /** Which kernels there are, for which architectures, and who compiled them. */
    private static void printKernels(PrintWriter out) throws IOException {
        TreeSet<String> architectures = new TreeSet<>();
        TreeSet<String> kernels = new TreeSet<>();
        for (ShippedPtx ptx : ShippedPtx.all()) {
            kernels.add(ptx.module()
                    .replaceFirst("(_(rows|held\\d|cols\\d*|tile|cluster_rows|cluster_held))?_b?f\\d+$", ""));
            architectures.add("sm_" + ptx.architecture());
        }
        out.println("kernels   " + String.join(", ", kernels));
        out.println("targets   " + String.join(", ", architectures)
                + ": a device gets the newest that is not newer than it");
        out.println("compiler  nvcc " + ShippedPtx.manifest().getProperty("nvcc.version"));
    }

    private static String property(String name) {
        return System.getProperty(name);
    }
}

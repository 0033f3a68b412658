package io.github.logitops.cli;

import io.github.logitops.Backend;
import io.github.logitops.BackendReport;
import io.github.logitops.LogitOps;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What would run here, and where. */
@Command(
        name = "info",
        description = "Shows which backend is chosen here and why.",
        mixinStandardHelpOptions = true,
        versionProvider = LibraryVersion.class)
final class InfoCommand implements Callable<Integer> {
    private static final String MANIFEST = "/io/github/logitops/ptx/manifest.properties";
    private static final Pattern PTX = Pattern.compile("ptx\\.(\\w+)\\.(sm_\\d+)\\.ptx");

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        BackendReport report;
        try (LogitOps ops = LogitOps.open(Backend.AUTO)) {
            report = ops.backendReport();
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("logitops  " + LibraryVersion.text());
        out.println("backend   " + report.selected() + " (" + report.requested() + ")");
        out.println("device    " + report.device());
        out.println("reason    " + report.reason());
        printKernels(out);
        out.println("java      " + property("java.version") + ", " + property("java.vm.name"));
        out.println("os        " + property("os.name") + " " + property("os.version") + ", " + property("os.arch"));
        out.println("heap      at most " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB");
        return 0;
    }

    /** What the manifest of the PTX says: which modules there are, for which architectures, and who compiled them. */
    private static void printKernels(PrintWriter out) throws IOException {
        Properties manifest = new Properties();
        try (InputStream resource = InfoCommand.class.getResourceAsStream(MANIFEST)) {
            manifest.load(resource);
        }
        TreeSet<String> modules = new TreeSet<>();
        TreeSet<String> architectures = new TreeSet<>();
        for (String key : manifest.stringPropertyNames()) {
            Matcher file = PTX.matcher(key);
            if (file.matches()) {
                modules.add(file.group(1));
                architectures.add(file.group(2));
            }
        }
        out.println("kernels   " + String.join(", ", modules));
        out.println("targets   " + String.join(", ", architectures)
                + ": a device gets the newest that is not newer than it");
        out.println("compiler  nvcc " + manifest.getProperty("nvcc.version"));
    }

    private static String property(String name) {
        return System.getProperty(name);
    }
}

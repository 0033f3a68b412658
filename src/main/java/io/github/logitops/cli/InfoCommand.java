package io.github.logitops.cli;

import io.github.logitops.Backend;
import io.github.logitops.BackendReport;
import io.github.logitops.LogitOps;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
    private static final String MODULES = "/io/github/logitops/ptx";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, URISyntaxException {
        BackendReport report;
        try (LogitOps ops = LogitOps.open(Backend.AUTO)) {
            report = ops.backendReport();
        }
        List<String> modules = modules();
        PrintWriter out = spec.commandLine().getOut();
        out.println("logitops  " + LibraryVersion.text());
        out.println("backend   " + report.selected() + " (" + report.requested() + ")");
        out.println("device    " + report.device());
        out.println("reason    " + report.reason());
        out.println("modules   " + (modules.isEmpty() ? "none in this version" : String.join(", ", modules)));
        out.println("java      " + property("java.version") + ", " + property("java.vm.name"));
        out.println("os        " + property("os.name") + " " + property("os.version") + ", " + property("os.arch"));
        out.println("heap      at most " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB");
        return 0;
    }

    /** The names of the GPU modules that came with these classes, from a folder or a jar. */
    private static List<String> modules() throws IOException, URISyntaxException {
        URL folder = InfoCommand.class.getResource(MODULES);
        if (folder == null) {
            return List.of();
        }
        URI uri = folder.toURI();
        if (!uri.getScheme().equals("jar")) {
            return names(Path.of(uri));
        }
        try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
            return names(jar.getPath(MODULES));
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static String property(String name) {
        return System.getProperty(name);
    }
}

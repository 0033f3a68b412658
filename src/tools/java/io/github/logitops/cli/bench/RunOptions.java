package io.github.logitops.cli.bench;

import io.github.logitops.BackendReport;
import io.github.logitops.cli.LibraryVersion;
import io.github.logitops.cli.OutputFile;
import io.github.logitops.cli.SessionOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What commands that measure have in common: where, how often, and the record of it. */
final class RunOptions {
    @Mixin
    private SessionOptions session = new SessionOptions();

    @Option(names = "--rounds", description = "how often to measure each number (default: ${DEFAULT-VALUE})")
    private int rounds = 7;

    @Option(names = "--commit", description = "of the sources, for the record (default: ${DEFAULT-VALUE})")
    private String commit = "unknown";

    @Option(names = "--folder", description = "where the JSON goes (default: ${DEFAULT-VALUE})")
    private Path folder = Path.of("target/benchmarks");

    SessionOptions session() {
        return session;
    }

    /** @throws IllegalArgumentException if there are none */
    int rounds(String command) {
        if (rounds < 1) {
            throw new IllegalArgumentException(command + ": at least one round: rounds=" + rounds);
        }
        return rounds;
    }

    /** Such as nvidia-h200-0123456789ab.json, behind a prefix; it can be written. */
    OutputFile file(String command, String prefix, BackendReport report) throws IOException {
        String device = report.device().replaceAll(",.*", "");
        String name = (prefix + device + "-" + commit).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-");
        return OutputFile.tried(command, folder.resolve(name + ".json"));
    }

    BenchReport report(BackendReport on, String grid, List<Cell> cells, List<HostCost> host, List<LeftOut> leftOut) {
        return report(on, "", grid, cells, host, leftOut);
    }

    /** @param peers who was measured as well; may be empty */
    BenchReport report(
            BackendReport on, String peers, String grid, List<Cell> cells, List<HostCost> host, List<LeftOut> leftOut) {
        return new BenchReport(
                BenchReport.SCHEMA,
                "logitops " + LibraryVersion.text(),
                commit,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                on.selected().toString(),
                on.device(),
                machine() + (peers.isEmpty() ? "" : ", " + peers),
                grid,
                rounds,
                cells,
                host,
                leftOut);
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
}

package io.github.logitops.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Another virtual machine with this one's class path: native libraries are loaded once per process, and crash it. */
public final class ChildJvm {
    private final Process process;
    private final Path output;

    /** How it ended, and what it wrote to both streams. */
    public record End(int exitCode, List<String> lines) {}

    private ChildJvm(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Runs {@code main}, with {@code directory} as java.io.tmpdir; these options win over those that are given here. */
    public static ProcessBuilder builder(Class<?> main, Path directory, List<String> options, String... arguments) {
        List<String> words = new ArrayList<>(options);
        words.add(main.getName());
        words.addAll(List.of(arguments));
        return builder(directory, words);
    }

    /** Runs what {@code words} say: options, and behind them a class and its arguments. */
    public static ProcessBuilder builder(Path directory, List<String> words) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-XX:ErrorFile=" + directory.resolve("crash.log"),
                "-XX:-CreateCoredumpOnCrash",
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(words);
        return new ProcessBuilder(command);
    }

    /** Starts {@code main}, with {@code directory} for the output and as java.io.tmpdir. */
    public static ChildJvm start(Class<?> main, Path directory, Map<String, String> environment, String... arguments) {
        return start(List.of(), main, directory, environment, arguments);
    }

    /** The same with options of the virtual machine. */
    public static ChildJvm start(
            List<String> options, Class<?> main, Path directory, Map<String, String> environment, String... arguments) {
        ProcessBuilder builder = builder(main, directory, options, arguments);
        builder.environment().putAll(environment);
        return start(builder, directory);
    }

    /** Starts what {@code builder} runs, with {@code directory} for the output. */
    public static ChildJvm start(ProcessBuilder builder, Path directory) {
        try {
            Path output = Files.createTempFile(directory, "output", ".txt");
            builder.redirectErrorStream(true).redirectOutput(output.toFile());
            return new ChildJvm(builder.start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public End await() {
        try {
            if (!process.waitFor(5, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IllegalStateException("still running after five minutes: " + Files.readString(output));
            }
            return new End(process.exitValue(), Files.readAllLines(output));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new IllegalStateException(e);
        }
    }
}

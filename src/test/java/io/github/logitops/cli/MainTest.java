package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    private static final List<String> NOT_WRITTEN = List.of("logitops: not all of the output could be written");

    @Test
    void aloneItSaysHowToUseIt() {
        assertEquals(CommandRun.of("--help"), CommandRun.of());
        assertEquals(CommandRun.of("experiments", "--help"), CommandRun.of("experiments"));
        CommandRun run = CommandRun.of();
        assertEquals(0, run.exitCode());
        assertEquals(List.of(), run.err());
        assertTrue(run.out().get(0).startsWith("Usage: logitops "), run.out()::toString);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "info",
                "--help",
                "train --help",
                "check --backend=CPU --longest=1",
                "report",
            })
    void aFullDeviceIsAFailure(String line) throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "no /dev/full");
        var err = new ByteArrayOutputStream();
        int exitCode;
        try (var out = new PrintStream(new FileOutputStream(full.toFile()))) {
            exitCode = Main.run(out, new PrintStream(err), line.split(" "));
        }
        assertEquals(1, exitCode);
        List<String> lines = err.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(NOT_WRITTEN, lines.subList(lines.size() - 1, lines.size()), "after the progress of check");
    }

    /** As {@code logitops info | head -1} does it. */
    @Test
    void aReaderWhoLeavesIsAFailureWithoutAStackTrace() {
        var err = new ByteArrayOutputStream();
        int exitCode = Main.run(new PrintStream(new ClosedAfterALine()), new PrintStream(err), "info");
        assertEquals(1, exitCode);
        assertEquals(NOT_WRITTEN, err.toString(StandardCharsets.UTF_8).lines().toList());
    }

    private static final class ClosedAfterALine extends OutputStream {
        private boolean closed;

        @Override
        public void write(int b) throws IOException {
            if (closed) {
                throw new IOException("Broken pipe");
            }
            closed = b == '\n';
        }
    }
}

package io.github.logitops.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

/**
 * A chart in a file, where this machine can draw. A chart is an extra: without fonts, native libraries or a Java runtime with
 * java.desktop, drawing throws errors of many kinds, and what the chart was of matters more.
 */
public final class ChartFile {
    private ChartFile() {}

    /** Draws into a file. */
    @FunctionalInterface
    public interface Drawing {
        /** Writes the chart as PNG. */
        void write(Path file) throws IOException;
    }

    /** Whether the chart was written; if not, {@code err} has a warning. */
    public static boolean write(String command, Path file, PrintWriter err, Drawing drawing) {
        try {
            drawing.write(file);
            return true;
        } catch (OutOfMemoryError | StackOverflowError e) {
            throw e;
        } catch (IOException | RuntimeException | Error e) { // AWTError by its supertype: there may be no AWT at all
            String cause = e.toString().lines().findFirst().orElseThrow();
            err.println(command + ": warning: no chart: plot=" + file + ", cause=" + cause);
            return false;
        }
    }
}

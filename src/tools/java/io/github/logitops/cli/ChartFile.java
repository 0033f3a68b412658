package io.github.logitops.cli;

import java.io.IOException;
import java.io.PrintWriter;
import javax.imageio.ImageIO;

/**
 * A chart in a file, where this machine can draw. A chart is an extra: without fonts, native libraries or a Java runtime with
 * java.desktop, drawing throws errors of many kinds, and what the chart was of matters more.
 */
public final class ChartFile {
    private ChartFile() {}

    /** Draws. */
    @FunctionalInterface
    public interface Drawing {
        /** The chart as PNG. */
        byte[] png() throws IOException;
    }

    /**
     * Whether the chart was drawn and written; if it could not be drawn, {@code err} has a warning.
     *
     * @throws IOException if it was drawn and could not be written
     */
    public static boolean write(OutputFile file, PrintWriter err, Drawing drawing) throws IOException {
        byte[] png;
        try {
            ImageIO.setUseCache(false); // it would be a temporary file, and a shutdown hook: too late after a Ctrl-C
            png = drawing.png();
        } catch (OutOfMemoryError | StackOverflowError e) {
            throw e;
        } catch (IOException | RuntimeException | Error e) { // AWTError by its supertype: there may be no AWT at all
            String cause = e.toString().lines().findFirst().orElseThrow();
            err.println(file.command() + ": warning: no chart: plot=" + file + ", cause=" + cause);
            return false;
        }
        file.write(png);
        return true;
    }
}

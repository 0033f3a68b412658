package io.github.logitops.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryChartTest {
    @TempDir
    private Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("history.csv"), text);
    }

    @Test
    void plotDrawsAHistory() throws IOException {
        Path csv = file("iteration,objective\n0,1.5\n1,0.75\n2,0.5\n");
        assertEquals(new HistoryChart(List.of(0.0, 1.0, 2.0), List.of(1.5, 0.75, 0.5)), HistoryChart.read(csv));
        CommandRun run = CommandRun.of("plot", csv);
        Path png = folder.resolve("history.png");
        assertEquals(List.of("chart: " + png), run.out());
        assertEquals(0, run.exitCode());
        assertEquals(900, ImageIO.read(png.toFile()).getWidth());
    }

    @Test
    void whatIsNoHistoryIsRefused() throws IOException {
        requireRefused("step,loss\n0,1\n", "plot: no history, which begins with iteration,objective: file=");
        requireRefused("iteration,objective\n", "plot: no history, which begins with iteration,objective: file=");
        requireRefused("iteration,objective\n0,1\n1\n", "plot: not two numbers: file=");
    }

    private void requireRefused(String text, String message) throws IOException {
        CommandRun run = CommandRun.of("plot", file(text));
        assertEquals(2, run.exitCode());
        assertTrue(run.err().get(0).contains(message), run.err().toString());
    }
}

package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.logitops.support.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A Ctrl-C while {@code train} runs. */
class TrainInterruptionTest {
    private static final int SIGINT_BIT = 1 << (2 - 1);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"bigram, 9000000", "mlp, 8000000"})
    @Timeout(120)
    void ctrlCSavesWhatWasDone(String model, int planned) throws IOException, InterruptedException {
        assumeFalse(isIgnoredHere(), "children of a background job never see a SIGINT");
        Path text = Files.writeString(folder.resolve("text.txt"), "the text to train on ".repeat(200));
        Path chart = folder.resolve("charts/loss.png");
        Path out = folder.resolve("out.txt");
        Process train = ChildJvm.builder(
                        Main.class,
                        folder,
                        List.of("-Dlogitops.leakTracking=SITES"),
                        "train",
                        text.toString(),
                        "--backend=CPU",
                        "--model=" + model,
                        "--epochs=1000000", // hours
                        "--plot=" + chart)
                .redirectOutput(out.toFile())
                .start();
        try (BufferedReader err = train.errorReader()) {
            StringBuilder seen = new StringBuilder();
            while (seen.indexOf("loss=") < 0) {
                int next = err.read();
                assertTrue(next >= 0, () -> "ended early: " + seen);
                seen.append((char) next);
            }
            new ProcessBuilder("kill", "-INT", Long.toString(train.pid()))
                    .start()
                    .waitFor();
            List<String> rest = err.lines().filter(line -> !line.isBlank()).toList();
            assertTrue(rest.stream().allMatch(line -> isBar(line)), rest::toString);
            assertTrue(train.waitFor(60, TimeUnit.SECONDS));
        } finally {
            train.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(out);
        assertEquals(130, train.exitValue(), lines::toString);
        assertTrue(
                lines.get(lines.size() - 1)
                        .matches("train: interrupted: steps=[1-9]\\d*, planned=" + planned + ", backend=CPU"),
                lines::toString);
        assertTrue(lines.contains("chart: " + chart), lines::toString);
        assertTrue(lines.contains("    step     loss"), lines::toString);
        assertTrue(lines.stream().anyMatch(line -> line.matches(" +\\d+ +\\d\\.\\d{4}")), lines::toString);
        assertTrue(ImageIO.read(chart.toFile()).getWidth() > 400);
    }

    /** What is left of the bar's line where the loss was first seen, or a line of the bar. */
    private static boolean isBar(String line) {
        return line.matches("\\d.*|(train|mlp) +\\d+% .*");
    }

    /** A shell without job control starts its background jobs so, and they all that they start. */
    private static boolean isIgnoredHere() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status)
                && Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .anyMatch(line ->
                                (Long.parseUnsignedLong(line.substring(7).strip(), 16) & SIGINT_BIT) != 0);
    }
}

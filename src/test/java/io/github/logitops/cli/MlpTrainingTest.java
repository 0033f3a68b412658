package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train --model=mlp}. */
class MlpTrainingTest {
    private static final Pattern LAST_LINE = Pattern.compile("train: loss=(\\d+\\.\\d{4}) optimum=(\\d+\\.\\d{4})"
            + " ratio=(\\d+\\.\\d{4}) heldOutBitsPerByte=(\\d+\\.\\d{4}) optimumBitsPerByte=(\\d+\\.\\d{4})"
            + " backend=(CPU|CUDA)");

    @TempDir
    private Path folder;

    private Path text;
    private String plot;

    @BeforeEach
    void files() throws IOException {
        text = Files.writeString(folder.resolve("text.txt"), TrainCommandTest.words(12_000));
        plot = "--plot=" + folder.resolve("charts/loss.png");
    }

    private CommandRun train(String... options) {
        Object[] words = new Object[options.length + 4];
        words[0] = "train";
        words[1] = text;
        words[2] = "--model=mlp";
        words[3] = plot;
        System.arraycopy(options, 0, words, 4, options.length);
        return CommandRun.of(words);
    }

    private static Matcher lastLine(CommandRun run) {
        Matcher line = LAST_LINE.matcher(run.lastLine());
        assertTrue(line.matches(), () -> run.lastLine() + run.err());
        return line;
    }

    private static double number(Matcher line, int group) {
        return Double.parseDouble(line.group(group));
    }

    @Test
    void beatsTheBestBigramsOnWhatItHasNotLearnt() throws IOException {
        CommandRun run = train("--epochs=6", "--batch=128");
        assertEquals(0, run.exitCode(), run.err()::toString);
        Matcher line = lastLine(run);
        assertTrue(number(line, 4) < 0.6 * number(line, 5), run.lastLine());

        byte[] bytes = Files.readAllBytes(text);
        TextSplit split = TextSplit.of(bytes.length, 8);
        double optimum = BigramOptimum.of(bytes, split.heldOut());
        assertEquals(String.format(Locale.ROOT, "%.4f", optimum), line.group(2));
        assertEquals(optimum / Math.log(2), number(line, 5), 1e-4);
        assertEquals(number(line, 1) / Math.log(2), number(line, 4), 2e-4);
        assertEquals(number(line, 1) / number(line, 2), number(line, 3), 2e-4);
        assertTrue(
                run.out().stream()
                        .anyMatch(each -> each.startsWith("plan: model=mlp, context=8, ")
                                && each.endsWith(
                                        "learnt=" + split.learnt().length + ", heldOut=" + split.heldOut().length)),
                run.out()::toString);
        assertTrue(run.out().stream().anyMatch(each -> each.startsWith("| ")), "a sample");
        assertTrue(ImageIO.read(folder.resolve("charts/loss.png").toFile()).getWidth() > 400);
    }

    @Test
    void theSeedDecidesEverything() {
        List<String> first = train("--epochs=1", "--seed=5").out();
        assertEquals(first, train("--epochs=1", "--seed=5").out());
        assertNotEquals(first, train("--epochs=1", "--seed=6").out());
    }

    @Test
    void halfPrecisionLearnsToo() {
        assertTrue(number(lastLine(train("--epochs=2", "--batch=128", "--dtype=bf16")), 3) < 1);
    }

    @Test
    void barsShowBothModels() {
        CommandRun run = train("--epochs=1");
        assertTrue(run.err().stream().anyMatch(each -> each.startsWith("mlp 100% ")), run.err()::toString);
        assertTrue(run.err().stream().anyMatch(each -> each.startsWith("bigrams 100% ")), run.err()::toString);
    }

    @Test
    void aLossThatOnlyGrewIsAFailure() {
        CommandRun run = train("--epochs=1", "--learning-rate=1e30");
        assertEquals(1, run.exitCode());
        assertTrue(
                run.err()
                        .get(run.err().size() - 1)
                        .matches("logitops: train: diverged: loss=.*, learningRate=1.0E30; .*"),
                run.err()::toString);
    }

    @Test
    void aSmallTextIsNotLearntByHeart() throws IOException {
        Files.writeString(text, TrainCommandTest.words(1000));
        CommandRun run = train("--context=2", "--sample=0");
        assertTrue(run.out().stream().anyMatch(each -> each.contains(" steps=40, batch=512, ")), run.out()::toString);
        assertFalse(run.out().stream().anyMatch(each -> each.startsWith("| ")), "no sample");
    }
}

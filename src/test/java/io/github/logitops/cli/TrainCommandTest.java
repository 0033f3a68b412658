package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.support.ChildJvm;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainCommandTest {
    private static final Pattern LAST_LINE = Pattern.compile(
            "train: loss=(\\d+\\.\\d{4}) optimum=(\\d+\\.\\d{4}) ratio=(\\d+\\.\\d{4}) backend=(CPU|CUDA)");

    @TempDir
    private Path folder;

    private Path text;
    private String plot;

    @BeforeEach
    void files() throws IOException {
        text = Files.writeString(folder.resolve("text.txt"), words(4000));
        plot = "--plot=" + folder.resolve("charts/loss.png");
    }

    /** Words in random order: one letter says little of the next, three say much. */
    static String words(int length) {
        List<String> words =
                List.of("tensor ", "stream ", "matter ", "nested ", "server ", "entire ", "resent ", "trees\n");
        var random = new SplittableRandom(7);
        var text = new StringBuilder();
        while (text.length() < length) {
            text.append(words.get(random.nextInt(words.size())));
        }
        return text.toString();
    }

    private static double ratio(CommandRun run) {
        Matcher line = LAST_LINE.matcher(run.lastLine());
        assertTrue(line.matches(), run.lastLine());
        return Double.parseDouble(line.group(3));
    }

    private static List<String> curve(CommandRun run) {
        return run.out().stream().filter(l -> l.matches(" +\\d+ +\\d\\.\\d{4}")).toList();
    }

    @Test
    void reachesTheOptimumAndProvesIt() throws IOException {
        CommandRun run = CommandRun.of("train", text, "--epochs=40", plot);
        assertEquals(0, run.exitCode(), run.err()::toString);
        assertTrue(ratio(run) >= 1 && ratio(run) <= 1.005, run.lastLine());

        Matcher line = LAST_LINE.matcher(run.lastLine());
        assertTrue(line.matches());
        assertEquals(String.format(Locale.ROOT, "%.4f", BigramOptimum.of(Files.readAllBytes(text), 1)), line.group(2));
        try (LogitOps ops = LogitOps.open(Backend.AUTO)) {
            assertEquals(ops.backendReport().selected().name(), line.group(4));
        }
        assertEquals(8, curve(run).size());
        assertTrue(run.out().stream().anyMatch(l -> l.startsWith("| ")), "a sample");
        var chart = ImageIO.read(folder.resolve("charts/loss.png").toFile());
        assertTrue(chart.getWidth() > 400 && chart.getHeight() > 300);
    }

    @Test
    void longerContextsBeatWhatBigramsCanReach() {
        CommandRun two = CommandRun.of("train", text, "--context=2", "--epochs=10", plot);
        CommandRun three = CommandRun.of("train", text, "--context=3", "--buckets=4096", "--epochs=10", plot);
        assertTrue(ratio(two) < 0.9, two.lastLine());
        assertTrue(ratio(three) < ratio(two), three.lastLine());
    }

    @Test
    void theSeedDecidesEverything() {
        CommandRun first = CommandRun.of("train", text, "--epochs=3", "--seed=5", plot);
        CommandRun again = CommandRun.of("train", text, "--epochs=3", "--seed=5", plot);
        CommandRun other = CommandRun.of("train", text, "--epochs=3", "--seed=6", plot);
        assertEquals(first.out(), again.out());
        assertNotEquals(curve(first), curve(other));
    }

    @Test
    void halfPrecisionReachesTheOptimumToo() {
        assertTrue(ratio(CommandRun.of("train", text, "--epochs=30", "--dtype=F16", plot)) <= 1.005);
        assertTrue(ratio(CommandRun.of("train", text, "--epochs=30", "--dtype=bf16", plot)) <= 1.005);
    }

    /** The lines that are not the progress bar's. */
    private static List<String> errors(CommandRun run) {
        return run.err().stream()
                .filter(l -> !l.isBlank() && !l.startsWith("train "))
                .toList();
    }

    @Test
    void theLossStandsBesideTheBar() {
        CommandRun run = CommandRun.of("train", text, "--epochs=1", plot);
        String bar = run.err().stream()
                .filter(l -> l.startsWith("train 100% "))
                .findFirst()
                .orElse("none");
        assertTrue(bar.matches(".* 16/16 .* loss=\\d\\.\\d{4}"), bar); // 8 steps, and the final pass
    }

    @Test
    void aChartThatCannotBeWrittenIsToldBeforeTheWork() {
        CommandRun run = CommandRun.of("train", text, "--epochs=1", "--plot=" + text + "/loss.png");
        assertEquals(2, run.exitCode());
        assertEquals(List.of(), run.out());
        assertEquals(
                List.of("logitops: train: cannot write: file=" + text + "/loss.png, cause=Not a directory"), run.err());
    }

    /** Nobody asked for it there. */
    @Test
    void aChartThatCannotBeWrittenAtItsUsualPlaceIsAWarning() throws IOException {
        Files.writeString(folder.resolve("target"), "");
        ProcessBuilder train = ChildJvm.builder(
                Main.class, folder, List.of(), "train", text.toString(), "--backend=CPU", "--epochs=1");
        ChildJvm.End end =
                ChildJvm.start(train.directory(folder.toFile()), folder).await();
        assertEquals(0, end.exitCode(), end.lines()::toString);
        assertTrue(
                end.lines()
                        .contains("logitops: warning: no chart: train: cannot write: file=target/loss.png, cause=Not a"
                                + " directory"),
                end.lines()::toString);
    }

    @Test
    void aDiskThatIsFullAtTheEndDoesNotTakeTheLossAway() {
        CommandRun run = CommandRun.of("train", text, "--epochs=1", "--plot=/dev/full");
        assertEquals(1, run.exitCode());
        assertEquals(
                List.of("logitops: train: cannot write: file=/dev/full, cause=No space left on device"), errors(run));
        ratio(run);
    }

    @Test
    void aLossThatOnlyGrewIsAFailure() {
        for (String rate : List.of("1e30", "1e37")) {
            CommandRun run = CommandRun.of("train", text, "--epochs=2", "--learning-rate=" + rate, plot);
            assertEquals(1, run.exitCode());
            assertEquals(1, errors(run).size(), run.err()::toString);
            String expected =
                    "logitops: train: diverged: loss=(NaN|\\d\\.\\d{3}e\\+\\d+), uniform=5\\.5452, learningRate="
                            + rate.replace("1e", "1\\.0E") + "; try a smaller --learning-rate";
            assertTrue(errors(run).get(0).matches(expected), errors(run)::toString);
            assertTrue(run.lastLine().startsWith("train: loss="), run.lastLine());
            assertTrue(Files.exists(folder.resolve("charts/loss.png")));
        }
    }

    @Test
    void aTextWithoutUncertaintyHasNoRatio() throws IOException {
        Files.writeString(text, "a".repeat(600));
        CommandRun run = CommandRun.of("train", text, "--backend=CPU", plot);
        assertEquals(0, run.exitCode(), run.err()::toString);
        assertTrue(
                run.lastLine().matches("train: loss=0\\.\\d{4} optimum=0\\.0000 ratio=undefined backend=CPU"),
                run.lastLine());
    }

    /** Files that only say how long they are. */
    private Path sparse(String name, long bytes) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(bytes);
        }
        return file;
    }

    @Test
    void moreTextThanAnArrayHoldsIsToldBeforeItIsRead() throws IOException {
        String expected =
                "logitops: train: the corpus does not fit a Java array: bytes=%d, longest=2147483639, heap=%d;"
                        + " give less text";
        long heap = Runtime.getRuntime().maxMemory();
        CommandRun one = CommandRun.of("train", sparse("large.txt", 3L << 30), plot);
        assertEquals(1, one.exitCode());
        assertEquals(List.of(String.format(expected, 3L << 30, heap)), one.err());

        sparse("two/a.md", 1_200_000_000);
        sparse("two/b.md", 1_200_000_000);
        CommandRun two = CommandRun.of("train", folder.resolve("two"), plot);
        assertEquals(1, two.exitCode());
        assertEquals(List.of(String.format(expected, 2_400_000_000L, heap)), two.err());
    }

    @Test
    void moreTextThanTheHeapHoldsIsToldBeforeItIsRead() throws IOException {
        Path large = sparse("large.txt", 60_000_000);
        ProcessBuilder train =
                ChildJvm.builder(Main.class, folder, List.of("-Xmx64m"), "train", large.toString(), plot);
        ChildJvm.End end = ChildJvm.start(train, folder).await();
        assertEquals(1, end.exitCode());
        assertEquals(1, end.lines().size(), end.lines()::toString);
        String expected =
                "logitops: train: the corpus does not fit: bytes=60000000, needed=300525312, heap=\\d+; give less"
                        + " text, or a larger heap with -Xmx";
        assertTrue(end.lines().get(0).matches(expected), end.lines()::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nonsense | --nonsense",
                "train --nonsense | --nonsense",
                "train missing.txt | missing.txt",
                "train FOLDER/empty | no file to read",
                "train FOLDER/empty.txt | longer than a context: bytes=0",
                "train TEXT --epochs=many | many",
                "train TEXT --epochs=-1 | epochs=-1",
                "train TEXT --epochs=2000000000 | too many steps",
                "train TEXT --context=0 | context=0",
                "train TEXT --batch=0 | batch=0",
                "train TEXT --buckets=1000 | buckets=1000",
                "train TEXT --learning-rate=NaN | learningRate=NaN",
                "train TEXT --sample=-1 | sample=-1",
                "train TEXT --dtype=I32 | dtype=I32",
                "train TEXT --model=rnn | rnn",
                "train TEXT --model=mlp --buckets=64 | train: the mlp has no buckets: buckets=64",
                "train TEXT --model=mlp --context=65 | context=65",
                "train TEXT --model=mlp --learning-rate=0 | learningRate=0",
                "train TEXT --model=mlp --epochs=2000000000 | too many steps",
                "train FOLDER/short.txt --model=mlp | to hold a part of it out: bytes=9, context=8",
                "train TEXT --backend=TPU | TPU",
                "train FOLDER --include=[a | include=[a",
                "train TEXT another | another",
                "nonsense | nonsense",
            })
    void mistakesAreOneLine(String line, String named) throws IOException {
        Files.createDirectories(folder.resolve("empty"));
        Files.writeString(folder.resolve("empty.txt"), "");
        Files.writeString(folder.resolve("short.txt"), "too short");
        Object[] words = Stream.of(line.split(" "))
                .filter(word -> !word.isEmpty())
                .map(word -> word.replace("FOLDER", folder.toString()).replace("TEXT", text.toString()))
                .toArray();
        CommandRun run = CommandRun.of(words);
        assertEquals(2, run.exitCode());
        assertEquals(1, run.err().size(), run.err()::toString);
        assertTrue(run.err().get(0).startsWith("logitops: "), run.err()::toString);
        assertTrue(run.err().get(0).contains(named), run.err()::toString);
    }
}

package io.github.logitops.cli;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.Stream;
import io.github.logitops.spec.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.DoublePredicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a next-byte model through the public API and holds its loss against the best one that counting finds. */
@Command(
        name = "train",
        description =
                "Trains a next-byte model on a text and compares its loss with the optimum of bigrams. Ctrl-C ends it early,"
                        + " with table and chart of the steps that were done; the exit code is 130 then, and 1 if the loss diverged.",
        mixinStandardHelpOptions = true,
        versionProvider = LibraryVersion.class,
        sortOptions = false)
final class TrainCommand implements Callable<Integer> {
    /** Pairs to see in all, unless told: brings bigrams within a thousandth of their optimum in some seconds. */
    private static final int PAIRS_ENOUGH = 1_200_000;

    private static final int FEWEST_EPOCHS = 2;
    private static final int MOST_EPOCHS = 300; // a tiny text has small batches, which cost more a pair
    private static final int MOST_STEPS = 10_000_000;

    /** Times the loss of a uniform guess: no model that learns ends there. */
    private static final double FAR_ABOVE = 2;

    private static final int TABLE_ROWS = 8;

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "TEXT",
            defaultValue = ".",
            description = "File or folder to train on (default: the current folder).")
    private Path source;

    @Option(
            names = "--include",
            split = ",",
            paramLabel = "GLOB",
            defaultValue = "*.java,*.cu,*.cuh,*.md",
            description = "Names of files to read in a folder (default: ${DEFAULT-VALUE}).")
    private List<String> include;

    @Option(names = "--epochs", description = "Passes over the text (default: by its length).")
    private Integer epochs;

    @Option(names = "--batch", defaultValue = "512", description = "Rows in a step (default: ${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(
            names = "--learning-rate",
            defaultValue = "2",
            description = "Adagrad's, at the start (default: ${DEFAULT-VALUE}).")
    private double learningRate;

    @Option(names = "--seed", defaultValue = "1", description = "Of order and sample (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private SessionOptions session = new SessionOptions();

    @Option(names = "--context", defaultValue = "1", description = "Bytes the model sees (default: ${DEFAULT-VALUE}).")
    private int contextLength;

    @Option(
            names = "--buckets",
            defaultValue = "65536",
            description =
                    "Rows of the table for contexts of more than one byte, a power of 2 (default: ${DEFAULT-VALUE}).")
    private int buckets;

    @Option(names = "--dtype", defaultValue = "F32", description = "F64, F32, F16 or BF16 (default: ${DEFAULT-VALUE}).")
    private DType dtype;

    @Option(
            names = "--plot",
            paramLabel = "FILE",
            defaultValue = "target/loss.png",
            description = "Where the loss curve goes, a PNG (default: ${DEFAULT-VALUE}).")
    private Path plot;

    @Option(
            names = "--sample",
            paramLabel = "BYTES",
            defaultValue = "240",
            description = "How much text the model writes (default: ${DEFAULT-VALUE}).")
    private int sampleLength;

    @Override
    public Integer call() {
        requireOptions();
        OutputFile chart = chartFile();
        byte[] text = readText();
        int pairs = text.length - contextLength;
        require(
                pairs > 0,
                "the text must be longer than a context",
                "bytes=" + text.length + ", context=" + contextLength);

        var table = new LogitTable(contexts());
        double optimum = BigramOptimum.of(text, contextLength);
        try (Interruption interruption = new Interruption();
                LogitOps ops = session.open();
                Stream stream = ops.newStream();
                Batch batch = new Batch(ops, stream, dtype, Math.min(batchSize, pairs), table, text)) {
            println("%s", ops.backendReport());
            Training training = train(new Trainer(batch, contextLength, text.length), pairs, interruption);
            printCurve(training.losses());
            boolean interrupted = interruption.asked();
            if (!interrupted) {
                printSample(TextSampler.sample(ops, stream, table, text, sampleLength, seed));
            }
            boolean saved = draw(chart, training.losses(), optimum);
            Backend ran = ops.backendReport().selected();
            if (interrupted) {
                println(
                        "train: interrupted: steps=%d, planned=%d, backend=%s",
                        training.losses().steps(), training.planned(), ran);
                return Interruption.EXIT_CODE;
            }
            printLoss(training.loss(), optimum, ran);
            requireConverged(training.loss());
            return saved ? 0 : 1;
        }
    }

    /**
     * What came of it.
     *
     * @param losses of the steps that were done
     * @param planned how many that should have been
     * @param loss in the final pass, as far as it went
     */
    private record Training(LossCurve losses, long planned, double loss) {}

    /** Nobody asked for the chart at its usual place: where that cannot be written there is a warning, and null. */
    private OutputFile chartFile() {
        try {
            return OutputFile.tried("train", plot);
        } catch (IllegalArgumentException e) {
            if (spec.commandLine().getParseResult().hasMatchedOption("--plot")) {
                throw e;
            }
            spec.commandLine().getErr().println("logitops: warning: no chart: " + e.getMessage());
            return null;
        }
    }

    private byte[] readText() {
        Corpus corpus = Corpus.find(source, include);
        corpus.requireFits(Heap.here(), Trainer.bytes(corpus.bytes()) + LogitTable.bytes(contexts()));
        byte[] text = corpus.read();
        println("text: files=%d, bytes=%d", corpus.files().size(), text.length);
        return text;
    }

    private Training train(Trainer trainer, int pairs, Interruption interruption) {
        int passes = epochs != null ? epochs : Math.max(FEWEST_EPOCHS, Math.min(MOST_EPOCHS, PAIRS_ENOUGH / pairs));
        long steps = (long) passes * trainer.stepsPerEpoch();
        require(steps <= MOST_STEPS, "too many steps", "epochs=" + passes + ", steps=" + steps);
        println(
                "plan: context=%d, dtype=%s, epochs=%d, steps=%d, batch=%d, learningRate=%s, seed=%d",
                contextLength, dtype, passes, steps, Math.min(batchSize, pairs), learningRate, seed);

        long all = steps + trainer.stepsPerEpoch(); // with the final pass
        try (Progress progress = new Progress("train", all, spec.commandLine().getErr())) {
            DoublePredicate goOn = loss -> {
                progress.step(1);
                progress.say(String.format(Locale.ROOT, "loss=%.4f", loss));
                return !interruption.asked();
            };
            LossCurve losses = trainer.train(passes, learningRate, seed, goOn);
            return new Training(losses, steps, trainer.meanLoss(goOn));
        }
    }

    private void printCurve(LossCurve losses) {
        println("%8s %8s", "step", "loss");
        for (LossCurve.Point point : losses.points(TABLE_ROWS)) {
            println("%8d %8.4f", point.step(), point.loss());
        }
    }

    /** Byte for byte: what is not printable ASCII is shown as a dot. */
    private void printSample(byte[] sample) {
        new String(sample, StandardCharsets.ISO_8859_1)
                .replaceAll("[^\\n\\x20-\\x7E]", ".")
                .lines()
                .forEach(line -> println("| %s", line));
    }

    /** Whether nothing is lost: a chart that cannot be drawn here is not. */
    private boolean draw(OutputFile chart, LossCurve losses, double optimum) {
        PrintWriter err = spec.commandLine().getErr();
        try {
            if (chart != null && ChartFile.write(chart, err, () -> LossChart.png(losses, optimum))) {
                println("chart: %s", chart);
            }
            return true;
        } catch (IOException e) {
            err.println("logitops: " + e.getMessage()); // here, for the loss is still to come
            return false;
        }
    }

    /** Where every next byte is certain the optimum is 0, and nothing is a multiple of it. */
    private void printLoss(double loss, double optimum, Backend ran) {
        String ratio = optimum > 0 ? String.format(Locale.ROOT, "%.4f", loss / optimum) : "undefined";
        println("train: loss=%.4f optimum=%.4f ratio=%s backend=%s", loss, optimum, ratio, ran);
    }

    private void requireConverged(double loss) {
        double uniform = Math.log(LogitTable.CLASSES);
        if (!(loss <= FAR_ABOVE * uniform)) { // NaN too
            throw new IllegalStateException(String.format(
                    Locale.ROOT,
                    "train: diverged: loss=%.4g, uniform=%.4f, learningRate=%s; try a smaller --learning-rate",
                    loss,
                    uniform,
                    learningRate));
        }
    }

    private Contexts contexts() {
        return new Contexts(contextLength, buckets);
    }

    private void requireOptions() {
        require(epochs == null || epochs > 0, "epochs must be positive", "epochs=" + epochs);
        require(batchSize > 0 && batchSize <= 1 << 16, "batch must be in [1, 65536]", "batch=" + batchSize);
        require(
                learningRate > 0 && learningRate < Float.MAX_VALUE,
                "the learning rate must be positive and finite",
                "learningRate=" + learningRate);
        require(contextLength > 0 && contextLength <= 64, "context must be in [1, 64]", "context=" + contextLength);
        require(
                Integer.bitCount(buckets) == 1 && buckets > 0 && buckets <= 1 << 22,
                "buckets must be a power of 2 up to 4194304",
                "buckets=" + buckets);
        require(
                LogitTable.bytes(contexts()) <= Heap.here().bytes() / 2,
                "the table must fit half of the heap",
                "buckets=" + buckets + ", heapBytes=" + Heap.here().bytes());
        require(dtype.isFloating(), "dtype must be floating-point", "dtype=" + dtype);
        require(
                sampleLength >= 0 && sampleLength <= 1_000_000,
                "sample must be in [0, 1000000]",
                "sample=" + sampleLength);
    }

    private static void require(boolean condition, String rule, String values) {
        if (!condition) {
            throw new IllegalArgumentException("train: " + rule + ": " + values);
        }
    }

    private void println(String format, Object... values) {
        spec.commandLine().getOut().println(String.format(Locale.ROOT, format, values));
    }
}

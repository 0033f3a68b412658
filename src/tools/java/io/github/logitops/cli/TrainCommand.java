package io.github.logitops.cli;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.Stream;
import io.github.logitops.spec.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
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

    /** Adagrad's of bigrams. */
    static final double BIGRAM_LEARNING_RATE = 2;

    /** What learns. */
    enum Model {
        BIGRAM,
        MLP
    }

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

    @Option(
            names = "--model",
            defaultValue = "bigram",
            description = {
                "bigram: a table of logits, a row for each context, learns the whole text.",
                "mlp: embeddings, a hidden layer, and a linear layer with cross entropy as one op, learn by Adam. A tenth of the"
                        + " text, in blocks spread over it, is held out; loss and optimum are those there. A bigram model is"
                        + " trained besides, for the chart.",
                "What mlp does not do: only its head runs on the device, for layers below it, Adam, and logits of the sample are"
                        + " computed on the host; --buckets is refused; there is no final pass over what it learnt. No model is"
                        + " saved.",
                "Default: bigram."
            })
    private Model model;

    @Option(
            names = "--epochs",
            description = "Passes over what is learnt (default: by its length; may be less than one for mlp).")
    private Integer epochs;

    @Option(names = "--batch", defaultValue = "512", description = "Rows in a step (default: ${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(
            names = "--learning-rate",
            description = "At the start: Adagrad's of a table (default: 2), Adam's of mlp (default: 0.01).")
    private Double learningRate;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "Of order, sample and the weights of mlp (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private SessionOptions session = new SessionOptions();

    @Option(names = "--context", description = "Bytes the model sees (default: 1; 8 for mlp).")
    private Integer contextLength;

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
        require(
                text.length > context(),
                "the text must be longer than a context",
                "bytes=" + text.length + ", context=" + context());
        try (Interruption interruption = new Interruption()) {
            var console = new TrainConsole(spec.commandLine(), chart, interruption);
            return model == Model.MLP ? trainMlp(text, console) : trainTable(text, console);
        }
    }

    private int trainMlp(byte[] text, TrainConsole console) {
        var settings = new MlpTraining.Settings(context(), dtype, epochs, batchSize, rate(), seed, sampleLength);
        var training = new MlpTraining(settings, text, console);
        try (LogitOps ops = session.open();
                Stream stream = ops.newStream()) {
            console.println("%s", ops.backendReport());
            return training.run(ops, stream);
        }
    }

    private int trainTable(byte[] text, TrainConsole console) {
        int[] positions = IntStream.range(context(), text.length).toArray();
        int size = Math.min(batchSize, positions.length);
        var table = new LogitTable(contexts());
        double optimum = BigramOptimum.of(text, positions);
        try (LogitOps ops = session.open();
                Stream stream = ops.newStream();
                Batch batch = new Batch(ops, stream, dtype, size, table, text)) {
            console.println("%s", ops.backendReport());
            var trainer = new Trainer(batch, positions);
            int steps = planTable(trainer, positions.length, size, console);
            TrainConsole.Training training = console.train("train", trainer, steps, rate(), seed, trainer);
            console.showCurve(training.losses());
            boolean interrupted = console.interrupted();
            if (!interrupted) {
                console.showSample(TextSampler.sample(ops, stream, table, text, sampleLength, seed));
            }
            boolean saved = console.draw(() -> LossChart.png(training.losses(), optimum));
            Backend ran = ops.backendReport().selected();
            if (interrupted) {
                return console.endInterrupted(training, ran);
            }
            String ratio = TrainConsole.ratio(training.loss(), optimum);
            console.println("train: loss=%.4f optimum=%.4f ratio=%s backend=%s", training.loss(), optimum, ratio, ran);
            training.requireConverged(rate());
            return saved ? 0 : 1;
        }
    }

    /** How many steps, which it prints with the rest of the plan. */
    private int planTable(Trainer trainer, int pairs, int size, TrainConsole console) {
        int passes = epochs != null ? epochs : Math.max(FEWEST_EPOCHS, Math.min(MOST_EPOCHS, PAIRS_ENOUGH / pairs));
        int steps = steps(passes, trainer.stepsPerEpoch());
        console.println(
                "plan: context=%d, dtype=%s, epochs=%d, steps=%d, batch=%d, learningRate=%s, seed=%d",
                context(), dtype, passes, steps, size, rate(), seed);
        return steps;
    }

    /** The steps of so many epochs. */
    static int steps(int epochs, int stepsPerEpoch) {
        long steps = (long) epochs * stepsPerEpoch;
        require(steps <= MOST_STEPS, "too many steps", "epochs=" + epochs + ", steps=" + steps);
        return (int) steps;
    }

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
        spec.commandLine().getOut().println("text: files=" + corpus.files().size() + ", bytes=" + text.length);
        return text;
    }

    private int context() {
        return contextLength != null ? contextLength : model == Model.MLP ? MlpTraining.CONTEXT : 1;
    }

    private double rate() {
        return learningRate != null
                ? learningRate
                : model == Model.MLP ? MlpTraining.LEARNING_RATE : BIGRAM_LEARNING_RATE;
    }

    /** Those of the table; beside an mlp it is one of bigrams. */
    private Contexts contexts() {
        return new Contexts(model == Model.MLP ? 1 : context(), buckets);
    }

    private void requireOptions() {
        require(epochs == null || epochs > 0, "epochs must be positive", "epochs=" + epochs);
        require(batchSize > 0 && batchSize <= 1 << 16, "batch must be in [1, 65536]", "batch=" + batchSize);
        require(
                rate() > 0 && rate() < Float.MAX_VALUE,
                "the learning rate must be positive and finite",
                "learningRate=" + rate());
        require(context() > 0 && context() <= 64, "context must be in [1, 64]", "context=" + context());
        require(
                model != Model.MLP || !spec.commandLine().getParseResult().hasMatchedOption("--buckets"),
                "the mlp has no buckets",
                "buckets=" + buckets);
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

    static void require(boolean condition, String rule, String values) {
        if (!condition) {
            throw new IllegalArgumentException("train: " + rule + ": " + values);
        }
    }
}

package io.github.logitops.cli;

import io.github.logitops.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.DoublePredicate;
import picocli.CommandLine;

/** A training as the command shows it: a bar with the loss, until all is done or a Ctrl-C; then curve, sample and chart. */
final class TrainConsole {
    private static final int TABLE_ROWS = 8;

    /** Times the loss of a uniform guess: no model that learns ends there. */
    private static final double FAR_ABOVE = 2;

    private final PrintWriter out;
    private final PrintWriter err;
    private final OutputFile chart;
    private final Interruption interruption;

    /** One that draws into {@code chart}, unless that is null. */
    TrainConsole(CommandLine commandLine, OutputFile chart, Interruption interruption) {
        this.out = commandLine.getOut();
        this.err = commandLine.getErr();
        this.chart = chart;
        this.interruption = interruption;
    }

    /**
     * What came of it.
     *
     * @param losses of the steps that were done
     * @param planned how many that should have been
     * @param loss in the final pass, as far as it went
     */
    record Training(LossCurve losses, long planned, double loss) {
        /** That it learnt. */
        void requireConverged(double learningRate) {
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
    }

    void println(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }

    /** Whether to stop. */
    boolean interrupted() {
        return interruption.asked();
    }

    /** Whether a chart is wanted, and can be. */
    boolean draws() {
        return chart != null;
    }

    /** Trains for so many steps, and passes over what {@code judge} has, to the end or a Ctrl-C. */
    Training train(String task, Trainer trainer, int steps, double learningRate, long seed, Trainer judge) {
        try (Progress progress = new Progress(task, (long) steps + judge.stepsPerEpoch(), err)) {
            DoublePredicate goOn = loss -> {
                progress.step(1);
                progress.say(String.format(Locale.ROOT, "loss=%.4f", loss));
                return !interruption.asked();
            };
            LossCurve losses = trainer.train(steps, learningRate, seed, goOn);
            return new Training(losses, steps, judge.meanLoss(goOn));
        }
    }

    void showCurve(LossCurve losses) {
        println("%8s %8s", "step", "loss");
        for (LossCurve.Point point : losses.points(TABLE_ROWS)) {
            println("%8d %8.4f", point.step(), point.loss());
        }
    }

    /** Byte for byte: what is not printable ASCII is shown as a dot. */
    void showSample(byte[] sample) {
        new String(sample, StandardCharsets.ISO_8859_1)
                .replaceAll("[^\\n\\x20-\\x7E]", ".")
                .lines()
                .forEach(line -> println("| %s", line));
    }

    /** Whether nothing is lost: a chart that cannot be drawn here is not. */
    boolean draw(ChartFile.Drawing drawing) {
        try {
            if (chart != null && ChartFile.write(chart, err, drawing)) {
                println("chart: %s", chart);
            }
            return true;
        } catch (IOException e) {
            err.println("logitops: " + e.getMessage()); // here, for the loss is still to come
            return false;
        }
    }

    /** The last line of a training that a Ctrl-C ended; returns the exit code. */
    int endInterrupted(Training training, Backend ran) {
        println(
                "train: interrupted: steps=%d, planned=%d, backend=%s",
                training.losses().steps(), training.planned(), ran);
        return Interruption.EXIT_CODE;
    }

    /** Where every next byte is certain the optimum is 0, and nothing is a multiple of it. */
    static String ratio(double loss, double optimum) {
        return optimum > 0 ? String.format(Locale.ROOT, "%.4f", loss / optimum) : "undefined";
    }
}

package io.github.logitops.cpu;

import io.github.logitops.memory.Stream;
import io.github.logitops.op.CrossEntropyBackward;
import io.github.logitops.op.CrossEntropyForward;
import io.github.logitops.op.CrossEntropyFused;
import io.github.logitops.op.DistillationForward;
import io.github.logitops.op.DistillationFused;
import io.github.logitops.op.EntropyBackward;
import io.github.logitops.op.EntropyForward;
import io.github.logitops.op.Executor;
import io.github.logitops.op.GradScale;
import io.github.logitops.op.LogSumExpBackward;
import io.github.logitops.op.LogSumExpForward;
import io.github.logitops.op.MaskedSoftmaxForward;
import io.github.logitops.op.SelectedLogProbBackward;
import io.github.logitops.op.SelectedLogProbForward;
import io.github.logitops.op.SoftmaxBackward;
import io.github.logitops.op.SoftmaxForward;
import io.github.logitops.op.SoftmaxKind;
import java.util.Arrays;
import java.util.function.LongToDoubleFunction;

/**
 * The ops on host memory, rows in parallel on all cores. Every dtype is computed in double and rounded once on the way out, so
 * there is one path for all of them and what is left of an error is that rounding. Runs at once: when a call returns, its work
 * is done.
 */
public final class CpuExecutor implements Executor {
    private final HostDriver driver;
    private final LogProbRows logProbs;

    /** An executor for tensors in {@code driver}'s memory. */
    public CpuExecutor(HostDriver driver) {
        this.driver = driver;
        this.logProbs = new LogProbRows(driver);
    }

    @Override
    public void run(SoftmaxForward problem, Stream stream) {
        RowView x = new RowView(problem.x(), driver);
        RowView y = new RowView(problem.y(), driver);
        int classes = problem.x().classes();
        boolean log = problem.kind() == SoftmaxKind.LOG_SOFTMAX;
        ParallelRows.forEach(problem.x().count(), classes, row -> {
            Scratch scratch = Scratch.of(classes);
            double[] values = scratch.first;
            double[] exps = scratch.second;
            x.read(row, values);
            RowMath.Summary summary = RowMath.summarize(values, exps, classes);
            if (!Double.isFinite(summary.lse())) {
                Arrays.fill(values, 0, classes, Double.NaN);
            } else if (log) {
                double logSum = Math.log(summary.sum);
                for (int j = 0; j < classes; j++) {
                    values[j] = (values[j] - summary.shift) - logSum;
                }
            } else {
                for (int j = 0; j < classes; j++) {
                    values[j] = exps[j] / summary.sum;
                }
            }
            y.write(row, values);
        });
    }

    @Override
    public void run(SoftmaxBackward problem, Stream stream) {
        RowView y = new RowView(problem.y(), driver);
        RowView dy = new RowView(problem.dy(), driver);
        RowView dx = new RowView(problem.dx(), driver);
        LongToDoubleFunction gradScale = factors(problem.gradScale());
        int classes = problem.y().classes();
        boolean log = problem.kind() == SoftmaxKind.LOG_SOFTMAX;
        ParallelRows.forEach(problem.y().count(), classes, row -> {
            Scratch scratch = Scratch.of(classes);
            double[] output = scratch.first;
            double[] gradient = scratch.second;
            double[] products = scratch.third;
            y.read(row, output);
            dy.read(row, gradient);
            double scale = gradScale.applyAsDouble(row);
            if (log) {
                double sum = RowMath.sum(gradient, classes);
                for (int j = 0; j < classes; j++) {
                    gradient[j] = scale * (gradient[j] - Math.exp(output[j]) * sum);
                }
            } else {
                for (int j = 0; j < classes; j++) {
                    products[j] = output[j] * gradient[j];
                }
                double dot = RowMath.sum(products, classes);
                for (int j = 0; j < classes; j++) {
                    gradient[j] = scale * (output[j] * (gradient[j] - dot));
                }
            }
            dx.write(row, gradient);
        });
    }

    @Override
    public void run(MaskedSoftmaxForward problem, Stream stream) {
        RowView x = new RowView(problem.x(), driver);
        RowView y = new RowView(problem.y(), driver);
        MaskView mask = new MaskView(problem, driver);
        int classes = problem.x().classes();
        ParallelRows.forEach(problem.x().count(), classes, row -> {
            Scratch scratch = Scratch.of(classes);
            double[] values = scratch.first;
            x.read(row, values);
            mask.apply(row, values, scratch.second);
            RowMath.Summary summary = RowMath.summarize(values, scratch.second, classes);
            boolean hidden = summary.sum == 0;
            for (int j = 0; j < classes; j++) {
                values[j] = hidden ? 0 : Double.isFinite(summary.lse()) ? scratch.second[j] / summary.sum : Double.NaN;
            }
            y.write(row, values);
        });
    }

    @Override
    public void run(LogSumExpForward problem, Stream stream) {
        logProbs.run(problem);
    }

    @Override
    public void run(LogSumExpBackward problem, Stream stream) {
        logProbs.run(problem);
    }

    @Override
    public void run(SelectedLogProbForward problem, Stream stream) {
        logProbs.run(problem);
    }

    @Override
    public void run(SelectedLogProbBackward problem, Stream stream) {
        logProbs.run(problem);
    }

    @Override
    public void run(EntropyForward problem, Stream stream) {
        logProbs.run(problem);
    }

    @Override
    public void run(EntropyBackward problem, Stream stream) {
        logProbs.run(problem);
    }

    @Override
    public void run(DistillationForward problem, Stream stream) {
        DistillationRows rows = new DistillationRows(problem.inputs(), problem.result(), driver);
        ParallelRows.forEach(rows.rows, rows.classes, rows::measure);
        rows.reduce();
    }

    @Override
    public void run(DistillationFused problem, Stream stream) {
        DistillationRows rows = new DistillationRows(problem.inputs(), problem.result(), driver);
        RowView dx = new RowView(problem.dx(), driver);
        LongToDoubleFunction gradScale = factors(problem.gradScale());
        double meanFactor = rows.meanFactor();
        ParallelRows.forEach(rows.rows, rows.classes, row -> {
            double[] gradient = Scratch.of(rows.classes).third;
            DistillationRow measured = rows.measure(row);
            if (measured == null) {
                Arrays.fill(gradient, 0, rows.classes, 0);
            } else {
                measured.gradient(gradScale.applyAsDouble(row) * meanFactor, gradient);
            }
            dx.write(row, gradient);
        });
        rows.reduce();
    }

    @Override
    public void run(CrossEntropyForward problem, Stream stream) {
        LossRows loss = new LossRows(problem.inputs(), problem.result(), driver);
        loss.countLabels();
        RowView x = new RowView(problem.inputs().x(), driver);
        int classes = problem.inputs().x().classes();
        ParallelRows.forEach(problem.inputs().x().count(), classes, row -> {
            Scratch scratch = Scratch.of(classes);
            double[] logits = scratch.first;
            x.read(row, logits);
            RowMath.Summary summary = RowMath.summarize(logits, scratch.second, classes);
            loss.setRow(row, loss.of(row, logits, summary), summary.lse());
        });
        loss.reduce();
    }

    @Override
    public void run(CrossEntropyBackward problem, Stream stream) {
        LossRows loss = new LossRows(problem.inputs(), problem.saved(), driver);
        RowView x = new RowView(problem.inputs().x(), driver);
        RowView dx = new RowView(problem.dx(), driver);
        LongToDoubleFunction gradScale = factors(problem.gradScale());
        double meanFactor = loss.meanFactor();
        int classes = problem.inputs().x().classes();
        ParallelRows.forEach(problem.inputs().x().count(), classes, row -> {
            double[] values = Scratch.of(classes).first;
            if (!loss.counts(row)) {
                Arrays.fill(values, 0, classes, 0);
            } else {
                x.read(row, values);
                double lse = loss.lse(row);
                for (int j = 0; j < classes; j++) {
                    // Rows with an infinite lse are NaN throughout, as in the forward op.
                    values[j] = Double.isInfinite(lse) ? Double.NaN : Math.exp(values[j] - lse);
                }
                loss.toGradient(row, values, gradScale.applyAsDouble(row) * meanFactor);
            }
            dx.write(row, values);
        });
    }

    @Override
    public void run(CrossEntropyFused problem, Stream stream) {
        LossRows loss = new LossRows(problem.inputs(), problem.result(), driver);
        loss.countLabels();
        RowView x = new RowView(problem.inputs().x(), driver);
        RowView dx = new RowView(problem.dx(), driver);
        LongToDoubleFunction gradScale = factors(problem.gradScale());
        double meanFactor = loss.meanFactor();
        int classes = problem.inputs().x().classes();
        ParallelRows.forEach(problem.inputs().x().count(), classes, row -> {
            Scratch scratch = Scratch.of(classes);
            double[] logits = scratch.first;
            double[] values = scratch.second;
            if (!loss.counts(row)) {
                loss.setRow(row, loss.isIgnored(row) ? 0 : Double.NaN, 0);
                Arrays.fill(values, 0, classes, 0);
            } else {
                x.read(row, logits);
                RowMath.Summary summary = RowMath.summarize(logits, values, classes);
                loss.setRow(row, loss.of(row, logits, summary), summary.lse());
                boolean regular = Double.isFinite(summary.lse());
                for (int j = 0; j < classes; j++) {
                    values[j] = regular ? values[j] / summary.sum : Double.NaN;
                }
                loss.toGradient(row, values, gradScale.applyAsDouble(row) * meanFactor);
            }
            dx.write(row, values);
        });
        loss.reduce();
    }

    private LongToDoubleFunction factors(GradScale gradScale) {
        return RowFactors.of(gradScale, driver);
    }
}

package io.github.logitops.cpu;

import io.github.logitops.memory.Stream;
import io.github.logitops.op.CrossEntropyBackward;
import io.github.logitops.op.CrossEntropyCombine;
import io.github.logitops.op.CrossEntropyForward;
import io.github.logitops.op.CrossEntropyFused;
import io.github.logitops.op.CrossEntropyInputs;
import io.github.logitops.op.CrossEntropyPartials;
import io.github.logitops.op.DistillationForward;
import io.github.logitops.op.DistillationFused;
import io.github.logitops.op.EntropyBackward;
import io.github.logitops.op.EntropyForward;
import io.github.logitops.op.Executor;
import io.github.logitops.op.GradScale;
import io.github.logitops.op.LogSumExpBackward;
import io.github.logitops.op.LogSumExpForward;
import io.github.logitops.op.MaskedSoftmaxForward;
import io.github.logitops.op.Rows;
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
            RowSoftmax softmax = RowSoftmax.of(values, 1, exps, classes);
            if (log) {
                softmax.toLogProbs(values, classes);
            } else {
                softmax.toProbabilities(exps, classes);
            }
            y.write(row, log ? values : exps);
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
            RowSoftmax softmax = RowSoftmax.of(values, 1, scratch.second, classes);
            if (softmax.isEmpty()) {
                Arrays.fill(scratch.second, 0, classes, 0);
            } else {
                softmax.toProbabilities(scratch.second, classes);
            }
            y.write(row, scratch.second);
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
        CrossEntropyInputs inputs = problem.inputs();
        TargetRows targets = new TargetRows(inputs, driver);
        LossRows rows = new LossRows(inputs, targets, driver);
        LossOutputs to = new LossOutputs(problem.result(), inputs.options(), targets, driver);
        targets.count(inputs.x().count(), problem.result().counts(), driver);
        forEach(inputs.x(), (row, scratch) -> rows.forward(row, scratch, to));
        to.reduce();
    }

    @Override
    public void run(CrossEntropyBackward problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        TargetRows targets = new TargetRows(inputs, driver);
        LossRows rows = new LossRows(inputs, targets, driver);
        LossOutputs saved = new LossOutputs(problem.saved(), inputs.options(), targets, driver);
        RowView dx = new RowView(problem.dx(), driver);
        LongToDoubleFunction factors = saved.factors(problem.gradScale());
        forEach(inputs.x(), (row, scratch) -> {
            if (targets.counts(row)) {
                RowSoftmax softmax = saved.softmax(row);
                rows.fromSaved(row, scratch, softmax);
                double ofProbability = saved.ofProbability(saved.targetSum(row), softmax.lse());
                rows.toGradient(row, scratch, ofProbability, factors.applyAsDouble(row));
            } else {
                rows.zeros(scratch);
            }
            dx.write(row, scratch.second);
        });
    }

    @Override
    public void run(CrossEntropyFused problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        TargetRows targets = new TargetRows(inputs, driver);
        LossRows rows = new LossRows(inputs, targets, driver);
        LossOutputs to = new LossOutputs(problem.result(), inputs.options(), targets, driver);
        RowView dx = new RowView(problem.dx(), driver);
        targets.count(inputs.x().count(), problem.result().counts(), driver);
        LongToDoubleFunction factors = to.factors(problem.gradScale());
        forEach(inputs.x(), (row, scratch) -> {
            if (targets.counts(row)) {
                RowSoftmax softmax = rows.forward(row, scratch, to);
                softmax.toProbabilities(scratch.second, inputs.x().classes());
                double ofProbability = to.ofProbability(rows.targetSum(row, scratch), softmax.lse());
                rows.toGradient(row, scratch, ofProbability, factors.applyAsDouble(row));
            } else {
                to.skip(row);
                rows.zeros(scratch);
            }
            dx.write(row, scratch.second);
        });
        to.reduce();
    }

    @Override
    public void run(CrossEntropyPartials problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        LossRows rows = new LossRows(inputs, new TargetRows(inputs, driver), driver);
        VectorView to = new VectorView(problem.partials(), driver);
        forEach(
                inputs.x(),
                (row, scratch) -> rows.partials(row, scratch, to, inputs.x().count()));
    }

    @Override
    public void run(CrossEntropyCombine problem, Stream stream) {
        TargetRows targets = new TargetRows(problem, driver);
        LossOutputs to = new LossOutputs(problem.result(), problem.options(), targets, driver);
        VectorView partials = new VectorView(problem.partials(), driver);
        double unit = LogitRows.unit(problem.options());
        targets.count(problem.rows(), problem.result().counts(), driver);
        ParallelRows.forEach(
                problem.rows(),
                problem.shards(),
                row -> LossRows.combine(row, partials, problem.rows(), problem.shards(), unit, targets, to));
        to.reduce();
    }

    /** Work on a row with a thread's arrays. */
    private interface RowWork {
        void accept(long row, Scratch scratch);
    }

    private static void forEach(Rows x, RowWork work) {
        ParallelRows.forEach(x.count(), x.classes(), row -> work.accept(row, Scratch.of(x.classes())));
    }

    private LongToDoubleFunction factors(GradScale gradScale) {
        return RowFactors.of(gradScale, driver);
    }
}

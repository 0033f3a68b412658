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
import io.github.logitops.op.LossBuffers;
import io.github.logitops.op.MaskedSoftmaxForward;
import io.github.logitops.op.Problem;
import io.github.logitops.op.Rows;
import io.github.logitops.op.SelectedLogProbBackward;
import io.github.logitops.op.SelectedLogProbForward;
import io.github.logitops.op.SoftmaxBackward;
import io.github.logitops.op.SoftmaxForward;
import io.github.logitops.op.SoftmaxKind;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Reduction;
import java.util.function.LongToDoubleFunction;

/**
 * The ops on host memory, rows in parallel on all cores. Every dtype is computed in double and rounded once on the way out, so
 * there is one path for all of them and what is left of an error is that rounding. Runs at once: when a call returns, its work
 * is done.
 */
public final class CpuExecutor implements Executor {
    private final HostDriver driver;
    private final ScratchPool scratch;
    private final LogProbRows logProbs;

    /** An executor for tensors in {@code driver}'s memory. */
    public CpuExecutor(HostDriver driver) {
        this(driver, new ScratchPool(driver));
    }

    CpuExecutor(HostDriver driver, ScratchPool scratch) {
        this.driver = driver;
        this.scratch = scratch;
        this.logProbs = new LogProbRows(driver, scratch);
    }

    @Override
    public void run(SoftmaxForward problem, Stream stream) {
        ParallelRows rows = rows(problem, problem.x());
        RowView x = new RowView(problem.x(), driver);
        RowView y = new RowView(problem.y(), driver);
        boolean log = problem.kind() == SoftmaxKind.LOG_SOFTMAX;
        rows.forEach((row, own) -> {
            SoftmaxRow softmax = SoftmaxRow.of(x.row(row, own.first()), 1, own.second(), own.blocks());
            for (Block block : own.blocks()) {
                y.write(row, block, log ? softmax.logProbs(block) : softmax.probabilities(block));
            }
        });
    }

    @Override
    public void run(SoftmaxBackward problem, Stream stream) {
        ParallelRows rows = rows(problem, problem.y());
        RowView y = new RowView(problem.y(), driver);
        RowView dy = new RowView(problem.dy(), driver);
        RowView dx = new RowView(problem.dx(), driver);
        LongToDoubleFunction gradScale = factors(problem.gradScale());
        boolean log = problem.kind() == SoftmaxKind.LOG_SOFTMAX;
        rows.forEach((row, own) -> {
            BlockedRow output = y.row(row, own.first());
            BlockedRow gradient = dy.row(row, own.second());
            double sum = log ? sum(gradient, own) : dot(output, gradient, own);
            double scale = gradScale.applyAsDouble(row);
            for (Block block : own.blocks()) {
                double[] of = output.at(block);
                double[] to = gradient.take(block);
                for (int j = 0; j < block.count(); j++) {
                    to[j] = log ? scale * (to[j] - Math.exp(of[j]) * sum) : scale * (of[j] * (to[j] - sum));
                }
                dx.write(row, block, to);
            }
        });
    }

    private static double sum(BlockedRow values, Scratch own) {
        RowSum sum = new RowSum();
        for (Block block : own.blocks()) {
            sum.add(values.at(block), block.count());
        }
        return sum.value();
    }

    /** By way of the third array. */
    private static double dot(BlockedRow a, BlockedRow b, Scratch own) {
        BlockedRow products = new BlockedRow(own.third(), (block, into) -> {
            double[] ofA = a.at(block);
            double[] ofB = b.at(block);
            for (int j = 0; j < block.count(); j++) {
                into[j] = ofA[j] * ofB[j];
            }
        });
        return sum(products, own);
    }

    @Override
    public void run(MaskedSoftmaxForward problem, Stream stream) {
        ParallelRows rows = rows(problem, problem.x());
        RowView x = new RowView(problem.x(), driver);
        RowView y = new RowView(problem.y(), driver);
        MaskView mask = new MaskView(problem, driver);
        rows.forEach((row, own) -> {
            BlockedRow masked = new BlockedRow(own.first(), (block, into) -> {
                x.read(row, block, into);
                mask.apply(row, block, into, own.third());
            });
            SoftmaxRow softmax = SoftmaxRow.of(masked, 1, own.second(), own.blocks());
            if (softmax.softmax().isEmpty()) {
                y.writeZeros(row, own);
                return;
            }
            for (Block block : own.blocks()) {
                y.write(row, block, softmax.probabilities(block));
            }
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
        ParallelRows rows = rows(problem, problem.inputs().student());
        DistillationRows losses = new DistillationRows(problem.inputs(), problem.result(), driver);
        rows.forEach(losses::measure);
        losses.reduce();
    }

    @Override
    public void run(DistillationFused problem, Stream stream) {
        ParallelRows rows = rows(problem, problem.inputs().student());
        DistillationRows losses = new DistillationRows(problem.inputs(), problem.result(), driver);
        RowView dx = new RowView(problem.dx(), driver);
        LongToDoubleFunction gradScale = factors(problem.gradScale());
        double meanFactor = losses.meanFactor();
        rows.forEach((row, own) -> {
            DistillationRow measured = losses.measure(row, own);
            if (measured == null) {
                dx.writeZeros(row, own);
                return;
            }
            for (Block block : own.blocks()) {
                measured.gradient(gradScale.applyAsDouble(row) * meanFactor, block, own.third());
                dx.write(row, block, own.third());
            }
        });
        losses.reduce();
    }

    @Override
    public void run(CrossEntropyForward problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        ParallelRows rows = rows(problem, inputs.x());
        TargetRows targets = new TargetRows(inputs, driver);
        LossRows losses = new LossRows(inputs, targets, driver);
        LossOutputs to = outputs(problem, problem.result(), inputs.options(), targets);
        targets.count(inputs.x().count(), problem.result().counts(), driver);
        rows.forEach((row, own) -> losses.forward(row, own, to));
        to.reduce();
    }

    @Override
    public void run(CrossEntropyBackward problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        ParallelRows rows = rows(problem, inputs.x());
        TargetRows targets = new TargetRows(inputs, driver);
        LossRows losses = new LossRows(inputs, targets, driver);
        LossOutputs saved = new LossOutputs(problem.saved(), inputs.options(), targets, null, driver);
        RowView dx = new RowView(problem.dx(), driver);
        LongToDoubleFunction factors = saved.factors(problem.gradScale());
        rows.forEach((row, own) -> {
            if (targets.counts(row)) {
                RowSoftmax softmax = saved.softmax(row);
                SoftmaxRow z = losses.fromSaved(row, own, softmax);
                double ofProbability = saved.ofProbability(saved.targetSum(row), softmax.lse());
                losses.gradient(row, own, z, ofProbability, factors.applyAsDouble(row), dx);
            } else {
                dx.writeZeros(row, own);
            }
        });
    }

    @Override
    public void run(CrossEntropyFused problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        ParallelRows rows = rows(problem, inputs.x());
        TargetRows targets = new TargetRows(inputs, driver);
        LossRows losses = new LossRows(inputs, targets, driver);
        LossOutputs to = outputs(problem, problem.result(), inputs.options(), targets);
        RowView dx = new RowView(problem.dx(), driver);
        targets.count(inputs.x().count(), problem.result().counts(), driver);
        LongToDoubleFunction factors = to.factors(problem.gradScale());
        rows.forEach((row, own) -> {
            if (targets.counts(row)) {
                SoftmaxRow z = losses.forward(row, own, to);
                double ofProbability =
                        to.ofProbability(losses.targetSum(row, own), z.softmax().lse());
                losses.gradient(row, own, z, ofProbability, factors.applyAsDouble(row), dx);
            } else {
                to.skip(row);
                dx.writeZeros(row, own);
            }
        });
        to.reduce();
    }

    @Override
    public void run(CrossEntropyPartials problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        long count = inputs.x().count();
        ParallelRows rows = rows(problem, inputs.x());
        LossRows losses = new LossRows(inputs, new TargetRows(inputs, driver), driver);
        VectorView to = new VectorView(problem.partials(), driver);
        rows.forEach((row, own) -> losses.partials(row, own, to, count));
    }

    @Override
    public void run(CrossEntropyCombine problem, Stream stream) {
        ParallelRows rows = new ParallelRows(problem.op(), problem.rows(), problem.shards(), scratch);
        TargetRows targets = new TargetRows(problem, driver);
        LossOutputs to = outputs(problem, problem.result(), problem.options(), targets);
        VectorView partials = new VectorView(problem.partials(), driver);
        double unit = LogitRows.unit(problem.options());
        targets.count(problem.rows(), problem.result().counts(), driver);
        rows.forEach(
                (row, own) -> LossRows.combine(row, partials, problem.rows(), problem.shards(), unit, targets, to));
        to.reduce();
    }

    private ParallelRows rows(Problem problem, Rows x) {
        return new ParallelRows(problem.op(), x.count(), x.classes(), scratch);
    }

    private LossOutputs outputs(Problem problem, LossBuffers to, CrossEntropyOptions options, TargetRows targets) {
        boolean reduced = options.reduction() != Reduction.NONE;
        double[] losses =
                reduced ? scratch.perRow(problem.op(), to.lse().shape().elements()) : null;
        return new LossOutputs(to, options, targets, losses, driver);
    }

    private LongToDoubleFunction factors(GradScale gradScale) {
        return RowFactors.of(gradScale, driver);
    }
}

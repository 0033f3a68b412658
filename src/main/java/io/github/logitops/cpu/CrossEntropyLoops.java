package io.github.logitops.cpu;

import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.op.Problem;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Reduction;
import java.util.function.LongToDoubleFunction;

/** Cross entropy, of all classes or of shards: labels are counted before its rows, their losses reduced after. */
final class CrossEntropyLoops {
    private final HostDriver driver;
    private final ScratchPool scratch;

    CrossEntropyLoops(HostDriver driver, ScratchPool scratch) {
        this.driver = driver;
        this.scratch = scratch;
    }

    void addTo(ProblemTable table) {
        table.on(CrossEntropyProblem.Forward.class, this::forward);
        table.on(CrossEntropyProblem.Backward.class, this::backward);
        table.on(CrossEntropyProblem.Fused.class, this::fused);
        table.on(CrossEntropyProblem.Partials.class, this::partials);
        table.on(CrossEntropyProblem.Combine.class, this::combine);
    }

    private void forward(CrossEntropyProblem.Forward problem) {
        CrossEntropyProblem.Inputs inputs = problem.inputs();
        ParallelRows rows = ParallelRows.of(problem, inputs.x(), scratch);
        TargetRows targets = new TargetRows(inputs, driver);
        LossRows losses = new LossRows(inputs, targets, driver);
        LossOutputs to = outputs(problem, problem.result(), inputs.options(), targets);
        targets.count(inputs.x().count(), problem.result(), driver);
        rows.forEach((row, own) -> losses.forward(row, own, to));
        to.reduce();
    }

    private void backward(CrossEntropyProblem.Backward problem) {
        CrossEntropyProblem.Inputs inputs = problem.inputs();
        ParallelRows rows = ParallelRows.of(problem, inputs.x(), scratch);
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

    private void fused(CrossEntropyProblem.Fused problem) {
        CrossEntropyProblem.Inputs inputs = problem.inputs();
        ParallelRows rows = ParallelRows.of(problem, inputs.x(), scratch);
        TargetRows targets = new TargetRows(inputs, driver);
        LossRows losses = new LossRows(inputs, targets, driver);
        LossOutputs to = outputs(problem, problem.result(), inputs.options(), targets);
        RowView dx = new RowView(problem.dx(), driver);
        targets.count(inputs.x().count(), problem.result(), driver);
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

    private void partials(CrossEntropyProblem.Partials problem) {
        CrossEntropyProblem.Inputs inputs = problem.inputs();
        long count = inputs.x().count();
        ParallelRows rows = ParallelRows.of(problem, inputs.x(), scratch);
        LossRows losses = new LossRows(inputs, new TargetRows(inputs, driver), driver);
        VectorView to = new VectorView(problem.partials(), driver);
        rows.forEach((row, own) -> losses.partials(row, own, to, count));
    }

    private void combine(CrossEntropyProblem.Combine problem) {
        ParallelRows rows = new ParallelRows(problem.op(), problem.rows(), problem.shards(), scratch);
        TargetRows targets = new TargetRows(problem, driver);
        LossOutputs to = outputs(problem, problem.result(), problem.options(), targets);
        VectorView partials = new VectorView(problem.partials(), driver);
        double unit = LogitRows.unit(problem.options());
        targets.count(problem.rows(), problem.result(), driver);
        rows.forEach(
                (row, own) -> LossRows.combine(row, partials, problem.rows(), problem.shards(), unit, targets, to));
        to.reduce();
    }

    private LossOutputs outputs(Problem problem, ResultBuffers to, CrossEntropyOptions options, TargetRows targets) {
        boolean reduced = options.reduction() != Reduction.NONE;
        double[] losses = reduced
                ? scratch.perRow(problem.op(), to.get(ResultPart.LSE).shape().elements())
                : null;
        return new LossOutputs(to, options, targets, losses, driver);
    }
}

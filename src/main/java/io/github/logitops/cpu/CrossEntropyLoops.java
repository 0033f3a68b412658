package io.github.logitops.cpu;

import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.op.Problem;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Reduction;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;

/** Cross entropy, of all classes or of shards: labels are counted before its rows, their losses reduced after. */
final class CrossEntropyLoops {
    private final CpuContext cpu;

    CrossEntropyLoops(CpuContext cpu) {
        this.cpu = cpu;
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
        ParallelRows rows = cpu.rows(problem, inputs.x(), LossRows.PASSING, LossRows.HELD);
        TargetRows targets = new TargetRows(inputs, cpu);
        LossRows losses = new LossRows(inputs, targets, cpu);
        LossOutputs to = outputs(problem, problem.result(), inputs.options(), targets);
        targets.count(inputs.x().count(), problem.result());
        rows.forEach(tile -> losses.forward(tile, targets.of(tile), to));
        to.reduce();
    }

    private void backward(CrossEntropyProblem.Backward problem) {
        CrossEntropyProblem.Inputs inputs = problem.inputs();
        ParallelRows rows = cpu.rows(problem, inputs.x(), LossRows.PASSING, LossRows.HELD);
        TargetRows targets = new TargetRows(inputs, cpu);
        LossRows losses = new LossRows(inputs, targets, cpu);
        LossOutputs saved = new LossOutputs(problem.saved(), inputs.options(), targets, null, cpu);
        RowView dx = cpu.view(problem.dx());
        LongToDoubleFunction factors = saved.factors(problem.gradScale());
        rows.forEach(tile -> {
            LossRows.Measured known = losses.known(tile, targets.of(tile), saved);
            losses.gradient(
                    known,
                    row -> saved.ofProbability(
                            saved.targetSum(tile.row(row)), known.z().row(row).lse()),
                    row -> factors.applyAsDouble(tile.row(row)),
                    dx);
        });
    }

    private void fused(CrossEntropyProblem.Fused problem) {
        CrossEntropyProblem.Inputs inputs = problem.inputs();
        ParallelRows rows = cpu.rows(problem, inputs.x(), LossRows.PASSING, LossRows.HELD);
        TargetRows targets = new TargetRows(inputs, cpu);
        LossRows losses = new LossRows(inputs, targets, cpu);
        LossOutputs to = outputs(problem, problem.result(), inputs.options(), targets);
        RowView dx = cpu.view(problem.dx());
        targets.count(inputs.x().count(), problem.result());
        LongToDoubleFunction factors = to.factors(problem.gradScale());
        rows.forEach(tile -> {
            TileLabels labels = targets.of(tile);
            if (labels.anyCounts()) {
                LossRows.Measured measured = losses.forward(tile, labels, to);
                double[] targetSums = losses.targetSums(measured);
                losses.gradient(
                        measured,
                        row -> to.ofProbability(
                                targetSums[row], measured.z().row(row).lse()),
                        row -> factors.applyAsDouble(tile.row(row)),
                        dx);
            } else {
                tile.each(dx::writeZeros);
            }
            for (int i = 0; i < tile.rows(); i++) {
                if (!labels.counts(i)) {
                    to.skip(tile.row(i));
                }
            }
        });
        to.reduce();
    }

    private void partials(CrossEntropyProblem.Partials problem) {
        CrossEntropyProblem.Inputs inputs = problem.inputs();
        long count = inputs.x().count();
        ParallelRows rows = cpu.rows(problem, inputs.x(), LossRows.PASSING, LossRows.HELD);
        LossRows losses = new LossRows(inputs, new TargetRows(inputs, cpu), cpu);
        VectorView to = cpu.view(problem.partials());
        rows.forEach(tile -> losses.partials(tile, to, count));
    }

    private void combine(CrossEntropyProblem.Combine problem) {
        TargetRows targets = new TargetRows(problem, cpu);
        LossOutputs to = outputs(problem, problem.result(), problem.options(), targets);
        VectorView partials = cpu.view(problem.partials());
        double unit = LogitRows.unit(problem.options());
        targets.count(problem.rows(), problem.result());
        LongStream.range(0, problem.rows())
                .parallel()
                .forEach(row -> LossRows.combine(row, partials, problem.rows(), problem.shards(), unit, targets, to));
        to.reduce();
    }

    private LossOutputs outputs(Problem problem, ResultBuffers to, CrossEntropyOptions options, TargetRows targets) {
        boolean reduced = options.reduction() != Reduction.NONE;
        double[] losses = reduced
                ? cpu.scratch()
                        .perRow(problem.op(), to.get(ResultPart.LSE).shape().elements())
                : null;
        return new LossOutputs(to, options, targets, losses, cpu);
    }
}

package io.github.logitops.cpu;

import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.op.Problem;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.Rows;
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
        table.on(CrossEntropyProblem.ForwardPart.class, this::forwardPart);
        table.on(CrossEntropyProblem.FusedPart.class, this::fusedPart);
        table.on(CrossEntropyProblem.Totals.class, this::totals);
        table.on(CrossEntropyProblem.Partials.class, this::partials);
        table.on(CrossEntropyProblem.Combine.class, this::combine);
    }

    private void forward(CrossEntropyProblem.Forward problem) {
        CrossEntropyProblem.Inputs inputs = problem.inputs();
        TargetRows targets = new TargetRows(inputs, cpu);
        Losses losses = losses(inputs, null, targets);
        ParallelRows rows = losses.rows(problem);
        LossOutputs to = outputs(problem, problem.result(), inputs.options(), targets);
        targets.count(inputs.x().count(), problem.result());
        rows.forEach(tile -> losses.forward(tile, to));
        to.reduce();
    }

    private void backward(CrossEntropyProblem.Backward problem) {
        CrossEntropyProblem.Inputs inputs = problem.inputs();
        TargetRows targets = new TargetRows(inputs, cpu);
        Losses losses = losses(inputs, problem.dx(), targets);
        ParallelRows rows = losses.rows(problem);
        LossOutputs saved = new LossOutputs(problem.saved(), inputs.options(), targets, null, false, cpu);
        LongToDoubleFunction factors = saved.factors(problem.gradScale());
        rows.forEach(tile -> losses.backward(tile, saved, factors));
    }

    private void fused(CrossEntropyProblem.Fused problem) {
        CrossEntropyProblem.Inputs inputs = problem.inputs();
        TargetRows targets = new TargetRows(inputs, cpu);
        Losses losses = losses(inputs, problem.dx(), targets);
        ParallelRows rows = losses.rows(problem);
        LossOutputs to = outputs(problem, problem.result(), inputs.options(), targets);
        targets.count(inputs.x().count(), problem.result());
        LongToDoubleFunction factors = to.factors(problem.gradScale());
        rows.forEach(tile -> losses.fused(tile, to, factors));
        to.reduce();
    }

    private void forwardPart(CrossEntropyProblem.ForwardPart part) {
        CrossEntropyProblem.Forward problem = part.of();
        CrossEntropyProblem.Inputs inputs = problem.inputs();
        TargetRows targets = new TargetRows(inputs, cpu);
        Losses losses = losses(inputs, null, targets);
        LossOutputs to = new LossOutputs(problem.result(), inputs.options(), targets, null, true, cpu);
        losses.rows(problem).forEach(tile -> losses.forward(tile, to));
    }

    private void fusedPart(CrossEntropyProblem.FusedPart part) {
        CrossEntropyProblem.Fused problem = part.of();
        CrossEntropyProblem.Inputs inputs = problem.inputs();
        TargetRows targets = new TargetRows(inputs, cpu);
        Losses losses = losses(inputs, problem.dx(), targets);
        LossOutputs to = new LossOutputs(problem.result(), inputs.options(), targets, null, true, cpu);
        LongToDoubleFunction factors = to.factors(problem.gradScale());
        losses.rows(problem).forEach(tile -> losses.fused(tile, to, factors));
    }

    private void totals(CrossEntropyProblem.Totals problem) {
        TargetRows targets = new TargetRows(problem, cpu);
        targets.count(problem.rows(), problem.result());
        if (problem.after()) {
            LossOutputs to = outputs(problem, problem.result(), problem.options(), targets);
            to.joinParts();
            to.reduce();
        }
    }

    /** @param dx where gradients go; null: nowhere */
    private Losses losses(CrossEntropyProblem.Inputs inputs, Rows dx, TargetRows targets) {
        return FloatLosses.take(inputs, dx, cpu)
                ? new FloatLosses(inputs, dx, targets, cpu)
                : new LossRows(inputs, dx, targets, cpu);
    }

    private void partials(CrossEntropyProblem.Partials problem) {
        CrossEntropyProblem.Inputs inputs = problem.inputs();
        long count = inputs.x().count();
        LossRows losses = new LossRows(inputs, null, new TargetRows(inputs, cpu), cpu);
        ParallelRows rows = losses.rows(problem);
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
        return new LossOutputs(to, options, targets, losses, false, cpu);
    }
}

package io.github.logitops.cpu;

import io.github.logitops.op.Problem;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.Rows;
import io.github.logitops.op.SigmoidCrossEntropyProblem;
import io.github.logitops.op.SigmoidCrossEntropyProblem.Inputs;
import io.github.logitops.spec.Reduction;
import java.util.concurrent.atomic.LongAdder;

/** Sigmoid cross entropy: targets are counted before its elements, whose losses are added up row by row and reduced after. */
final class SigmoidCrossEntropyLoops {
    private final CpuContext cpu;

    SigmoidCrossEntropyLoops(CpuContext cpu) {
        this.cpu = cpu;
    }

    void addTo(ProblemTable table) {
        table.on(SigmoidCrossEntropyProblem.Forward.class, this::forward);
        table.on(SigmoidCrossEntropyProblem.Backward.class, this::backward);
        table.on(SigmoidCrossEntropyProblem.Fused.class, this::fused);
    }

    private void forward(SigmoidCrossEntropyProblem.Forward problem) {
        BinaryLosses losses = new BinaryLosses(problem.inputs(), cpu);
        run(problem, problem.result(), losses, counted -> losses.lossesTo(problem.result()));
    }

    private void fused(SigmoidCrossEntropyProblem.Fused problem) {
        BinaryLosses losses = new BinaryLosses(problem.inputs(), cpu);
        run(problem, problem.result(), losses, counted -> {
            double factor = problem.gradScale().value() / divisor(problem.inputs(), counted);
            losses.lossesTo(problem.result());
            losses.gradientTo(problem.dx(), new ElementFactors(factor, problem.factors(), cpu));
        });
    }

    private void backward(SigmoidCrossEntropyProblem.Backward problem) {
        Inputs inputs = problem.inputs();
        double counted = cpu.view(problem.saved().get(ResultPart.DIVISORS)).get(0);
        double factor = problem.gradScale().value() / divisor(inputs, counted);
        BinaryLosses losses = new BinaryLosses(inputs, cpu);
        losses.gradientTo(problem.dx(), new ElementFactors(factor, problem.factors(), cpu));
        rows(problem, inputs.x()).forEach(tile -> tile.each(losses::evaluate));
    }

    /** Where nothing counts, all gradients are 0. */
    private static double divisor(Inputs inputs, double counted) {
        return inputs.reduction() == Reduction.MEAN ? Math.max(1, counted) : 1;
    }

    /** What is to be written, once the number of elements that count is known. */
    private interface Ask {
        void with(long counted);
    }

    private void run(SigmoidCrossEntropyProblem problem, ResultBuffers result, BinaryLosses losses, Ask ask) {
        Inputs inputs = problem.inputs();
        boolean reduced = inputs.reduction() != Reduction.NONE;
        double[] ofRows =
                reduced ? cpu.scratch().perRow(problem.op(), inputs.x().count()) : null;
        ParallelRows rows = rows(problem, inputs.x());
        long counted = count(problem, losses);
        cpu.view(result.get(ResultPart.LABEL_STATS)).setLong(0, counted);
        cpu.view(result.get(ResultPart.DIVISORS)).set(0, counted);
        ask.with(counted);
        rows.forEach(tile -> {
            if (reduced) {
                double[] sums = tile.sum(losses::evaluate);
                System.arraycopy(sums, 0, ofRows, (int) tile.row(0), tile.rows());
            } else {
                tile.each(losses::evaluate);
            }
        });
        if (reduced) {
            double sum = RowSum.of(ofRows, (int) inputs.x().count());
            boolean mean = inputs.reduction() == Reduction.MEAN;
            double empty = inputs.options().emptyMean().value();
            cpu.view(result.get(ResultPart.LOSS)).set(0, !mean ? sum : counted == 0 ? empty : sum / counted);
        }
    }

    private long count(SigmoidCrossEntropyProblem problem, BinaryLosses losses) {
        if (problem.inputs().options().ignoreValue().isEmpty()) {
            return problem.inputs().elements();
        }
        LongAdder counted = new LongAdder();
        rows(problem, problem.inputs().x()).forEach(tile -> tile.each(block -> counted.add(losses.count(block))));
        return counted.sum();
    }

    private ParallelRows rows(Problem problem, Rows x) {
        return cpu.rows(problem, x, 1, 0); // sums come with operands
    }
}

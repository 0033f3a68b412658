package io.github.logitops.cpu;

import io.github.logitops.op.MaskedSoftmaxProblem;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.SoftmaxProblem;
import java.util.function.LongToDoubleFunction;

/** Softmax, log-softmax and masked softmax, row by row. */
final class SoftmaxLoops {
    private final HostDriver driver;
    private final ScratchPool scratch;

    SoftmaxLoops(HostDriver driver, ScratchPool scratch) {
        this.driver = driver;
        this.scratch = scratch;
    }

    void addTo(ProblemTable table) {
        table.on(SoftmaxProblem.Forward.class, this::forward);
        table.on(SoftmaxProblem.Backward.class, this::backward);
        table.on(MaskedSoftmaxProblem.Forward.class, this::masked);
    }

    private void forward(SoftmaxProblem.Forward problem) {
        ParallelRows rows = ParallelRows.of(problem, problem.x(), scratch);
        RowView x = new RowView(problem.x(), driver);
        RowView y = new RowView(problem.y(), driver);
        boolean log = problem.kind() == SoftmaxProblem.Kind.LOG_SOFTMAX;
        rows.forEach((row, own) -> {
            SoftmaxRow softmax = SoftmaxRow.of(x.row(row, own.first()), 1, own.second(), own.blocks());
            for (Block block : own.blocks()) {
                y.write(row, block, log ? softmax.logProbs(block) : softmax.probabilities(block));
            }
        });
    }

    private void backward(SoftmaxProblem.Backward problem) {
        ParallelRows rows = ParallelRows.of(problem, problem.y(), scratch);
        RowView y = new RowView(problem.y(), driver);
        RowView dy = new RowView(problem.dy(), driver);
        RowView dx = new RowView(problem.dx(), driver);
        LongToDoubleFunction gradScale = RowFactors.of(problem.gradScale(), driver);
        boolean log = problem.kind() == SoftmaxProblem.Kind.LOG_SOFTMAX;
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

    private void masked(MaskedSoftmaxProblem.Forward problem) {
        ParallelRows rows = ParallelRows.of(problem, problem.x(), scratch);
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
}

package io.github.logitops.cpu;

import io.github.logitops.op.MaskedSoftmaxProblem;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.SoftmaxProblem;
import java.util.function.LongToDoubleFunction;

/** Softmax, log-softmax and masked softmax. */
final class SoftmaxLoops {
    private final CpuContext cpu;

    SoftmaxLoops(CpuContext cpu) {
        this.cpu = cpu;
    }

    void addTo(ProblemTable table) {
        table.on(SoftmaxProblem.Forward.class, this::forward);
        table.on(SoftmaxProblem.Backward.class, this::backward);
        table.on(MaskedSoftmaxProblem.Forward.class, this::masked);
    }

    private void forward(SoftmaxProblem.Forward problem) {
        ParallelRows rows = cpu.rows(problem, problem.x(), 2);
        RowView x = cpu.view(problem.x());
        RowView y = cpu.view(problem.y());
        boolean log = problem.kind() == SoftmaxProblem.Kind.LOG_SOFTMAX;
        rows.forEach(tile -> {
            Operand logits = new Operand(0, x::read);
            if (log) {
                TileSoftmax softmax = TileSoftmax.withoutExps(tile, logits, 1);
                double[] logDivisor = softmax.spread(RowSoftmax::logDivisor);
                tile.each(block -> y.write(block, softmax.logProbs(block, logDivisor)));
            } else {
                TileSoftmax softmax = TileSoftmax.of(tile, logits, 1, 1);
                double[] inverse = softmax.spread(RowSoftmax::inverse);
                tile.each(block -> y.write(block, softmax.probabilities(block, inverse)));
            }
        });
    }

    private void backward(SoftmaxProblem.Backward problem) {
        ParallelRows rows = cpu.rows(problem, problem.y(), 2);
        RowView y = cpu.view(problem.y());
        RowView dy = cpu.view(problem.dy());
        RowView dx = cpu.view(problem.dx());
        LongToDoubleFunction gradScale = RowFactors.of(problem.gradScale(), cpu);
        boolean log = problem.kind() == SoftmaxProblem.Kind.LOG_SOFTMAX;
        rows.forEach(tile -> {
            Operand output = new Operand(0, y::read);
            Operand gradient = new Operand(1, dy::read);
            double[] ofRows = log ? tile.sum(gradient::at) : dot(tile, output, gradient);
            double[] sum = tile.spread(row -> ofRows[row]);
            double[] scale = tile.spread(row -> gradScale.applyAsDouble(tile.row(row)));
            double[] none = tile.spread(row -> 0);
            tile.each(block -> {
                double[] of = output.take(block);
                double[] to = gradient.take(block);
                if (log) { // dy - e^y sum
                    tile.math().exp(of, none, 1, of, block.count());
                    Lanes.multiply(of, sum, block.count());
                    Lanes.subtract(to, of, block.count());
                } else { // y (dy - sum)
                    Lanes.subtract(to, sum, block.count());
                    Lanes.multiply(to, of, block.count());
                }
                Lanes.multiply(to, scale, block.count());
                dx.write(block, to);
            });
        });
    }

    private static double[] dot(Tile tile, Operand a, Operand b) {
        return tile.sum(block -> {
            double[] products = block.own().spare(0);
            System.arraycopy(a.at(block), 0, products, 0, block.count());
            Lanes.multiply(products, b.at(block), block.count());
            return products;
        });
    }

    private void masked(MaskedSoftmaxProblem.Forward problem) {
        ParallelRows rows = cpu.rowByRow(problem, problem.x(), 2);
        RowView x = cpu.view(problem.x());
        RowView y = cpu.view(problem.y());
        MaskView mask = new MaskView(problem, cpu.driver());
        rows.forEach(tile -> {
            Operand masked = new Operand(0, (block, into) -> {
                x.read(block, into);
                mask.apply(tile.row(0), block, into);
            });
            TileSoftmax softmax = TileSoftmax.of(tile, masked, 1, 1);
            // A row that is hidden altogether is 0.
            double[] inverse = softmax.spread(row -> row.isEmpty() ? 0 : row.inverse());
            tile.each(block -> y.write(block, softmax.probabilities(block, inverse)));
        });
    }
}

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
        if (cpu.goesByFloats(problem.x(), problem.y())) {
            forwardInFloats(problem);
            return;
        }
        RowView x = cpu.view(problem.x());
        RowView y = cpu.view(problem.y());
        if (problem.kind() == SoftmaxProblem.Kind.LOG_SOFTMAX) {
            cpu.rows(problem, problem.x(), 0, 1).forEach(tile -> writeLogs(tile, x, y));
        } else {
            cpu.rows(problem, problem.x(), 1, 1).forEach(tile -> {
                TileSoftmax softmax = TileSoftmax.of(tile, new Operand(0, x::read), 1, 1);
                LaneNumbers inverse = softmax.inverse();
                tile.each(block -> y.write(block, softmax.scaled(block, inverse)));
            });
        }
    }

    private void forwardInFloats(SoftmaxProblem.Forward problem) {
        FloatRows x = cpu.floats(problem.x());
        FloatRows y = cpu.floats(problem.y());
        boolean log = problem.kind() == SoftmaxProblem.Kind.LOG_SOFTMAX;
        cpu.floatRows(problem, problem.x()).forEach(tile -> {
            FloatSoftmax softmax = log ? FloatSoftmax.ofHeldLogits(tile, x, 1) : FloatSoftmax.of(tile, x, 1);
            double inverse = softmax.row().inverse();
            tile.eachPart(
                    part -> y.write(tile.row(0), part, log ? softmax.logs(part) : softmax.affine(part, inverse, 0, 1)));
        });
    }

    private static void writeLogs(Tile tile, RowView x, RowView y) {
        TileSoftmax softmax = TileSoftmax.passing(tile, new Operand(0, x::read), 1);
        double[] shift = softmax.shift();
        double[] logDivisor = softmax.spread(RowSoftmax::logDivisor);
        tile.each(block -> {
            double[] logs = softmax.distances(block, shift);
            Lanes.subtract(logs, logDivisor, block.count());
            y.write(block, logs);
        });
    }

    private void backward(SoftmaxProblem.Backward problem) {
        boolean log = problem.kind() == SoftmaxProblem.Kind.LOG_SOFTMAX;
        if (!log && cpu.goesByFloats(problem.y(), problem.dy(), problem.dx())) {
            backwardInFloats(problem);
            return;
        }
        ParallelRows rows = cpu.rows(problem, problem.y(), 0, 2);
        RowView y = cpu.view(problem.y());
        RowView dy = cpu.view(problem.dy());
        RowView dx = cpu.view(problem.dx());
        LongToDoubleFunction gradScale = RowFactors.of(problem.gradScale(), cpu);
        rows.forEach(tile -> {
            Operand output = new Operand(0, y::read);
            Operand gradient = new Operand(1, dy::read);
            double[] ofRows = log ? tile.sum(gradient::at) : dot(tile, output, gradient);
            double[] sum = tile.spread(row -> ofRows[row]);
            double[] scale = tile.spread(row -> gradScale.applyAsDouble(tile.row(row)));
            double[] none = tile.spread(row -> 0);
            tile.each(block -> {
                double[] result = block.own().spare(0);
                if (log) { // dy - e^y sum
                    tile.math().exp(output.at(block), none, 1, result, block.count());
                    Lanes.multiply(result, sum, block.count());
                    Lanes.difference(gradient.at(block), result, result, block.count());
                } else { // y (dy - sum)
                    Lanes.difference(gradient.at(block), sum, result, block.count());
                    Lanes.multiply(result, output.at(block), block.count());
                }
                Lanes.multiply(result, scale, block.count());
                dx.write(block, result);
            });
        });
    }

    /** y (dy - sum). */
    private void backwardInFloats(SoftmaxProblem.Backward problem) {
        FloatRows y = cpu.floats(problem.y());
        FloatRows dy = cpu.floats(problem.dy());
        FloatRows dx = cpu.floats(problem.dx());
        FloatMath math = y.math();
        LongToDoubleFunction gradScale = RowFactors.of(problem.gradScale(), cpu);
        cpu.floatRows(problem, problem.y()).forEach(tile -> {
            long row = tile.row(0);
            double[] sums = new double[tile.parts()];
            tile.eachPart(part -> {
                float[] output = part.held();
                float[] gradient = part.own().floats();
                y.read(row, part, 0, output);
                dy.read(row, part, 0, gradient);
                sums[part.number()] =
                        math.dot(output, gradient, part.columns(), part.own().chains());
            });
            float sum = (float) RowSum.of(sums, sums.length);
            float scale = (float) gradScale.applyAsDouble(row);
            tile.eachPart(part -> {
                float[] gradient = part.own().floats();
                dy.read(row, part, 0, gradient);
                math.weighDifferences(gradient, sum, part.held(), scale, gradient, part.columns());
                dx.write(row, part, gradient);
            });
        });
    }

    private static double[] dot(Tile tile, Operand a, Operand b) {
        return tile.sum(block -> {
            double[] products = block.own().spare(0);
            Lanes.product(a.at(block), b.at(block), products, block.count());
            return products;
        });
    }

    private void masked(MaskedSoftmaxProblem.Forward problem) {
        ParallelRows rows = cpu.rowByRow(problem, problem.x(), 1, 1);
        RowView x = cpu.view(problem.x());
        RowView y = cpu.view(problem.y());
        MaskView mask = new MaskView(problem, cpu);
        rows.forEach(tile -> {
            Operand masked = new Operand(0, (block, into) -> {
                x.read(block, into);
                mask.apply(tile.row(0), block, into);
            });
            TileSoftmax softmax = TileSoftmax.of(tile, masked, 1, 1);
            // A row that is hidden altogether is 0.
            LaneNumbers inverse = softmax.scale(
                    row -> softmax.row(row).isEmpty() ? 0 : softmax.row(row).inverse());
            tile.each(block -> y.write(block, softmax.scaled(block, inverse)));
        });
    }
}

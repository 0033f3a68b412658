package io.github.logitops.cpu;

import static io.github.logitops.cpu.Lanes.weighted;

import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.op.Problem;
import io.github.logitops.op.Rows;
import java.util.Arrays;
import java.util.function.LongToDoubleFunction;

/** Cross entropy of the row of a tile in floats, as {@link LossRows} has it in doubles: with labels, smoothed or not. */
final class FloatLosses implements Losses {
    private final CrossEntropyProblem.Inputs inputs;
    private final FloatRows x;
    private final FloatRows dx; // null: no gradient is asked for
    private final TargetRows targets;
    private final CpuContext cpu;
    private final double unit;
    private final double even; // what every class has

    FloatLosses(CrossEntropyProblem.Inputs inputs, Rows dx, TargetRows targets, CpuContext cpu) {
        this.inputs = inputs;
        this.x = cpu.floats(inputs.x());
        this.dx = dx == null ? null : cpu.floats(dx);
        this.targets = targets;
        this.cpu = cpu;
        this.unit = LogitRows.unit(inputs.options());
        this.even = targets.even();
    }

    /** Whether it does what these inputs ask for. */
    static boolean take(CrossEntropyProblem.Inputs inputs, Rows dx, CpuContext cpu) {
        boolean plain = inputs.options().softCap().isEmpty()
                && inputs.options().outputs().isEmpty();
        boolean weighed = inputs.weights() != null && inputs.options().labelSmoothing() != 0;
        return plain
                && !weighed
                && inputs.labels() != null
                && cpu.goesByFloats(inputs.x())
                && (dx == null || cpu.goesByFloats(dx));
    }

    @Override
    public ParallelRows rows(Problem problem) {
        return cpu.floatRows(problem, inputs.x());
    }

    @Override
    public void forward(Tile tile, LossOutputs to) {
        measured(tile, to);
    }

    @Override
    public void fused(Tile tile, LossOutputs to, LongToDoubleFunction factors) {
        long row = tile.row(0);
        if (targets.counts(row)) {
            gradient(tile, measured(tile, to), to, targetSum(row), factors);
        } else {
            writeZeros(tile);
            to.skip(row);
        }
    }

    @Override
    public void backward(Tile tile, LossOutputs saved, LongToDoubleFunction factors) {
        long row = tile.row(0);
        if (targets.counts(row)) {
            FloatSoftmax known = FloatSoftmax.known(tile, x, saved.softmax(row));
            gradient(tile, known, saved, saved.targetSum(row), factors);
        } else {
            writeZeros(tile);
        }
    }

    private FloatSoftmax measured(Tile tile, LossOutputs to) {
        FloatSoftmax z = FloatSoftmax.of(tile, x, unit);
        RowSoftmax softmax = z.row();
        long row = tile.row(0);
        to.setSoftmax(row, softmax);
        if (targets.counts(row) && softmax.isRegular()) {
            to.setLosses(row, loss(row, z), softmax, targetSum(row));
        } else {
            to.setNoLosses(row);
        }
        return z;
    }

    private double loss(long row, FloatSoftmax z) {
        RowSoftmax softmax = z.row();
        double v = x.at(row, targets.labelColumn(row));
        double ofLabel = weighted(targets.peak(row), softmax.logSum() - (v - softmax.shift()) * unit);
        return even == 0 ? ofLabel : ofLabel + even * (inputs.x().classes() * softmax.logSum() - z.distances(x));
    }

    /** The sum of the targets of a counted row. */
    private double targetSum(long row) {
        return targets.peak(row) + even * inputs.x().classes();
    }

    private void gradient(
            Tile tile, FloatSoftmax z, LossOutputs ofBatch, double targetSum, LongToDoubleFunction factors) {
        long row = tile.row(0);
        int column = targets.labelColumn(row);
        double peak = targets.peak(row);
        double factor = factors.applyAsDouble(row);
        double scale = ofBatch.ofProbability(targetSum, z.row()) * z.row().inverse();
        tile.eachPart(part -> {
            float[] gradient = z.affine(part, scale, even, factor);
            int lane = column - part.column();
            if (column >= 0 && lane >= 0 && lane < part.columns()) {
                gradient[lane] = (float) ((z.exp(part, lane) * scale - even - peak) * factor);
            }
            dx.write(row, part, gradient);
        });
    }

    private void writeZeros(Tile tile) {
        tile.eachPart(part -> {
            float[] zeros = part.own().floats();
            Arrays.fill(zeros, 0);
            dx.write(tile.row(0), part, zeros);
        });
    }
}

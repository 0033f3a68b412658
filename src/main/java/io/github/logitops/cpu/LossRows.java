package io.github.logitops.cpu;

import static io.github.logitops.cpu.Lanes.weighted;

import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.op.Problem;
import io.github.logitops.op.Rows;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.function.LongToDoubleFunction;

/**
 * Cross entropy of the rows of a tile. With the targets T and the logits z, S = sum T_j and the z-loss coefficient lambda,
 *
 * <pre>
 * loss       = sum T_j (lse - z_j) + lambda lse²
 * gradient_j = (p_j (S + 2 lambda lse r) - T_j) dz_j/dx_j
 * </pre>
 *
 * where r is what MEAN divides losses by over what it divides z-losses by, and 1 otherwise.
 */
final class LossRows implements Losses {
    /** The operands of a tile: logits; their exponentials and the targets are held. */
    private static final int PASSING = 1;

    private static final int HELD = 2;

    private static final int V = 0;
    private static final int EXPS = 1;
    private static final int TARGETS = 2;

    private final Rows x;
    private final RowView dx; // null: no gradient is asked for
    private final TargetRows targets;
    private final LogitRows logits;
    private final CpuContext cpu;

    LossRows(CrossEntropyProblem.Inputs inputs, Rows dx, TargetRows targets, CpuContext cpu) {
        this.x = inputs.x();
        this.dx = dx == null ? null : cpu.view(dx);
        this.targets = targets;
        this.logits = new LogitRows(inputs, cpu);
        this.cpu = cpu;
    }

    /** A tile with what is known of its rows. */
    private record Measured(Tile tile, TileLabels labels, TileSoftmax z) {}

    @Override
    public ParallelRows rows(Problem problem) {
        return cpu.rows(problem, x, PASSING, HELD);
    }

    @Override
    public void forward(Tile tile, LossOutputs to) {
        forward(tile, targets.of(tile), to);
    }

    @Override
    public void fused(Tile tile, LossOutputs to, LongToDoubleFunction factors) {
        TileLabels labels = targets.of(tile);
        if (labels.anyCounts()) {
            Measured measured = forward(tile, labels, to);
            double[] targetSums = targetSums(measured);
            gradient(measured, to, row -> targetSums[row], factors);
        } else {
            tile.each(dx::writeZeros);
        }
        for (int i = 0; i < tile.rows(); i++) {
            if (!labels.counts(i)) {
                to.skip(tile.row(i));
            }
        }
    }

    @Override
    public void backward(Tile tile, LossOutputs saved, LongToDoubleFunction factors) {
        TileSoftmax z = TileSoftmax.known(tile, logits.v(V), logits.unit(), row -> saved.softmax(tile.row(row)));
        Measured known = new Measured(tile, targets.of(tile), z);
        gradient(known, saved, row -> saved.targetSum(tile.row(row)), factors);
    }

    private Measured forward(Tile tile, TileLabels labels, LossOutputs to) {
        Measured of = read(tile, labels);
        TileSoftmax z = of.z;
        if (to.wantsArgmax() || to.wantsRanks()) {
            writeOrder(of, to);
        }
        double[] entropies = to.wantsEntropy() ? z.entropies() : null;
        double[][] losses = targets.spreads() && labels.anyCounts() ? spreadLosses(of) : null;
        for (int i = 0; i < tile.rows(); i++) {
            long row = tile.row(i);
            RowSoftmax softmax = z.row(i);
            to.setSoftmax(row, softmax);
            if (entropies != null) {
                to.setEntropy(row, entropies[i]);
            }
            if (!labels.counts(i) || !softmax.isRegular()) {
                to.setNoLosses(row);
            } else if (losses != null) {
                to.setLosses(row, losses[1][i], softmax, losses[0][i]);
            } else {
                double v = tile.get(z.v(), i, labels.column(i));
                double loss = weighted(labels.peak(i), softmax.logSum() - (v - softmax.shift()) * logits.unit());
                to.setLosses(row, loss, softmax, labels.peak(i));
            }
        }
        return of;
    }

    private Measured read(Tile tile, TileLabels labels) {
        return new Measured(tile, labels, TileSoftmax.of(tile, logits.v(V), logits.unit(), EXPS));
    }

    /** The sums of T_j and of T_j (log S - (z_j - max)). */
    private double[][] spreadLosses(Measured of) {
        Operand t = targets(of.labels);
        double[] shift = of.z.shift();
        double[] logSum = of.z.spread(RowSoftmax::logSum);
        double[][] sums = of.tile.sums(2, (block, to) -> {
            double[] terms = lossTerms(of, block, shift, logSum);
            Lanes.multiply(terms, t.at(block), block.count());
            to.get(0).add(t.at(block), block.lanes());
            to.get(1).add(terms, block.lanes());
        });
        // Infinite times no target is NaN: then it is looked at whether there is a target.
        boolean sure = true;
        for (int i = 0; i < of.tile.rows(); i++) {
            sure &= !of.labels.counts(i) || !of.z.row(i).isRegular() || Double.isFinite(sums[1][i]);
        }
        if (!sure) {
            sums[1] = of.tile.sum(block -> {
                double[] weights = block.own().spare(0);
                System.arraycopy(t.at(block), 0, weights, 0, block.count());
                Lanes.multiplyUnlessZero(weights, lossTerms(of, block, shift, logSum), block.count());
                return weights;
            });
        }
        return sums;
    }

    private static double[] lossTerms(Measured of, Block block, double[] shift, double[] logSum) {
        double[] terms = of.z.distances(block, shift);
        Lanes.difference(logSum, terms, terms, block.count());
        return terms;
    }

    private Operand targets(TileLabels labels) {
        return new Operand(TARGETS, (block, into) -> targets.read(block, labels, into));
    }

    /** Writes which class is the largest, and where the target's is. */
    private void writeOrder(Measured of, LossOutputs to) {
        Tile tile = of.tile;
        Operand x = logits.capped() ? logits.x(TARGETS) : of.z.v();
        int[] target =
                targets.labelled() ? of.labels.columns() : TileOrder.largest(tile, targets.probabilities(TARGETS));
        if (to.wantsRanks()) {
            int[] ranks = TileOrder.ranks(tile, x, target);
            for (int i = 0; i < tile.rows(); i++) {
                to.setRank(tile.row(i), of.labels.counts(i) ? ranks[i] : -1);
            }
        }
        if (to.wantsArgmax()) {
            int[] largest = TileOrder.largest(tile, x);
            for (int i = 0; i < tile.rows(); i++) {
                to.setArgmax(tile.row(i), largest[i], of.labels.counts(i) && target[i] == largest[i]);
            }
        }
    }

    /** Writes the gradient of rows, 0 where they do not count, from the sums of their targets. */
    private void gradient(
            Measured of, LossOutputs ofBatch, IntToDoubleFunction targetSum, LongToDoubleFunction factor) {
        Tile tile = of.tile;
        if (!of.labels.anyCounts()) {
            tile.each(dx::writeZeros);
            return;
        }
        LaneNumbers scale = of.z.scale(row -> ofBatch.ofProbability(targetSum.applyAsDouble(row), of.z.row(row))
                * of.z.row(row).inverse());
        Factors factors = new Factors(tile, row -> factor.applyAsDouble(tile.row(row)));
        Operand t = targets.spreads() ? targets(of.labels) : null;
        tile.each(block -> {
            double[] gradient = of.z.scaled(block, scale);
            if (t == null) {
                of.labels.addPeaks(block, gradient, -1);
            } else {
                Lanes.subtract(gradient, t.at(block), block.count());
            }
            factors.multiply(gradient, block.count());
            if (logits.capped()) {
                logits.multiplyBySlope(gradient, of.z.v().at(block), block.count());
            }
            of.labels.clearOthers(block, gradient);
            dx.write(block, gradient);
        });
    }

    /** The sum of each row's targets in double, where the columns are all classes. */
    private double[] targetSums(Measured of) {
        if (!targets.spreads()) {
            double[] peaks = new double[of.tile.rows()];
            Arrays.setAll(peaks, of.labels::peak);
            return peaks;
        }
        return of.tile.sum(targets(of.labels)::at);
    }

    /** Writes the sums over a shard's columns of each row. */
    void partials(Tile tile, VectorView to, long rows) {
        TileLabels labels = targets.of(tile);
        Measured of = read(tile, labels);
        double[][] spread = targets.spreads() ? spreadPartials(of) : null;
        for (int i = 0; i < tile.rows(); i++) {
            long row = tile.row(i);
            boolean spreads = spread != null && labels.counts(i);
            of.z.row(i).save(to, row, rows);
            to.set(2 * rows + row, labels.column(i) < 0 ? 0 : tile.get(of.z.v(), i, labels.column(i)));
            to.set(3 * rows + row, spreads ? spread[0][i] : 0);
            to.set(4 * rows + row, spreads ? spread[1][i] : 0);
        }
    }

    /** The sums of T_j but for labels' peaks, and of T_j (z_j - max). */
    private double[][] spreadPartials(Measured of) {
        Operand t = new Operand(TARGETS, targets::readSpread);
        double[] shift = of.z.shift();
        return of.tile.sums(2, (block, to) -> {
            double[] terms = block.own().spare(0);
            double[] ofBlock = t.at(block);
            double[] distances = of.z.distances(block, shift);
            System.arraycopy(ofBlock, 0, terms, 0, block.count());
            Lanes.multiplyUnlessZero(terms, distances, block.count());
            to.get(0).add(ofBlock, block.lanes());
            to.get(1).add(terms, block.lanes());
        });
    }

    /**
     * Writes the losses of a row from the partials of its shards, {@link CrossEntropyProblem.Partials#COUNT} for each row and shard.
     *
     * @param unit what one of v is worth in z
     */
    static void combine(
            long row, VectorView partials, long rows, int shards, double unit, TargetRows targets, LossOutputs to) {
        double[][] of = new double[CrossEntropyProblem.Partials.COUNT][shards];
        for (int i = 0; i < shards; i++) {
            for (int k = 0; k < of.length; k++) {
                of[k][i] = partials.get((i * (long) of.length + k) * rows + row);
            }
        }
        RowSoftmax softmax = RowSoftmax.ofParts(of[0], of[1], unit);
        to.setSoftmax(row, softmax);
        if (!targets.counts(row) || !softmax.isRegular()) {
            to.setNoLosses(row);
            return;
        }
        double label = RowSum.of(of[2], shards);
        double spread = RowSum.of(of[3], shards);
        double loss = weighted(targets.peak(row), softmax.logSum() - (label - softmax.shift()) * unit);
        if (targets.spreads()) {
            for (int i = 0; i < shards; i++) { // each part's logits count from its own maximum
                of[4][i] += weighted(of[3][i], (RowSoftmax.shift(of[0][i]) - softmax.shift()) * unit);
            }
            loss += spread * softmax.logSum() - RowSum.of(of[4], shards);
        }
        to.setLosses(row, loss, softmax, targets.peak(row) + spread);
    }
}

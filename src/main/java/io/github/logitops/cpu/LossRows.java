package io.github.logitops.cpu;

import static io.github.logitops.cpu.TargetRows.weighted;

import io.github.logitops.op.CrossEntropyProblem;
import java.util.Arrays;

/**
 * Cross entropy row by row. With the targets T and the logits z, S = sum T_j and the z-loss coefficient lambda,
 *
 * <pre>
 * loss       = sum T_j (lse - z_j) + lambda lse²
 * gradient_j = (p_j (S + 2 lambda lse r) - T_j) dz_j/dx_j
 * </pre>
 *
 * where r is what MEAN divides losses by over what it divides z-losses by, and 1 otherwise.
 */
final class LossRows {
    private final TargetRows targets;
    private final LogitRows logits;

    LossRows(CrossEntropyProblem.Inputs inputs, TargetRows targets, HostDriver driver) {
        this.targets = targets;
        this.logits = new LogitRows(inputs, driver);
    }

    /** Writes what is asked for of a row, whose z lies in the first two scratch arrays. */
    SoftmaxRow forward(long row, Scratch scratch, LossOutputs to) {
        if (to.wantsArgmax()) {
            int best = logits.argmax(row, scratch);
            to.setArgmax(row, best, targets.counts(row) && targets.best(row, scratch) == best);
        }
        SoftmaxRow z = read(row, scratch);
        RowSoftmax softmax = z.softmax();
        to.setSoftmax(row, softmax);
        if (to.wantsEntropy()) {
            to.setEntropy(row, z.entropy(scratch.third()));
        }
        if (!targets.counts(row) || !softmax.isRegular()) {
            to.setNoLosses(row);
            return z;
        }
        double[] t = scratch.third();
        RowSum targetSum = new RowSum();
        RowSum losses = new RowSum();
        double logSum = softmax.logSum();
        for (Block block : scratch.blocks()) {
            targets.read(row, block, t);
            targetSum.add(t, block.count());
            double[] v = z.v(block);
            for (int j = 0; j < block.count(); j++) {
                t[j] = weighted(t[j], logSum - (v[j] - softmax.shift()) * logits.unit());
            }
            losses.add(t, block.count());
        }
        to.setLosses(row, losses.value(), softmax.lse(), targetSum.value());
        return z;
    }

    private SoftmaxRow read(long row, Scratch scratch) {
        BlockedRow v = logits.row(row, scratch.first());
        return SoftmaxRow.of(v, logits.unit(), scratch.second(), scratch.blocks());
    }

    /** Writes the sums over a shard's columns of a row. */
    void partials(long row, Scratch scratch, VectorView to, long rows) {
        SoftmaxRow z = read(row, scratch);
        RowSoftmax softmax = z.softmax();
        softmax.save(to, row, rows);
        int column = targets.counts(row) ? targets.labelColumn(row) : -1;
        to.set(2 * rows + row, column < 0 ? 0 : logits.get(row, column));
        double[] t = scratch.third();
        RowSum spread = new RowSum();
        RowSum products = new RowSum();
        for (Block block : scratch.blocks()) {
            if (targets.counts(row) && targets.spreads()) {
                targets.readSpread(row, block, t);
            } else {
                Arrays.fill(t, 0, block.count(), 0);
            }
            spread.add(t, block.count());
            double[] v = z.v(block);
            for (int j = 0; j < block.count(); j++) {
                t[j] = weighted(t[j], (v[j] - softmax.shift()) * logits.unit());
            }
            products.add(t, block.count());
        }
        to.set(3 * rows + row, spread.value());
        to.set(4 * rows + row, products.value());
    }

    /** As {@link #forward} returns it, from what that saved. */
    SoftmaxRow fromSaved(long row, Scratch scratch, RowSoftmax softmax) {
        return SoftmaxRow.of(softmax, logits.row(row, scratch.first()), scratch.second(), scratch.blocks());
    }

    /** Writes a counted row's gradient, perhaps over its logits. */
    void gradient(long row, Scratch scratch, SoftmaxRow z, double ofProbability, double factor, RowView dx) {
        double[] t = scratch.third();
        for (Block block : scratch.blocks()) {
            double[] v = z.v(block);
            double[] p = z.probabilities(block);
            targets.read(row, block, t);
            for (int j = 0; j < block.count(); j++) {
                double ofZ = p[j] * ofProbability - t[j];
                boolean none = ofZ == 0
                        && Double.isInfinite(factor); // a product of finite numbers: nothing times it is nothing
                p[j] = none ? 0 : ofZ * factor * logits.slope(v[j]);
            }
            dx.write(row, block, p);
        }
    }

    /** The sum of a counted row's targets in double, where the columns are all classes. */
    double targetSum(long row, Scratch scratch) {
        RowSum sum = new RowSum();
        for (Block block : scratch.blocks()) {
            targets.read(row, block, scratch.third());
            sum.add(scratch.third(), block.count());
        }
        return sum.value();
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
        RowSoftmax softmax = RowSoftmax.ofParts(of[0], of[1], unit, shards);
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
        to.setLosses(row, loss, softmax.lse(), targets.peak(row) + spread);
    }
}

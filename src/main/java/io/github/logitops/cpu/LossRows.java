package io.github.logitops.cpu;

import static io.github.logitops.cpu.TargetRows.weighted;

import io.github.logitops.op.CrossEntropyInputs;
import io.github.logitops.op.CrossEntropyPartials;
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
    private final int columns;
    private final TargetRows targets;
    private final LogitRows logits;

    LossRows(CrossEntropyInputs inputs, TargetRows targets, HostDriver driver) {
        this.columns = inputs.x().classes();
        this.targets = targets;
        this.logits = new LogitRows(inputs, driver);
    }

    /** Writes what is asked for of a row; leaves its v in the first scratch array and exp(z - max z) in the second. */
    RowSoftmax forward(long row, Scratch scratch, LossOutputs to) {
        double[] v = scratch.first;
        logits.read(row, v);
        if (to.wantsArgmax()) {
            int best = RowMath.argmax(v, columns);
            to.setArgmax(row, best, targets.counts(row) && targets.best(row, scratch.third) == best);
        }
        logits.apply(v);
        RowSoftmax softmax = RowSoftmax.of(v, logits.unit(), scratch.second, columns);
        to.setSoftmax(row, softmax);
        if (to.wantsEntropy()) {
            to.setEntropy(row, softmax.entropy(v, scratch.second, scratch.third, columns));
        }
        if (!targets.counts(row) || !softmax.isRegular()) {
            to.setNoLosses(row);
            return softmax;
        }
        double[] t = scratch.third;
        targets.read(row, t);
        double targetSum = RowMath.sum(t, columns);
        double logSum = softmax.logSum();
        for (int j = 0; j < columns; j++) {
            t[j] = weighted(t[j], logSum - (v[j] - softmax.shift()) * logits.unit());
        }
        to.setLosses(row, RowMath.sum(t, columns), softmax.lse(), targetSum);
        return softmax;
    }

    /** Writes the sums over a shard's columns of a row. */
    void partials(long row, Scratch scratch, VectorView to, long rows) {
        double[] v = scratch.first;
        logits.read(row, v);
        logits.apply(v);
        RowSoftmax softmax = RowSoftmax.of(v, logits.unit(), scratch.second, columns);
        softmax.save(to, row, rows);
        int column = targets.counts(row) ? targets.labelColumn(row) : -1;
        to.set(2 * rows + row, column < 0 ? 0 : v[column]);
        double[] t = scratch.third;
        if (targets.counts(row) && targets.spreads()) {
            targets.readSpread(row, t);
        } else {
            Arrays.fill(t, 0, columns, 0);
        }
        to.set(3 * rows + row, RowMath.sum(t, columns));
        for (int j = 0; j < columns; j++) {
            t[j] = weighted(t[j], (v[j] - softmax.shift()) * logits.unit());
        }
        to.set(4 * rows + row, RowMath.sum(t, columns));
    }

    /** As after {@link #forward}, from what that saved, with probabilities in the second scratch array. */
    void fromSaved(long row, Scratch scratch, RowSoftmax softmax) {
        double[] v = scratch.first;
        logits.read(row, v);
        logits.apply(v);
        for (int j = 0; j < columns; j++) {
            scratch.second[j] = softmax.p(v[j]);
        }
    }

    /** Turns a counted row's probabilities into its gradient, in the second scratch array. */
    void toGradient(long row, Scratch scratch, double ofProbability, double factor) {
        double[] t = scratch.third;
        targets.read(row, t);
        for (int j = 0; j < columns; j++) {
            double ofZ = scratch.second[j] * ofProbability - t[j];
            boolean none =
                    ofZ == 0 && Double.isInfinite(factor); // a product of finite numbers: nothing times it is nothing
            scratch.second[j] = none ? 0 : ofZ * factor * logits.slope(scratch.first[j]);
        }
    }

    /** The sum of a counted row's targets in double, where the columns are all classes. */
    double targetSum(long row, Scratch scratch) {
        targets.read(row, scratch.third);
        return RowMath.sum(scratch.third, columns);
    }

    /** The gradient of a row that does not count, in the second scratch array. */
    void zeros(Scratch scratch) {
        Arrays.fill(scratch.second, 0, columns, 0);
    }

    /**
     * Writes the losses of a row from the partials of its shards, {@link CrossEntropyPartials#COUNT} for each row and shard.
     *
     * @param unit what one of v is worth in z
     */
    static void combine(
            long row, VectorView partials, long rows, int shards, double unit, TargetRows targets, LossOutputs to) {
        double[][] of = new double[CrossEntropyPartials.COUNT][shards];
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
        double label = RowMath.sum(of[2], shards);
        double spread = RowMath.sum(of[3], shards);
        double loss = weighted(targets.peak(row), softmax.logSum() - (label - softmax.shift()) * unit);
        if (targets.spreads()) {
            for (int i = 0; i < shards; i++) { // each part's logits count from its own maximum
                of[4][i] += weighted(of[3][i], (RowSoftmax.shift(of[0][i]) - softmax.shift()) * unit);
            }
            loss += spread * softmax.logSum() - RowMath.sum(of[4], shards);
        }
        to.setLosses(row, loss, softmax.lse(), targets.peak(row) + spread);
    }
}

package io.github.logitops.cpu;

import static io.github.logitops.cpu.TargetRows.weighted;

import io.github.logitops.op.CrossEntropyInputs;
import io.github.logitops.op.CrossEntropyPartials;
import java.util.Arrays;

/**
 * Cross entropy row by row. With the targets T and the logits z, S = sum T_j and the z-loss coefficient lambda,
 *
 * <pre>
 * loss       = S lse - sum T_j z_j + lambda lse²
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

    /** Writes what is asked for of a row; leaves its z in the first scratch array and exp(z - shift) in the second. */
    RowMath.Summary forward(long row, Scratch scratch, LossOutputs to) {
        double[] z = scratch.first;
        logits.read(row, z);
        if (to.wantsArgmax()) {
            int best = RowMath.argmax(z, columns);
            to.setArgmax(row, best, targets.counts(row) && targets.best(row, scratch.third) == best);
        }
        logits.apply(z);
        RowMath.Summary summary = RowMath.summarize(z, scratch.second, columns);
        if (to.wantsEntropy()) {
            to.setEntropy(row, summary.entropy(z, scratch.second, scratch.third, columns));
        }
        if (!targets.counts(row) || !Double.isFinite(summary.lse())) {
            to.setNoLosses(row, summary.lse());
            return summary;
        }
        double logSum = Math.log(summary.sum);
        double[] t = scratch.third;
        targets.read(row, t);
        double targetSum = RowMath.sum(t, columns);
        for (int j = 0; j < columns; j++) {
            t[j] = weighted(t[j], logSum - (z[j] - summary.shift));
        }
        to.setLosses(row, RowMath.sum(t, columns), summary.lse(), targetSum);
        return summary;
    }

    /** Writes the sums over a shard's columns of a row. */
    void partials(long row, Scratch scratch, VectorView to, long rows) {
        double[] v = scratch.first;
        logits.read(row, v);
        logits.cap(v);
        double max = RowMath.max(v, columns);
        double shift = Double.isInfinite(max) ? 0 : max;
        for (int j = 0; j < columns; j++) {
            scratch.second[j] = Math.exp((v[j] - shift) * logits.unit());
        }
        to.set(row, max);
        to.set(rows + row, RowMath.sum(scratch.second, columns));
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
            t[j] = weighted(t[j], v[j]);
        }
        to.set(4 * rows + row, RowMath.sum(t, columns));
    }

    /** As after {@link #forward}, from the saved lse, with probabilities in the second scratch array. */
    void fromSaved(long row, Scratch scratch, double lse) {
        double[] z = scratch.first;
        logits.read(row, z);
        logits.apply(z);
        for (int j = 0; j < columns; j++) {
            // Rows with an infinite lse are NaN throughout, as in the forward op. Under a logit scale the stored lse of
            // logits about -1e30 is off by more than exponentials bear: no probability passes 1 for that.
            scratch.second[j] = Double.isInfinite(lse) ? Double.NaN : Math.min(1, Math.exp(z[j] - lse));
        }
    }

    /** Turns a counted row's probabilities into its gradient, in the second scratch array. */
    void toGradient(long row, Scratch scratch, double ofProbability, double factor) {
        double[] t = scratch.third;
        targets.read(row, t);
        for (int j = 0; j < columns; j++) {
            double ofZ = scratch.second[j] * ofProbability - t[j];
            scratch.second[j] = ofZ * factor * logits.slope(scratch.first[j]);
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
        double max = RowMath.max(of[0], shards);
        double shift = Double.isInfinite(max) ? 0 : max;
        for (int i = 0; i < shards; i++) {
            double shiftOfPart = Double.isInfinite(of[0][i]) ? 0 : of[0][i];
            of[1][i] = weighted(of[1][i], Math.exp((shiftOfPart - shift) * unit));
        }
        double logSum = Math.log(RowMath.sum(of[1], shards));
        double lse = unit * shift + logSum;
        if (!targets.counts(row) || !Double.isFinite(lse)) {
            to.setNoLosses(row, lse);
            return;
        }
        double label = RowMath.sum(of[2], shards);
        double spread = RowMath.sum(of[3], shards);
        double loss = weighted(targets.peak(row), logSum - (label - shift) * unit);
        if (targets.spreads()) {
            loss += spread * lse - RowMath.sum(of[4], shards) * unit;
        }
        to.setLosses(row, loss, lse, targets.peak(row) + spread);
    }
}

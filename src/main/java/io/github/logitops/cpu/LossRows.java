package io.github.logitops.cpu;

import static io.github.logitops.cpu.TargetRows.weighted;

import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyInputs;
import io.github.logitops.op.GradScale;
import io.github.logitops.op.LossBuffers;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Reduction;
import java.util.Arrays;
import java.util.function.LongToDoubleFunction;

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
    private final CrossEntropyOptions options;
    private final long rows;
    private final int classes;
    private final TargetRows targets;
    private final LogitRows logits;

    private final VectorView loss;
    private final VectorView rowLosses;
    private final VectorView lse;
    private final VectorView targetSums;
    private final VectorView divisors;
    private final VectorView labelStats;
    private final VectorView zLoss; // from here on null: not asked for
    private final VectorView zLosses;
    private final VectorView argmax;
    private final VectorView correct;
    private final VectorView entropy;

    LossRows(CrossEntropyInputs inputs, LossBuffers buffers, HostDriver driver) {
        options = inputs.options();
        rows = inputs.x().count();
        classes = inputs.x().classes();
        targets = new TargetRows(inputs, driver);
        logits = new LogitRows(inputs, driver);
        loss = new VectorView(buffers.loss(), driver);
        rowLosses = new VectorView(buffers.rowLosses(), driver);
        lse = new VectorView(buffers.lse(), driver);
        targetSums = new VectorView(buffers.targetSums(), driver);
        divisors = new VectorView(buffers.divisors(), driver);
        labelStats = new VectorView(buffers.labelStats(), driver);
        zLoss = viewOrNull(buffers.zLoss(), driver);
        zLosses = viewOrNull(buffers.zLosses(), driver);
        argmax = viewOrNull(buffers.argmax(), driver);
        correct = viewOrNull(buffers.correct(), driver);
        entropy = viewOrNull(buffers.entropy(), driver);
    }

    private static VectorView viewOrNull(Tensor tensor, HostDriver driver) {
        return tensor == null ? null : new VectorView(tensor, driver);
    }

    /** Counts the rows, sums what MEAN divides by, and notes the first label out of range. */
    void countLabels() {
        long counted = 0;
        double sum = 0;
        double lost = 0;
        boolean noted = labelStats.label(1) >= 0;
        for (long row = 0; row < rows; row++) {
            if (targets.counts(row)) {
                counted++;
                double weight = targets.weight(row);
                double next = sum + weight;
                lost += (sum - next) + weight;
                sum = next;
            } else if (!noted && !targets.isIgnored(row)) {
                labelStats.setLong(1, row);
                labelStats.setLong(2, targets.label(row));
                noted = true;
            }
        }
        labelStats.setLong(0, counted);
        divisors.set(0, Double.isFinite(sum) ? sum + lost : sum);
        divisors.set(1, counted);
    }

    boolean counts(long row) {
        return targets.counts(row);
    }

    /** Writes what is asked for of a row; leaves its z in the first scratch array and exp(z - shift) in the second. */
    RowMath.Summary forward(long row, Scratch scratch) {
        double[] z = scratch.first;
        logits.read(row, z);
        if (argmax != null) {
            int best = RowMath.argmax(z, classes);
            argmax.setInt(row, best);
            correct.setInt(row, counts(row) && targets.best(row, scratch.third) == best ? 1 : 0);
        }
        logits.apply(z);
        RowMath.Summary summary = RowMath.summarize(z, scratch.second, classes);
        lse.set(row, summary.lse());
        if (entropy != null) {
            entropy.set(row, summary.entropy(z, scratch.second, scratch.third, classes));
        }
        boolean regular = Double.isFinite(summary.lse());
        if (!counts(row) || !regular) {
            setLoss(row, targets.isIgnored(row) ? 0 : Double.NaN, counts(row) ? Double.NaN : 0);
            return summary;
        }
        double logSum = Math.log(summary.sum);
        double[] t = scratch.third;
        targets.read(row, t);
        targetSums.set(row, RowMath.sum(t, classes));
        for (int j = 0; j < classes; j++) {
            t[j] = weighted(t[j], logSum - (z[j] - summary.shift));
        }
        double ofRow = options.zLoss() == 0 ? 0 : options.zLoss() * summary.lse() * summary.lse();
        setLoss(row, RowMath.sum(t, classes) + ofRow, ofRow);
        return summary;
    }

    /** Writes what is asked for of a row that does not count and is not read. */
    void skip(long row) {
        setLoss(row, targets.isIgnored(row) ? 0 : Double.NaN, 0);
        lse.set(row, 0);
        if (argmax != null) {
            argmax.setInt(row, -1);
            correct.setInt(row, 0);
        }
        if (entropy != null) {
            entropy.set(row, 0);
        }
    }

    private void setLoss(long row, double rowLoss, double ofRow) {
        rowLosses.set(row, rowLoss);
        if (zLosses != null) {
            zLosses.set(row, ofRow);
        }
    }

    /** As after {@link #forward}, from the saved lse, with probabilities in the second scratch array. */
    void fromSaved(long row, Scratch scratch) {
        double[] z = scratch.first;
        logits.read(row, z);
        logits.apply(z);
        double saved = lse.get(row);
        for (int j = 0; j < classes; j++) {
            // Rows with an infinite lse are NaN throughout, as in the forward op. In a row of logits about -1e30 a
            // stored lse
            // is off by more than exponentials bear: no probability passes 1 for that.
            scratch.second[j] = Double.isInfinite(saved) ? Double.NaN : Math.min(1, Math.exp(z[j] - saved));
        }
    }

    /** Turns a counted row's probabilities into its gradient, in the second scratch array. */
    void toGradient(long row, Scratch scratch, double rowLse, double factor) {
        double[] t = scratch.third;
        targets.read(row, t);
        double ofProbability = RowMath.sum(t, classes);
        if (options.zLoss() != 0) {
            boolean mean = options.reduction() == Reduction.MEAN;
            double ratio = mean ? divisors.get(0) / divisors.get(1) : 1;
            ofProbability += 2 * options.zLoss() * ratio * rowLse;
        }
        for (int j = 0; j < classes; j++) {
            double ofZ = scratch.second[j] * ofProbability - t[j];
            scratch.second[j] = ofZ * factor * logits.slope(scratch.first[j]);
        }
    }

    double savedLse(long row) {
        return lse.get(row);
    }

    /** Reduces the row losses as they are stored. */
    void reduce() {
        if (correct != null) {
            long hits = 0;
            for (long row = 0; row < rows; row++) {
                hits += correct.label(row);
            }
            labelStats.setLong(3, hits);
        }
        if (options.reduction() == Reduction.NONE) {
            return;
        }
        boolean mean = options.reduction() == Reduction.MEAN;
        double weightSum = mean ? divisors.get(0) : 1;
        double counted = mean ? divisors.get(1) : 1;
        double[] parts = rowLosses.toArray((int) rows);
        double[] ofRows = zLosses == null ? new double[parts.length] : zLosses.toArray((int) rows);
        double losses = RowMath.sum(parts, parts.length); // NaN if a row is mislabelled
        double z = RowMath.sum(ofRows, ofRows.length);
        double reduced = (losses - z) / (weightSum == 0 ? Double.NaN : weightSum) + z / counted;
        double empty = options.emptyMean().value();
        loss.set(0, counted == 0 ? losses + empty : mean ? reduced : losses);
        if (zLoss != null) {
            zLoss.set(0, counted == 0 ? empty : z / counted);
        }
    }

    /** What a row's gradient is multiplied by: its grad scale over what MEAN divides by, NaN where that is 0. */
    LongToDoubleFunction factors(GradScale gradScale, HostDriver driver) {
        double weightSum = options.reduction() == Reduction.MEAN ? divisors.get(0) : 1;
        double factor = gradScale.value() / (weightSum == 0 ? Double.NaN : weightSum);
        VectorView perRow = viewOrNull(gradScale.perRow(), driver);
        return row -> perRow == null ? factor : factor * perRow.get(row);
    }

    /** The gradient of a row that does not count, in the second scratch array. */
    void zeros(Scratch scratch) {
        Arrays.fill(scratch.second, 0, classes, 0);
    }
}

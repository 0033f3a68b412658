package io.github.logitops.cpu;

import io.github.logitops.memory.GradScale;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.RowStatistics;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Reduction;
import java.util.function.LongToDoubleFunction;

/** What a cross entropy writes beside gradients, and what comes before and after its rows. */
final class LossOutputs {
    private final CrossEntropyOptions options;
    private final TargetRows targets;
    private final CpuContext cpu;
    private final long rows;
    private final double[]
            plainLosses; // row losses without z-losses: MEAN divides the two by different numbers; or null

    private final boolean inParts;
    private final VectorView loss;
    private final VectorView rowLosses;
    private final VectorView lse;
    private final VectorView statistics;
    private final long statisticsStride;
    private final VectorView targetSums;
    private final VectorView divisors;
    private final VectorView labelStats;
    private final VectorView zLoss; // from here on null: not asked for
    private final VectorView zLosses;
    private final VectorView argmax;
    private final VectorView correct;
    private final VectorView entropy;
    private final VectorView ranks;

    /**
     * @param plainLosses room for a number for each row if they are to be reduced, else null
     * @param inParts whether these rows are some of a batch: then z-losses stay apart, as the two would not come apart again without
     *     the rounding of both
     */
    LossOutputs(
            ResultBuffers buffers,
            CrossEntropyOptions options,
            TargetRows targets,
            double[] plainLosses,
            boolean inParts,
            CpuContext cpu) {
        this.inParts = inParts;
        this.options = options;
        this.targets = targets;
        this.cpu = cpu;
        rows = buffers.get(ResultPart.LSE).shape().elements();
        this.plainLosses = plainLosses;
        loss = view(buffers, ResultPart.LOSS);
        rowLosses = view(buffers, ResultPart.ROW_LOSSES);
        lse = view(buffers, ResultPart.LSE);
        statistics = view(buffers, ResultPart.STATISTICS);
        statisticsStride = RowStatistics.stride(buffers.get(ResultPart.STATISTICS));
        targetSums = view(buffers, ResultPart.TARGET_SUMS);
        divisors = view(buffers, ResultPart.DIVISORS);
        labelStats = view(buffers, ResultPart.LABEL_STATS);
        zLoss = view(buffers, ResultPart.Z_LOSS);
        zLosses = view(buffers, ResultPart.Z_LOSSES);
        argmax = view(buffers, ResultPart.ARGMAX);
        correct = view(buffers, ResultPart.CORRECT);
        entropy = view(buffers, ResultPart.ENTROPY);
        ranks = view(buffers, ResultPart.RANKS);
    }

    private VectorView view(ResultBuffers buffers, ResultPart part) {
        return cpu.viewOrNull(buffers.get(part));
    }

    boolean wantsArgmax() {
        return argmax != null;
    }

    boolean wantsRanks() {
        return ranks != null;
    }

    boolean wantsEntropy() {
        return entropy != null;
    }

    /** Writes a row's log-sum-exp and what its gradient needs. */
    void setSoftmax(long row, RowSoftmax softmax) {
        lse.set(row, softmax.lse());
        softmax.save(statistics, row, statisticsStride);
    }

    /** Writes the losses of a row that counts and has a finite log-sum-exp; {@code plainLoss} is without z-loss. */
    void setLosses(long row, double plainLoss, RowSoftmax softmax, double targetSum) {
        double ofRow = 0;
        if (options.zLoss() != 0) {
            double rowLse = softmax.lse();
            ofRow = options.zLoss() * rowLse * rowLse;
        }
        targetSums.set(row, targetSum);
        set(row, plainLoss, ofRow);
    }

    /** Writes the losses of any other row. */
    void setNoLosses(long row) {
        set(row, targets.isIgnored(row) ? 0 : Double.NaN, targets.counts(row) ? Double.NaN : 0);
    }

    private void set(long row, double plainLoss, double ofRow) {
        if (plainLosses != null) {
            plainLosses[(int) row] = plainLoss;
        }
        rowLosses.set(row, inParts ? plainLoss : plainLoss + ofRow);
        if (zLosses != null) {
            zLosses.set(row, ofRow);
        }
    }

    void setArgmax(long row, int best, boolean right) {
        if (argmax != null) {
            argmax.setInt(row, best);
            correct.setInt(row, right ? 1 : 0);
        }
    }

    void setRank(long row, int rank) {
        if (ranks != null) {
            ranks.setInt(row, rank);
        }
    }

    void setEntropy(long row, double value) {
        if (entropy != null) {
            entropy.set(row, value);
        }
    }

    /** Writes what is asked for of a row that does not count and is not read. */
    void skip(long row) {
        lse.set(row, 0);
        RowSoftmax.saveNothing(statistics, row, statisticsStride);
        setNoLosses(row);
        setArgmax(row, -1, false);
        setEntropy(row, 0);
        setRank(row, -1);
    }

    /** Takes the losses that parts of the batch left, which are without z-losses, and adds those. */
    void joinParts() {
        for (int row = 0; row < rows; row++) {
            double plainLoss = rowLosses.get(row);
            if (plainLosses != null) {
                plainLosses[row] = plainLoss;
            }
            if (zLosses != null) {
                rowLosses.set(row, plainLoss + zLosses.get(row));
            }
        }
    }

    /** What {@link #setSoftmax} left of a row. */
    RowSoftmax softmax(long row) {
        return RowSoftmax.saved(statistics, row, statisticsStride, LogitRows.unit(options));
    }

    /** The sum of a counted row's targets. */
    double targetSum(long row) {
        return targetSums.get(row);
    }

    /** Reduces what rows have left. */
    void reduce() {
        if (correct != null) {
            long hits = 0;
            for (long row = 0; row < rows; row++) {
                hits += correct.label(row);
            }
            labelStats.setLong(3, hits);
        }
        if (plainLosses == null) {
            return;
        }
        boolean mean = options.reduction() == Reduction.MEAN;
        double counted = mean ? divisors.get(1) : 1;
        double losses = RowSum.of(plainLosses, (int) rows); // NaN if a row is mislabelled
        double z = zLosses == null ? 0 : zLosses.sum((int) rows) / counted;
        double reduced = losses / weightSum() + z;
        double empty = options.emptyMean().value();
        loss.set(0, counted == 0 ? losses + empty : reduced);
        if (zLoss != null) {
            zLoss.set(0, counted == 0 ? empty : z);
        }
    }

    /** What MEAN divides losses by, NaN where that is 0; 1 for the other reductions. */
    private double weightSum() {
        double divisor = options.reduction() == Reduction.MEAN ? divisors.get(0) : 1;
        return divisor == 0 ? Double.NaN : divisor;
    }

    /** What a row's gradient is multiplied by but for the slope of the cap. */
    LongToDoubleFunction factors(GradScale gradScale) {
        LongToDoubleFunction ofRow = RowFactors.of(gradScale, cpu);
        double divisor = weightSum();
        return row -> ofRow.applyAsDouble(row) * options.logitScale() / divisor;
    }

    /** What a probability is multiplied by in the gradient: S + 2 lambda lse r. */
    double ofProbability(double targetSum, RowSoftmax softmax) {
        if (options.zLoss() == 0) {
            return targetSum;
        }
        double ratio = options.reduction() == Reduction.MEAN ? divisors.get(0) / divisors.get(1) : 1;
        return targetSum + 2 * options.zLoss() * ratio * softmax.lse();
    }
}

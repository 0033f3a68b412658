package io.github.logitops.cpu;

import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.RowLabels;
import io.github.logitops.op.Rows;
import io.github.logitops.spec.ClassShard;
import io.github.logitops.spec.CrossEntropyOptions;
import java.util.Arrays;

/**
 * What cross entropy's rows should be: T_j = w_j ((1 - e) q_j + e / classes), where q is one-hot at the row's label or the
 * given probabilities, e the label smoothing and w the class weights. The columns are all classes or a shard of them.
 */
final class TargetRows {
    private final CrossEntropyOptions options;
    private final int classes;
    private final int first; // the class of the first column
    private final int columns;
    private final LabelView labels; // none: probabilities are given
    private final RowView probabilities;
    private final VectorView weights; // null: 1 each

    TargetRows(CrossEntropyProblem.Inputs inputs, CpuContext cpu) {
        this(
                inputs.labels(),
                inputs.probabilities(),
                inputs.weights(),
                inputs.options(),
                inputs.shard(),
                inputs.x().classes(),
                cpu);
    }

    TargetRows(CrossEntropyProblem.Combine combine, CpuContext cpu) {
        this(combine.labels(), null, combine.weights(), combine.options(), combine.shard(), 0, cpu);
    }

    TargetRows(CrossEntropyProblem.Totals totals, CpuContext cpu) {
        this(totals.labels(), null, totals.weights(), totals.options(), totals.shard(), 0, cpu);
    }

    private TargetRows(
            RowLabels labels,
            Rows probabilities,
            Tensor weights,
            CrossEntropyOptions options,
            ClassShard shard,
            int columns,
            CpuContext cpu) {
        this.options = options;
        this.classes = (int) shard.classes();
        this.first = (int) shard.first();
        this.columns = columns;
        this.labels = new LabelView(labels, this.classes, cpu);
        this.probabilities = probabilities == null ? null : cpu.view(probabilities);
        this.weights = cpu.viewOrNull(weights);
    }

    /** Whether the row is neither ignored nor mislabelled. */
    boolean counts(long row) {
        return labels.counts(row);
    }

    boolean isIgnored(long row) {
        return labels.isIgnored(row);
    }

    /** Counts the rows, sums what MEAN divides by, and notes the first label out of range. */
    void count(long rows, ResultBuffers result) {
        labels.count(rows, this::labelWeight, result);
    }

    /** Whether every class has a target, not the label's alone. */
    boolean spreads() {
        return !labels.exist() || options.labelSmoothing() != 0;
    }

    /** What a counted row adds to what MEAN divides by. */
    double labelWeight(long row) {
        return !labels.exist() || weights == null ? 1 : weights.get(labels.of(row));
    }

    /** What a counted row's label has alone: (1 - e) w_y; 0 without a label. */
    double peak(long row) {
        return labels.exist() ? (1 - options.labelSmoothing()) * labelWeight(row) : 0;
    }

    /** What every class has, but for its weight: e / classes. */
    double even() {
        return options.labelSmoothing() / classes;
    }

    /** The column of a counted row's label, or -1 if it is in another shard or there is none. */
    int labelColumn(long row) {
        int column = labels.exist() ? labels.of(row) - first : -1;
        return column >= 0 && column < columns ? column : -1;
    }

    /** Which rows of a tile count, and their labels. */
    TileLabels of(Tile tile) {
        return new TileLabels(tile, this::counts, this::labelColumn, this::peak);
    }

    /** The probabilities that are given. */
    Operand probabilities(int number) {
        return new Operand(number, probabilities::read);
    }

    /** Whether labels say what is right; else probabilities do. */
    boolean labelled() {
        return labels.exist();
    }

    /** Writes a block of the targets of counted rows. */
    void read(Block block, TileLabels labels, double[] into) {
        readSpread(block, into);
        labels.addPeaks(block, into, 1);
    }

    /** Writes a block of the targets of counted rows but for their labels' peaks. */
    void readSpread(Block block, double[] into) {
        double even = even();
        if (labels.exist()) {
            Arrays.fill(into, 0, block.count(), even);
        } else {
            probabilities.read(block, into);
            if (options.labelSmoothing() != 0) {
                Lanes.affine(into, 1 - options.labelSmoothing(), even, block.count());
            }
        }
        if (weights != null) {
            // No weight matters where nothing asks for its class, be it NaN.
            Lanes.multiplyUnlessZero(into, weights(block), block.count());
        }
    }

    /** The weight of the class of each lane. */
    private double[] weights(Block block) {
        double[] ofLanes = block.own().spare(2);
        if (block.tile().across()) {
            Arrays.fill(ofLanes, 0, block.count(), weights.get((long) first + block.column()));
        } else {
            weights.read((long) first + block.column(), ofLanes, block.lanes());
        }
        return ofLanes;
    }
}

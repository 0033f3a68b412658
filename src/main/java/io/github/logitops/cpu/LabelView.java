package io.github.logitops.cpu;

import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.RowLabels;
import java.util.function.LongToDoubleFunction;

/**
 * The labels of a batch. They are compared as 64-bit numbers before they index anything. Where there are none, every row
 * counts.
 */
final class LabelView {
    private final CpuContext cpu;
    private final RowLabels labels; // null: none
    private final VectorView values; // null: none
    private final int classes;

    /** @param labels or null */
    LabelView(RowLabels labels, int classes, CpuContext cpu) {
        this.cpu = cpu;
        this.labels = labels;
        this.values = cpu.viewOrNull(RowLabels.tensor(labels));
        this.classes = classes;
    }

    /** Whether there are any. */
    boolean exist() {
        return labels != null;
    }

    /** The class of a row that counts; 0 where there are no labels. */
    int of(long row) {
        return exist() ? (int) values.label(row) : 0;
    }

    boolean isIgnored(long row) {
        return exist() && labels.ignores(values.label(row));
    }

    /** Whether the row is neither ignored nor mislabelled. */
    boolean counts(long row) {
        if (!exist()) {
            return true;
        }
        long label = values.label(row);
        return label >= 0 && label < classes && !labels.ignores(label);
    }

    /** Which rows of a tile count, where a label's column has 1 alone. */
    TileLabels of(Tile tile) {
        return new TileLabels(tile, this::counts, this::of, row -> 1);
    }

    /** Counts the rows, sums their weights, and notes the first label out of range. */
    void count(long rows, LongToDoubleFunction weight, ResultBuffers result) {
        VectorView stats = cpu.view(result.get(ResultPart.LABEL_STATS));
        long counted = 0;
        double sum = 0;
        double lost = 0;
        boolean noted = stats.label(1) >= 0;
        for (long row = 0; row < rows; row++) {
            if (counts(row)) {
                counted++;
                double ofRow = weight.applyAsDouble(row);
                double next = sum + ofRow;
                lost += (sum - next) + ofRow;
                sum = next;
            } else if (!noted && !isIgnored(row)) {
                stats.setLong(1, row);
                stats.setLong(2, values.label(row));
                noted = true;
            }
        }
        stats.setLong(0, counted);
        VectorView divisors = cpu.view(result.get(ResultPart.DIVISORS));
        divisors.set(0, Double.isFinite(sum) ? sum + lost : sum);
        divisors.set(1, counted);
    }
}

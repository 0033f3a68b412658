package io.github.logitops.cpu;

import java.util.Arrays;
import java.util.function.LongPredicate;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongToIntFunction;

/** Which rows of a tile count, and what the column of its label has alone in each. */
final class TileLabels {
    private final boolean across;
    private final int[] columns; // of each row; -1: none
    private final double[] peaks;
    private final boolean[] counts;
    private final int counted;

    /**
     * @param counts whether a row of the batch counts
     * @param column of the label of one that does, or -1
     * @param peak what its column has
     */
    TileLabels(Tile tile, LongPredicate counts, LongToIntFunction column, LongToDoubleFunction peak) {
        across = tile.across();
        columns = new int[tile.rows()];
        peaks = new double[tile.rows()];
        this.counts = new boolean[tile.rows()];
        int counted = 0;
        for (int row = 0; row < columns.length; row++) {
            this.counts[row] = counts.test(tile.row(row));
            columns[row] = this.counts[row] ? column.applyAsInt(tile.row(row)) : -1;
            peaks[row] = columns[row] < 0 ? 0 : peak.applyAsDouble(tile.row(row));
            counted += this.counts[row] ? 1 : 0;
        }
        this.counted = counted;
    }

    boolean counts(int row) {
        return counts[row];
    }

    /** Whether any row does. */
    boolean anyCounts() {
        return counted > 0;
    }

    /** Of the label of each row, or -1. */
    int[] columns() {
        return columns;
    }

    /** Of the label of a row, or -1. */
    int column(int row) {
        return columns[row];
    }

    double peak(int row) {
        return peaks[row];
    }

    /** Adds {@code sign} times its peak to the column of each row's label. */
    void addPeaks(Block block, double[] x, double sign) {
        if (across) {
            for (int lane = 0; lane < block.lanes(); lane++) {
                if (columns[lane] == block.column()) {
                    x[lane] += sign * peaks[lane];
                }
            }
            return;
        }
        int lane = columns[0] - block.column();
        if (columns[0] >= 0 && lane >= 0 && lane < block.lanes()) {
            x[lane] += sign * peaks[0];
        }
    }

    /** Writes 0 to all of the rows that do not count. */
    void clearOthers(Block block, double[] x) {
        if (counted == counts.length) {
            return;
        }
        if (!across) {
            Arrays.fill(x, 0, block.lanes(), 0);
            return;
        }
        for (int lane = 0; lane < block.lanes(); lane++) {
            x[lane] = counts[lane] ? x[lane] : 0;
        }
    }
}

package io.github.logitops.cpu;

import java.util.Arrays;

/** Which elements of rows are the largest: the lowest column among equals; a NaN is larger than anything. */
final class TileOrder {
    private TileOrder() {}

    /** The column of each row's largest element. */
    static int[] largest(Tile tile, Operand x) {
        double[] largest = tile.max(x::at);
        int[] best = new int[tile.rows()]; // those of a NaN are below 0 until the end
        Arrays.fill(best, Integer.MAX_VALUE);
        tile.each(block -> {
            double[] values = x.at(block);
            for (int lane = 0; lane < block.lanes(); lane++) {
                int row = tile.rowOf(lane);
                boolean none = Double.isNaN(values[lane]);
                if (none || values[lane] == largest[row]) {
                    int column = tile.columnOf(block, lane);
                    synchronized (best) { // parts of one row
                        best[row] = Math.min(best[row], none ? column | Integer.MIN_VALUE : column);
                    }
                }
            }
        });
        for (int row = 0; row < best.length; row++) {
            best[row] &= Integer.MAX_VALUE;
        }
        return best;
    }

    /** How many elements of each row come before that of a column; of a column below 0 whatever it may be. */
    static int[] ranks(Tile tile, Operand x, int[] columns) {
        double[] values = new double[columns.length];
        Arrays.setAll(values, row -> columns[row] < 0 ? Double.NaN : tile.get(x, row, columns[row]));
        int[] ranks = new int[columns.length];
        tile.each(block -> {
            double[] others = x.at(block);
            int[] before = new int[columns.length];
            for (int lane = 0; lane < block.lanes(); lane++) {
                int row = tile.rowOf(lane);
                if (isBefore(others[lane], tile.columnOf(block, lane), values[row], columns[row])) {
                    before[row]++;
                }
            }
            synchronized (ranks) { // parts of one row
                Arrays.setAll(ranks, row -> ranks[row] + before[row]);
            }
        });
        return ranks;
    }

    private static boolean isBefore(double value, int column, double other, int otherColumn) {
        boolean nan = Double.isNaN(value);
        boolean otherNan = Double.isNaN(other);
        boolean equal = value == other || nan && otherNan;
        return equal ? column < otherColumn : nan || value > other;
    }
}

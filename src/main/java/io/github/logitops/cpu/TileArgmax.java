package io.github.logitops.cpu;

import java.util.Arrays;

/** Where rows are largest. */
final class TileArgmax {
    private TileArgmax() {}

    /** The column of each row's largest element: the lowest among equals; a NaN is larger than anything. */
    static int[] of(Tile tile, Operand x) {
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
}

package io.github.logitops.cpu;

import java.util.Arrays;

/** Where rows are largest. */
final class TileArgmax {
    private TileArgmax() {}

    /** The column of each row's largest element: the lowest among equals; a NaN is larger than anything. */
    static int[] of(Tile tile, Operand x) {
        double[] largest = tile.max(x::at);
        int[] best = new int[tile.rows()];
        Arrays.fill(best, Integer.MAX_VALUE);
        tile.each(block -> {
            double[] values = x.at(block);
            for (int lane = 0; lane < block.lanes(); lane++) {
                int row = tile.rowOf(lane);
                if (values[lane] == largest[row] || Double.isNaN(values[lane])) {
                    synchronized (best) { // parts of one row
                        best[row] = Math.min(best[row], tile.columnOf(block, lane));
                    }
                    if (!tile.across()) {
                        return;
                    }
                }
            }
        });
        return best;
    }
}

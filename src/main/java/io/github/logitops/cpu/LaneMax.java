package io.github.logitops.cpu;

import java.util.Arrays;

/** The largest element of each row of a tile. Of rows with a NaN it is any number or NaN; their sums show it. */
final class LaneMax {
    private static final int QUARTER = 128;

    private final double[] largest = new double[4 * QUARTER];
    private boolean across;
    private int lanes; // 0: nothing yet

    /** Prepares it for such tiles. */
    void reserve(Tiling tiling) {
        across = tiling.across();
    }

    void clear() {
        lanes = 0;
    }

    void add(double[] x, int count) {
        if (lanes == 0) {
            System.arraycopy(x, 0, largest, 0, count);
            lanes = count;
        } else {
            Lanes.max(largest, x, count);
        }
    }

    /** Writes what there is since it was cleared, from index {@code at} on: one number along a row, across rows one for each. */
    void write(double[] into, int at) {
        if (across) {
            System.arraycopy(largest, 0, into, at, lanes);
            return;
        }
        if (lanes > QUARTER) {
            Arrays.fill(largest, lanes, largest.length, Double.NEGATIVE_INFINITY);
            quarters(largest);
        }
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < Math.min(lanes, QUARTER); i++) {
            max = largest[i] > max ? largest[i] : max;
        }
        into[at] = max;
    }

    private static void quarters(double[] x) {
        for (int i = 0; i < QUARTER; i++) {
            x[i] = Math.max(Math.max(x[i], x[i + QUARTER]), Math.max(x[i + 2 * QUARTER], x[i + 3 * QUARTER]));
        }
    }
}

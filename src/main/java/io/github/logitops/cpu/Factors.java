package io.github.logitops.cpu;

import java.util.function.IntToDoubleFunction;

/** What the rows of a tile are multiplied by in the end. Nothing remains nothing, also where a product of such numbers is infinite. */
final class Factors {
    private final double[] ofLanes;
    private final boolean infinite; // one of them

    Factors(Tile tile, IntToDoubleFunction ofRow) {
        ofLanes = tile.spread(ofRow);
        boolean infinite = false;
        for (int row = 0; row < tile.rows(); row++) {
            infinite |= Double.isInfinite(ofLanes[row]);
        }
        this.infinite = infinite;
    }

    void multiply(double[] x, int count) {
        if (infinite) {
            for (int i = 0; i < count; i++) {
                x[i] = x[i] == 0 && Double.isInfinite(ofLanes[i]) ? 0 : x[i] * ofLanes[i];
            }
        } else {
            Lanes.multiply(x, ofLanes, count);
        }
    }
}

package io.github.logitops.cpu;

/** A number for each lane of a block: that of its row, or of its part of the row. */
interface LaneNumbers {
    /** Valid until the next block is asked for. */
    double[] of(Block block);
}

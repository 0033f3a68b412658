package io.github.logitops.device;

import io.github.logitops.spec.Axis;
import java.util.EnumSet;
import java.util.Set;

/** How a kernel walks its rows. */
enum Tier {
    /** Rows whose elements lie side by side: a group of threads takes one, and what is read twice waits in shared memory. */
    ROWS,
    /** The same of short rows, whole vectors that wait in registers: two of each thread. */
    HELD2,
    /** The same of longer rows: four of each thread. */
    HELD4,
    /** The same: eight of each thread. */
    HELD8,
    /** As HELD8, of rows that the blocks of a cluster share. */
    CLUSTER_HELD,
    /** As ROWS, of rows that the blocks of a cluster share. */
    CLUSTER_ROWS,
    /** Rows whose elements lie a stride apart, as columns of memory: a thread takes one, next to the thread of the next row. */
    COLS,
    /** The same of rows that a thread has in registers, of up to 32 columns. */
    COLS32,
    /** The same of up to 64. */
    COLS64,
    /** As COLS, of neighbouring rows that wait in shared memory and that a block reads and writes by whole vectors. */
    TILE;

    /** Whether rows wait in registers. */
    boolean holds() {
        return this != ROWS && this != COLS && this != CLUSTER_ROWS && this != TILE;
    }

    /** Whether rows lie as columns. */
    boolean isOfColumns() {
        return this == COLS || this == COLS32 || this == COLS64 || this == TILE;
    }

    /** Whether clusters of blocks share rows. */
    boolean isOfClusters() {
        return this == CLUSTER_HELD || this == CLUSTER_ROWS;
    }

    /** Vectors that a thread holds of a row that lies side by side. */
    int vectors() {
        return switch (this) {
            case HELD2 -> 2;
            case HELD4 -> 4;
            case HELD8, CLUSTER_HELD -> 8;
            case ROWS, CLUSTER_ROWS, COLS, COLS32, COLS64, TILE -> 0;
        };
    }

    /** Those that rows along this axis may have: counted from the front, it may be the last one or not. */
    static Set<Tier> of(Axis axis) {
        Set<Tier> tiers = EnumSet.allOf(Tier.class);
        if (axis.index() < 0) {
            tiers.removeIf(tier -> tier.isOfColumns() == axis.equals(Axis.LAST));
        }
        return tiers;
    }
}

package io.github.logitops.device;

import io.github.logitops.spec.Axis;
import java.util.EnumSet;
import java.util.Set;

/** How a kernel walks its rows. */
enum Tier {
    /** Rows whose elements lie side by side: a group of threads takes one, and what is read twice waits in shared memory. */
    ROWS,
    /** Rows whose elements lie a stride apart, as columns of memory: a thread takes one, next to the thread of the next row. */
    COLS;

    /** Those that rows along this axis may have: counted from the front, it may be the last one or not. */
    static Set<Tier> of(Axis axis) {
        if (axis.index() >= 0) {
            return EnumSet.allOf(Tier.class);
        }
        return EnumSet.of(axis.equals(Axis.LAST) ? ROWS : COLS);
    }
}

package io.github.logitops.device;

/** How a kernel walks its rows. */
enum Tier {
    /** Rows whose elements lie side by side: a group of threads takes one, and what is read twice waits in shared memory. */
    ROWS,
    /** Rows whose elements lie a stride apart, as columns of memory: a thread takes one, next to the thread of the next row. */
    COLS
}

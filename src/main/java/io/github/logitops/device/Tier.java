package io.github.logitops.device;

import java.util.Locale;

/** How a kernel walks its rows; named by where a row waits between the two passes over it. */
enum Tier {
    /** In global memory: a block takes a row whose elements are neighbours, and reads it once for each pass. */
    GMEM,
    /** The same in columns: a thread takes a row whose elements lie a stride apart, next to the thread of the next row. */
    COLS;

    /** The tier in names of kernels. */
    String suffix() {
        return name().toLowerCase(Locale.ROOT);
    }
}

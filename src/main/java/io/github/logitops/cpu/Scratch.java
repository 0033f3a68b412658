package io.github.logitops.cpu;

import java.util.List;

/** What a worker has for the rows in its hands: their blocks, and three arrays that hold a block each. */
record Scratch(List<Block> blocks, double[] first, double[] second, double[] third) {
    static final int ARRAYS = 3;
}

package io.github.logitops.cpu;

import java.util.ArrayList;
import java.util.List;

/** Some neighbours of a row: {@code count} elements from {@code from} on. */
record Block(int from, int count) {
    /** All of a row of {@code columns} elements, in order, in blocks of at most {@code length}. */
    static List<Block> of(int columns, int length) {
        List<Block> blocks = new ArrayList<>();
        for (int done = 0; done < columns; ) {
            Block next = new Block(done, Math.min(length, columns - done));
            blocks.add(next);
            done += next.count;
        }
        return List.copyOf(blocks);
    }
}

package io.github.logitops.cpu;

/** A row that comes block by block into one array. A block is read when it is asked for, and not again while it is there. */
final class BlockedRow {
    private final double[] array;
    private final Source source;
    private Block held;

    /** Where the elements come from. */
    interface Source {
        /** Puts a block's elements at the start of {@code into}. */
        void read(Block block, double[] into);
    }

    BlockedRow(double[] array, Source source) {
        this.array = array;
        this.source = source;
    }

    /** The elements of a block, from the start of the array on. */
    double[] at(Block block) {
        if (held != block) {
            source.read(block, array);
            held = block;
        }
        return array;
    }

    /** The same, to be written over. */
    double[] take(Block block) {
        double[] taken = at(block);
        held = null;
        return taken;
    }
}

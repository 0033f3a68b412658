package io.github.logitops.cpu;

/**
 * A row's numbers, block by block: an input, or what is made of one. A block is read when it is asked for, and not again while it is
 * held.
 */
final class Operand {
    private final int number;
    private final Source source;

    /** Where blocks come from. */
    interface Source {
        /** Puts a block's elements at the start of {@code into}. */
        void read(Block block, double[] into);
    }

    /** @param number where it is held; the last operand of a tile that has this number is */
    Operand(int number, Source source) {
        this.number = number;
        this.source = source;
    }

    double[] at(Block block) {
        return block.own().at(number, block, this);
    }

    /** Puts a block's elements at the start of {@code into}. */
    void read(Block block, double[] into) {
        source.read(block, into);
    }
}

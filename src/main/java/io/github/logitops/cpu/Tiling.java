package io.github.logitops.cpu;

import io.github.logitops.op.Rows;

/**
 * How rows are walked. A block is what one loop goes over, and its elements are lanes. <em>Along</em> a row, a block has up to {@link
 * Sizes#lanes} neighbours of it, and a tile is one row. <em>Across</em> rows, a block has one column of many rows, a lane for each,
 * and a tile is those rows: so short rows fill a block too, and where the axis is not the last, neighbours in memory are neighbours
 * here. Neither changes a bit of any result.
 *
 * @param columns elements of a row
 * @param across which of the two
 * @param rows the most rows of a tile
 * @param sizes of blocks
 */
record Tiling(int columns, boolean across, int rows, Sizes sizes) {
    /** Of longer rows, sums along and across would differ. */
    private static final int MOST_ACROSS = 512;

    private static final int SHORT = 128;
    private static final int FEW_ROWS = 32;
    private static final int SHORT_RUN = 16;
    private static final int TILE = 32768; // elements: three of these stay close to a core

    /**
     * @param lanes the most elements of a block; every array of a block has room for so many
     * @param least as many lanes are computed at least: a loop that is compiled when it is short stays slow
     * @param partBlocks blocks along a row that are a part of it: close to a core while they are in hand
     * @param held blocks that are held at once of an operand; the rest is read, or computed, again
     */
    record Sizes(int lanes, int least, int partBlocks, int held) {
        static final Sizes DEFAULT = new Sizes(512, 128, 4, 512);
    }

    static Tiling of(Rows x, Sizes sizes) {
        boolean runs = x.inner() >= SHORT_RUN;
        int most = Math.min(runs ? MOST_ACROSS : SHORT, sizes.lanes * sizes.partBlocks); // one part along, too
        boolean across = x.count() >= FEW_ROWS && x.classes() <= most;
        return across ? across(x, sizes) : along(x.classes(), sizes);
    }

    private static Tiling across(Rows x, Sizes sizes) {
        int fit = Math.max(sizes.least, TILE / x.classes());
        return new Tiling(x.classes(), true, (int) Math.min(Math.min(fit, sizes.lanes), x.count()), sizes);
    }

    /** One row after the other. */
    static Tiling along(int columns, Sizes sizes) {
        return new Tiling(columns, false, 1, sizes);
    }

    int blocks() {
        return across ? columns : (int) ceilDiv(columns, sizes.lanes);
    }

    /** Blocks of an operand that a worker holds. */
    int held() {
        return Math.min(blocks(), sizes.held);
    }

    /** Blocks of one part. */
    int blocksOfPart() {
        return Math.min(held(), across ? columns : sizes.partBlocks);
    }

    /** Parts of a row: each is read, and its exponentials are taken from its own maximum, before the next. */
    int parts() {
        return across ? 1 : (int) ceilDiv(blocks(), sizes.partBlocks);
    }

    /** The first block of a part, or the end of the part before. */
    int firstBlock(int part) {
        return part == parts() ? blocks() : part * sizes.partBlocks;
    }

    int partOf(int block) {
        return across ? 0 : block / sizes.partBlocks;
    }

    /** The first column of a block. */
    int column(int block) {
        return across ? block : block * sizes.lanes;
    }

    /** The block that has this column. */
    int blockOf(int column) {
        return across ? column : column / sizes.lanes;
    }

    /** The lanes of a block of a tile of so many rows. */
    int lanes(int block, int rows) {
        return across ? rows : Math.min(sizes.lanes, columns - column(block));
    }

    /** How many lanes to compute of so many. */
    int computed(int lanes) {
        return Math.max(lanes, sizes.least);
    }

    long tiles(long rows) {
        return ceilDiv(rows, this.rows);
    }

    static long ceilDiv(long a, long b) {
        return (a + b - 1) / b;
    }
}

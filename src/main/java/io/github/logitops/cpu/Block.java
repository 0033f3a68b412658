package io.github.logitops.cpu;

/**
 * Neighbouring elements of a row, or one column of several rows, as {@link Tiling} says: element i of a block lies at index i of every
 * array that holds it.
 *
 * @param tile whose rows
 * @param own where its worker keeps things
 * @param index which block of its tile it is
 * @param column its first column
 * @param lanes how many elements it has
 * @param count how many to compute: arrays are as long, and what is behind the lanes does not matter
 */
record Block(Tile tile, Scratch own, int index, int column, int lanes, int count) {}

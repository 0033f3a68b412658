package io.github.logitops.cpu;

import io.github.logitops.cpu.MatrixView.Part;
import java.util.ArrayList;
import java.util.List;

/**
 * How a product is shared, by its sizes alone: C goes in tiles, and where they are few, sums go in parts, as a gradient of hidden rows has
 * few elements which are sums of one product for each class. Both go by blocks, of about equal depth.
 *
 * @param tiles of C, the largest first; none if C has no elements
 * @param parts of the sums of a tile
 * @param blocks of all parts
 * @param depth of all blocks: of how many products an element of C is the sum
 */
record ProductGrid(List<Part> tiles, int parts, int blocks, int depth) {
    private static final int LARGEST = 512; // rows or columns of a tile: the larger, the less is copied
    private static final int SMALLEST = 64;
    private static final int SHARES = 16; // at least, if they are not too small: for as many cores
    private static final int DEEPEST = 480; // of a block: netlib has more in two

    static ProductGrid of(int m, int n, int k) {
        int rows = LARGEST;
        int columns = LARGEST;
        int parts = 1;
        int blocks = count(k, DEEPEST);
        while ((long) count(m, rows) * count(n, columns) * parts < SHARES && rows + columns > 2 * SMALLEST) {
            if (k / parts > 2 * Math.max(rows, columns) && 2 * parts <= blocks) { // twice: a part is written and read
                parts *= 2;
            } else if (rows >= columns) {
                rows /= 2;
            } else {
                columns /= 2;
            }
        }
        List<Part> tiles = new ArrayList<>();
        for (int row = 0; row < m; row += rows) {
            for (int column = 0; column < n; column += columns) {
                tiles.add(new Part(row, Math.min(rows, m - row), column, Math.min(columns, n - column)));
            }
        }
        return new ProductGrid(tiles, parts, blocks, k);
    }

    private static int count(int length, int ofEach) {
        return (int) ((length + (long) ofEach - 1) / ofEach);
    }

    /** Tiles and parts: what one worker does at a time. */
    int shares() {
        return tiles.size() * parts;
    }

    /** The first block of a part; the first parts have the most blocks, so that no worker starts with many when others have finished. */
    int firstBlock(int part) {
        return blocks - (int) ((long) blocks * (parts - part) / parts);
    }

    /** Where a block starts. */
    int start(int block) {
        return (int) ((long) depth * block / blocks);
    }

    /** How many elements a tile has at most. */
    int tileSize() {
        return tiles.get(0).rows() * tiles.get(0).columns();
    }

    /** How many elements of A a block takes at most. */
    int leftSize() {
        return tiles.get(0).rows() * Math.min(DEEPEST, depth);
    }

    /** How many elements of B a block takes at most. */
    int rightSize() {
        return tiles.get(0).columns() * Math.min(DEEPEST, depth);
    }
}

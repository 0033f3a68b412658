package io.github.logitops.cpu;

import java.util.Arrays;
import java.util.function.IntFunction;

/** The blocks of an operand that a worker holds: all of a tile, or the last ones. */
final class BlockStore {
    private double[][] arrays = {};
    private int[] held = {}; // which block each array has; -1: none
    private int places; // in use
    private Operand operand;

    /** Makes room for so many blocks. */
    void reserve(int blocks, int lanes, IntFunction<double[]> heap) {
        if (blocks > arrays.length) {
            double[][] more = Arrays.copyOf(arrays, blocks);
            for (int i = arrays.length; i < blocks; i++) {
                more[i] = heap.apply(lanes);
            }
            arrays = more;
            held = new int[blocks];
        }
        places = blocks;
        forget();
    }

    void forget() {
        operand = null;
    }

    /** A block of this operand, which is read if it is not held. */
    double[] at(Block block, Operand operand) {
        if (this.operand != operand) {
            this.operand = operand;
            Arrays.fill(held, 0, places, -1);
        }
        int place = block.index() % places;
        double[] array = arrays[place];
        if (held[place] != block.index()) {
            operand.read(block, array);
            held[place] = block.index();
        }
        return array;
    }
}

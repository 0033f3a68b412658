package io.github.logitops.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/** What a worker keeps of the tile in its hands: blocks of operands, sums, and arrays to work in. */
final class Scratch {
    private static final int SPARE = 4;

    private final List<BlockStore> stores = new ArrayList<>(); // by operand
    private final List<LaneSum> sums = new ArrayList<>();
    private final LaneMax max = new LaneMax();
    private final double[][] spare = new double[SPARE][];
    private final List<double[]> numbers = new ArrayList<>(); // of rows
    private Needs needs; // that there is room for
    private final double[] filled;
    private int filledTo;
    private final float[] floats;
    private final short[] shorts;

    /**
     * What tiles ask of a worker.
     *
     * @param passing how many operands, the first ones, are held as long as a part is in hand
     * @param held how many, the next ones, as long as a row is
     * @param compensated whether sums add up what they round off
     */
    record Needs(Tiling tiling, int passing, int held, boolean compensated) {
        int operands() {
            return passing + held;
        }

        int blocks(int operand) {
            return operand < passing ? tiling.blocksOfPart() : tiling.held();
        }

        /** Elements of all operands. */
        long elements() {
            long blocks = (long) passing * tiling.blocksOfPart() + (long) held * tiling.held();
            return blocks * tiling.sizes().lanes();
        }
    }

    /**
     * @param lanes the length of every array
     * @param heap makes arrays
     */
    Scratch(int lanes, IntFunction<double[]> heap) {
        Arrays.setAll(spare, i -> heap.apply(lanes));
        filled = new double[lanes];
        floats = new float[lanes];
        shorts = new short[lanes];
    }

    /** Makes room for operands, and as many sums. */
    void reserve(Needs needs, IntFunction<double[]> heap) {
        if (needs.equals(this.needs)) {
            return; // as in the call before
        }
        Tiling tiling = needs.tiling();
        for (int i = 0; i < needs.operands(); i++) {
            if (i == stores.size()) {
                stores.add(new BlockStore());
                sums.add(new LaneSum());
            }
            stores.get(i).reserve(needs.blocks(i), tiling.sizes().lanes(), heap);
            sums.get(i).reserve(tiling, needs.compensated());
        }
        max.reserve(tiling);
        this.needs = needs;
    }

    /** Forgets what is held, for a new tile. */
    void forget() {
        stores.forEach(BlockStore::forget);
    }

    /** A block of operand {@code number}, which is read if it is not held. */
    double[] at(int number, Block block, Operand operand) {
        return stores.get(number).at(block, operand);
    }

    /** An array to work in, as long as a block. */
    double[] spare(int which) {
        return spare[which];
    }

    /** An array of one number, until the next one is asked for. */
    double[] filled(double value, int count) {
        if (filledTo < count || Double.doubleToRawLongBits(filled[0]) != Double.doubleToRawLongBits(value)) {
            Arrays.fill(filled, 0, count, value);
            filledTo = count;
        }
        return filled;
    }

    /** An array for what is known of each row. */
    double[] numbers(int which) {
        while (numbers.size() <= which) {
            numbers.add(new double[floats.length]);
        }
        return numbers.get(which);
    }

    List<LaneSum> sums() {
        return sums;
    }

    LaneMax max() {
        return max;
    }

    /** Elements as memory has them, on the way from or to it. */
    float[] floats() {
        return floats;
    }

    short[] shorts() {
        return shorts;
    }
}

package io.github.logitops.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/** What a worker keeps of the tile in its hands: blocks of operands, sums, and arrays to work in. */
final class Scratch {
    private static final int SPARE = 4;

    private final List<List<double[]>> stores = new ArrayList<>(); // for each operand, its blocks
    private final List<int[]> held = new ArrayList<>(); // which block each of these is
    private final List<Operand> operands = new ArrayList<>(); // whose
    private final double[][] spare = new double[SPARE][];
    private final List<double[]> numbers = new ArrayList<>(); // of rows
    private LaneSum[] sums = {};
    private LaneMax max;
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
        int lanes = tiling.sizes().lanes();
        int count = needs.operands();
        while (stores.size() < count) {
            stores.add(new ArrayList<>());
            held.add(new int[0]);
            operands.add(null);
        }
        for (int i = 0; i < count; i++) {
            List<double[]> store = stores.get(i);
            int blocks = needs.blocks(i);
            while (store.size() < blocks) {
                store.add(heap.apply(lanes));
            }
            held.set(i, new int[blocks]);
        }
        max = new LaneMax(tiling.across());
        sums = new LaneSum[count];
        Arrays.setAll(sums, i -> new LaneSum(tiling, needs.compensated()));
        this.needs = needs;
    }

    /** Forgets what is held, for a new tile. */
    void forget() {
        operands.replaceAll(operand -> null);
    }

    /** A block of operand {@code number}, which is read if it is not held. */
    double[] at(int number, Block block, Operand operand) {
        int[] blocks = held.get(number);
        if (operands.get(number) != operand) {
            operands.set(number, operand);
            Arrays.fill(blocks, -1);
        }
        int place = block.index() % blocks.length;
        double[] array = stores.get(number).get(place);
        if (blocks[place] != block.index()) {
            operand.read(block, array);
            blocks[place] = block.index();
        }
        return array;
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

    LaneSum[] sums() {
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

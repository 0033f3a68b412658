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
    private final float[] chains = new float[FloatMath.STEP];
    private final List<float[]> held = new ArrayList<>(); // of parts

    /**
     * What tiles ask of a worker.
     *
     * @param passing how many operands, the first ones, are held as long as a part is in hand
     * @param held how many, the next ones, as long as a row is
     * @param compensated whether sums add up what they round off
     * @param parts of how many parts an array of floats is held
     */
    record Needs(Tiling tiling, int passing, int held, boolean compensated, int parts) {
        /** Of rows in doubles. */
        static Needs ofDoubles(Tiling tiling, int passing, int held, boolean compensated) {
            return new Needs(tiling, passing, held, compensated, 0);
        }

        /** Of rows in floats. */
        static Needs ofFloats(Tiling tiling) {
            return new Needs(tiling, 0, 0, false, tiling.parts());
        }

        /** Of each of the workers who share a row. */
        Needs sharedBy(int workers) {
            return new Needs(tiling, passing, held, compensated, (int) Tiling.ceilDiv(parts, workers));
        }

        int operands() {
            return passing + held;
        }

        int blocks(int operand) {
            return operand < passing ? tiling.blocksOfPart() : tiling.held();
        }

        /** Elements of all operands. */
        long elements() {
            long blocks = (long) passing * tiling.blocksOfPart() + (long) held * tiling.held();
            return blocks * tiling.sizes().lanes() + (long) parts * floats(tiling.sizes()) / 2;
        }

        private static int floats(Tiling.Sizes sizes) {
            return FloatMath.padded(sizes.lanes() * sizes.partBlocks());
        }
    }

    /** @param heap makes arrays */
    Scratch(Tiling.Sizes sizes, IntFunction<double[]> heap) {
        Arrays.setAll(spare, i -> heap.apply(sizes.lanes()));
        filled = new double[sizes.lanes()];
        floats = new float[Needs.floats(sizes)];
        shorts = new short[Needs.floats(sizes)];
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
        while (held.size() < needs.parts) {
            held.add(new float[floats.length]);
        }
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
            numbers.add(new double[filled.length]);
        }
        return numbers.get(which);
    }

    List<LaneSum> sums() {
        return sums;
    }

    LaneMax max() {
        return max;
    }

    /** What is held of a worker's parts. */
    float[] held(int place) {
        return held.get(place);
    }

    /** Room for the chains of a sum. */
    float[] chains() {
        return chains;
    }

    /** Elements as memory has them, on the way from or to it. */
    float[] floats() {
        return floats;
    }

    short[] shorts() {
        return shorts;
    }
}

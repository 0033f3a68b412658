package io.github.logitops.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntToDoubleFunction;

/**
 * The rows that an op has in hand at a time, walked block by block: this is how. What is known of a row as a whole is an array with a
 * number for each row of the tile or, once {@link #spread}, for each lane. A tile of one long row may have several workers, each with
 * parts of it; what comes out does not depend on that.
 */
final class Tile {
    private final Tiling tiling;
    private final BlockMath math;
    private final List<Scratch> workers;
    private final List<List<Part>> partsOfWorkers = new ArrayList<>();
    private final Block[] blocks;
    private final double[][] ofParts; // sums, or maxima, to be put together
    private int numbers; // arrays in use
    private long first;
    private int rows;

    /** Adds numbers of a block to sums. */
    interface Summing {
        void add(Block block, List<LaneSum> to);
    }

    /** A number for each lane of a block. */
    interface Terms {
        double[] of(Block block);
    }

    /**
     * Neighbouring blocks, which one worker goes through.
     *
     * @param place which of the worker's own parts it is
     */
    record Part(int number, int place, Scratch own, List<Block> blocks) {
        /** The first column. */
        int column() {
            return blocks.get(0).column();
        }

        /** How many there are, along a row. */
        int columns() {
            Block last = blocks.get(blocks.size() - 1);
            return last.column() + last.lanes() - column();
        }

        /** The array of floats that is held of it. */
        float[] held() {
            return own.held(place);
        }

        /** Of what each row has in these blocks; written from index {@code number} on. */
        void max(Terms terms, double[] into) {
            LaneMax max = own.max();
            max.clear();
            for (Block block : blocks) {
                max.add(terms.of(block), block.lanes());
            }
            max.write(into, number);
        }

        /** The same of sums. */
        void sum(Terms terms, double[] into) {
            LaneSum sum = own.sums().get(0);
            sum.clear();
            for (Block block : blocks) {
                sum.add(terms.of(block), block.lanes());
            }
            sum.write(into, number);
        }
    }

    /** A tile that all of these work on. */
    Tile(Tiling tiling, BlockMath math, List<Scratch> workers) {
        this.tiling = tiling;
        this.math = math;
        this.workers = workers;
        this.blocks = new Block[tiling.blocks()];
        this.ofParts = new double[workers.get(0).sums().size()][tiling.parts()];
    }

    /** Takes up other rows. */
    void begin(long first, int rows) {
        if (rows != this.rows) {
            cut(rows);
        }
        this.first = first;
        this.rows = rows;
        numbers = 0;
        workers.forEach(Scratch::forget);
    }

    private void cut(int rows) {
        partsOfWorkers.clear();
        workers.forEach(worker -> partsOfWorkers.add(new ArrayList<>()));
        for (int number = 0; number < tiling.parts(); number++) {
            int worker = number % workers.size();
            int place = number / workers.size();
            Part part = new Part(number, place, workers.get(worker), new ArrayList<>());
            for (int i = tiling.firstBlock(number); i < tiling.firstBlock(number + 1); i++) {
                int lanes = tiling.lanes(i, rows);
                blocks[i] = new Block(this, part.own, i, tiling.column(i), lanes, tiling.computed(lanes));
                part.blocks.add(blocks[i]);
            }
            partsOfWorkers.get(worker).add(part);
        }
    }

    BlockMath math() {
        return math;
    }

    /** How many rows there are. */
    int rows() {
        return rows;
    }

    /** The number in the batch of one of them. */
    long row(int row) {
        return first + row;
    }

    /** Does something with each block. */
    void each(Consumer<Block> work) {
        eachPart(part -> part.blocks.forEach(work));
    }

    /** Does something with each part. */
    void eachPart(Consumer<Part> work) {
        Together.each(partsOfWorkers, parts -> parts.forEach(work));
    }

    /** The largest of each row; of a row with a NaN it may be anything. */
    double[] max(Terms terms) {
        double[] largest = numbers();
        double[] to = hasParts() ? ofParts[0] : largest;
        eachPart(part -> part.max(terms, to));
        if (to != largest) {
            largest[0] = Arrays.stream(to).max().getAsDouble();
        }
        return largest;
    }

    /** The sum of each row. */
    double[] sum(Terms terms) {
        return sums(1, (block, to) -> to.get(0).add(terms.of(block), block.lanes()))[0];
    }

    /** So many sums of each row, in one go. */
    double[][] sums(int count, Summing work) {
        double[][] sums = new double[count][];
        Arrays.setAll(sums, i -> numbers());
        double[][] to = hasParts() ? ofParts : sums;
        eachPart(part -> {
            List<LaneSum> ofPart = part.own.sums();
            for (int i = 0; i < count; i++) {
                ofPart.get(i).clear();
            }
            part.blocks.forEach(block -> work.add(block, ofPart));
            for (int i = 0; i < count; i++) {
                ofPart.get(i).write(to[i], part.number);
            }
        });
        for (int i = 0; i < count && to != sums; i++) {
            sums[i][0] = RowSum.of(to[i], to[i].length);
        }
        return sums;
    }

    /** Whether there is one row, in several parts. */
    boolean hasParts() {
        return tiling.parts() > 1;
    }

    int parts() {
        return tiling.parts();
    }

    int partOf(Block block) {
        return tiling.partOf(block.index());
    }

    /** A number for each lane: that of its row. */
    double[] spread(IntToDoubleFunction ofRow) {
        double[] spread = numbers();
        if (tiling.across()) {
            for (int row = 0; row < rows; row++) {
                spread[row] = ofRow.applyAsDouble(row);
            }
        } else {
            Arrays.fill(spread, 0, blocks[0].count(), ofRow.applyAsDouble(0));
        }
        return spread;
    }

    /** One number of a row. */
    double get(Operand operand, int row, int column) {
        Block block = blocks[tiling.blockOf(column)];
        return operand.at(block)[lane(block, row, column)];
    }

    /** The lane of an element, or -1 if the block does not have it. */
    int lane(Block block, int row, int column) {
        int lane = tiling.across() ? row : column - block.column();
        boolean has = tiling.across() ? column == block.column() : lane >= 0 && lane < block.lanes();
        return has ? lane : -1;
    }

    /** The row that a lane belongs to. */
    int rowOf(int lane) {
        return tiling.across() ? lane : 0;
    }

    /** The column of a lane of a block. */
    int columnOf(Block block, int lane) {
        return tiling.across() ? block.column() : block.column() + lane;
    }

    boolean across() {
        return tiling.across();
    }

    /** An array with a place for each row, or lane, that is this tile's until the next one begins. */
    double[] numbers() {
        return workers.get(0).numbers(numbers++);
    }
}

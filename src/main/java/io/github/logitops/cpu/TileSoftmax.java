package io.github.logitops.cpu;

import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;

/** The softmax of each row of unit * v in a tile, with v itself and the exponentials that it is made of, block by block. */
final class TileSoftmax {
    /** Instead of -inf: a product with the probability, which is 0, is then 0. */
    private static final double LOG_OF_NOTHING = -1e6;

    private final Tile tile;
    private final Operand v;
    private final double unit;
    private final RowSoftmax[] rows;
    private final double[] shift; // of each lane
    private final Operand exps; // exp(unit * (v - shift))

    private TileSoftmax(Tile tile, Operand v, double unit, RowSoftmax[] rows, double[] shift, Operand exps) {
        this.tile = tile;
        this.v = v;
        this.unit = unit;
        this.rows = rows;
        this.shift = shift;
        this.exps = exps;
    }

    /** Of rows that are read for it; its exponentials are operand {@code number} of the tile. */
    static TileSoftmax of(Tile tile, Operand v, double unit, int number) {
        double[] max = tile.max(v::at);
        double[] shift = tile.spread(row -> RowSoftmax.shift(max[row]));
        Operand exps = exps(tile, v, unit, shift, number);
        return new TileSoftmax(tile, v, unit, rows(tile, max, tile.sum(exps::at), unit), shift, exps);
    }

    /** The same without exponentials. */
    static TileSoftmax withoutExps(Tile tile, Operand v, double unit) {
        double[] max = tile.max(v::at);
        double[] shift = tile.spread(row -> RowSoftmax.shift(max[row]));
        double[] sum = tile.sum(block -> {
            double[] exps = block.own().spare(0);
            tile.math().exp(v.at(block), shift, unit, exps, block.count());
            return exps;
        });
        return new TileSoftmax(tile, v, unit, rows(tile, max, sum, unit), shift, null);
    }

    /** Of rows whose softmax is known; nothing is read yet. */
    static TileSoftmax known(Tile tile, Operand v, double unit, int number, IntFunction<RowSoftmax> known) {
        RowSoftmax[] rows = new RowSoftmax[tile.rows()];
        Arrays.setAll(rows, known);
        double[] shift = tile.spread(row -> rows[row].shift());
        return new TileSoftmax(tile, v, unit, rows, shift, exps(tile, v, unit, shift, number));
    }

    private static RowSoftmax[] rows(Tile tile, double[] max, double[] sum, double unit) {
        RowSoftmax[] rows = new RowSoftmax[tile.rows()];
        Arrays.setAll(rows, row -> new RowSoftmax(max[row], sum[row], unit));
        return rows;
    }

    private static Operand exps(Tile tile, Operand v, double unit, double[] shift, int number) {
        return new Operand(
                number, (block, into) -> tile.math().exp(v.at(block), shift, unit, into, block.count()));
    }

    /** What is known of a row of the tile. */
    RowSoftmax row(int row) {
        return rows[row];
    }

    /** A number for each lane, from what is known of its row. */
    double[] spread(ToDoubleFunction<RowSoftmax> of) {
        return tile.spread(row -> of.applyAsDouble(rows[row]));
    }

    Operand v() {
        return v;
    }

    /** A block of exponentials. */
    double[] exps(Block block) {
        return exps.at(block);
    }

    /** The same, to be written over. */
    double[] takeExps(Block block) {
        return exps.take(block);
    }

    /** Writes a block of unit * (v - shift). */
    void distances(Block block, double[] into) {
        Lanes.shifted(v.at(block), shift, unit, into, block.count());
    }

    /** Writes a block of v - shift. */
    void fromMax(Block block, double[] into) {
        Lanes.shifted(v.at(block), shift, 1, into, block.count());
    }

    /** A block of probabilities, to be written over; they replace the exponentials. {@code inverse} is one over the divisor. */
    double[] probabilities(Block block, double[] inverse) {
        double[] p = exps.take(block);
        Lanes.multiply(p, inverse, block.count());
        return p;
    }

    /** A block of log-probabilities, to be written over; they replace v. */
    double[] logProbs(Block block, double[] logDivisor) {
        double[] values = v.take(block);
        Lanes.shifted(values, shift, unit, values, block.count());
        Lanes.subtract(values, logDivisor, block.count());
        return values;
    }

    /** Their products, p log p; where p is 0, so are they. They replace the exponentials. */
    double[] weightedLogProbs(Block block, double[] inverse, double[] logDivisor, double[] plus) {
        double[] logs = block.own().spare(0);
        distances(block, logs);
        Lanes.subtract(logs, logDivisor, block.count());
        Lanes.add(logs, plus, block.count());
        Lanes.atLeast(logs, LOG_OF_NOTHING, block.count());
        double[] p = probabilities(block, inverse);
        Lanes.multiply(p, logs, block.count());
        return p;
    }

    /** sum -p log p of each row. */
    double[] entropies() {
        double[] sums = tile.sum(block -> {
            double[] terms = block.own().spare(0);
            distances(block, terms);
            Lanes.atLeast(terms, LOG_OF_NOTHING, block.count());
            Lanes.multiply(terms, exps.at(block), block.count());
            return terms;
        });
        for (int row = 0; row < rows.length; row++) {
            RowSoftmax of = rows[row];
            sums[row] = of.isRegular() ? of.logSum() - sums[row] / of.divisor() : Double.NaN;
        }
        return sums;
    }
}

package io.github.logitops.cpu;

import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;

/**
 * The softmax of each row of unit * v in a tile, with the exponentials that it is made of, block by block. Where a row has parts, its
 * exponentials are taken from the maximum of their part, as soon as that is known, and weighed by how far that is below the row's. So
 * a row goes by once, not twice.
 */
final class TileSoftmax {
    /** In place of -inf: its product with the probability, which is 0, is then 0. */
    private static final double LOG_OF_NOTHING = -1e6;

    private final Tile tile;
    private final Operand v;
    private final double unit;
    private final RowSoftmax[] rows;
    private final double[] weights; // of each part; null: 1
    private final Tile.Terms exps;

    private TileSoftmax(Tile tile, Operand v, double unit, RowSoftmax[] rows, double[] weights, Tile.Terms exps) {
        this.tile = tile;
        this.v = v;
        this.unit = unit;
        this.rows = rows;
        this.weights = weights;
        this.exps = exps;
    }

    /** Of rows that are read for it; its exponentials are operand {@code number} of the tile. */
    static TileSoftmax of(Tile tile, Operand v, double unit, int number) {
        return of(tile, v, unit, shift -> new Operand(number, exps(tile, v, unit, shift))::at);
    }

    /** The same, and exponentials are not held. */
    static TileSoftmax passing(Tile tile, Operand v, double unit) {
        return of(tile, v, unit, shift -> inSpare(exps(tile, v, unit, shift)));
    }

    /** Of rows whose softmax is known; nothing is read yet. */
    static TileSoftmax known(Tile tile, Operand v, double unit, IntFunction<RowSoftmax> known) {
        RowSoftmax[] rows = new RowSoftmax[tile.rows()];
        Arrays.setAll(rows, known);
        double[] shift = tile.spread(row -> rows[row].shift());
        return new TileSoftmax(tile, v, unit, rows, null, inSpare(exps(tile, v, unit, block -> shift)));
    }

    /** Makes the exponentials. */
    private interface Exps {
        Tile.Terms from(LaneNumbers shift);
    }

    private static TileSoftmax of(Tile tile, Operand v, double unit, Exps exps) {
        return tile.hasParts() ? ofParts(tile, v, unit, exps) : ofRows(tile, v, unit, exps);
    }

    private static TileSoftmax ofRows(Tile tile, Operand v, double unit, Exps exps) {
        double[] max = tile.max(v::at);
        double[] shift = tile.spread(row -> RowSoftmax.shift(max[row]));
        Tile.Terms terms = exps.from(block -> shift);
        double[] sum = tile.sum(terms);
        RowSoftmax[] rows = new RowSoftmax[tile.rows()];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = new RowSoftmax(max[row], sum[row], unit);
        }
        return new TileSoftmax(tile, v, unit, rows, null, terms);
    }

    private static TileSoftmax ofParts(Tile tile, Operand v, double unit, Exps exps) {
        double[] maxima = new double[tile.parts()];
        double[] sums = new double[tile.parts()];
        Tile.Terms terms =
                exps.from(block -> block.own().filled(RowSoftmax.shift(maxima[tile.partOf(block)]), block.count()));
        tile.eachPart(part -> {
            part.max(v::at, maxima);
            part.sum(terms, sums);
        });
        RowSoftmax row = RowSoftmax.ofParts(maxima, sums, unit);
        double[] weights = new double[tile.parts()];
        Arrays.setAll(weights, part -> row.weightOfPart(maxima[part]));
        return new TileSoftmax(tile, v, unit, new RowSoftmax[] {row}, weights, terms);
    }

    private static Operand.Source exps(Tile tile, Operand v, double unit, LaneNumbers shift) {
        return (block, into) -> tile.math().exp(v.at(block), shift.of(block), unit, into, block.count());
    }

    private static Tile.Terms inSpare(Operand.Source source) {
        return block -> {
            double[] spare = block.own().spare(0);
            source.read(block, spare);
            return spare;
        };
    }

    /** What is known of a row of the tile. */
    RowSoftmax row(int row) {
        return rows[row];
    }

    /** A number for each lane, from what is known of its row. */
    double[] spread(ToDoubleFunction<RowSoftmax> of) {
        return tile.spread(row -> of.applyAsDouble(rows[row]));
    }

    /** What exponentials are to be multiplied by, from what is known of their row. */
    LaneNumbers scale(IntToDoubleFunction ofRow) {
        if (weights == null) {
            double[] scale = tile.spread(ofRow);
            return block -> scale;
        }
        double scale = ofRow.applyAsDouble(0);
        return block -> block.own().filled(scale * weights[tile.partOf(block)], block.count());
    }

    /** What makes them probabilities. */
    LaneNumbers inverse() {
        return scale(row -> rows[row].inverse());
    }

    Operand v() {
        return v;
    }

    /** A block of exponentials times something, in the first spare array. */
    double[] scaled(Block block, LaneNumbers scale) {
        double[] into = block.own().spare(0);
        scaled(block, scale, into);
        return into;
    }

    /** The same, in any array. */
    void scaled(Block block, LaneNumbers scale, double[] into) {
        Lanes.product(exps.of(block), scale.of(block), into, block.count());
    }

    /** Where rows' maxima lie, for {@link #distances}. */
    double[] shift() {
        return spread(RowSoftmax::shift);
    }

    /** A block of unit * (v - shift), in the second spare array. */
    double[] distances(Block block, double[] shift) {
        double[] into = block.own().spare(1);
        Lanes.shifted(v.at(block), shift, unit, into, block.count());
        return into;
    }

    /** A block of products of scaled exponentials and logarithms, in the first spare array: 0 where an exponential is. */
    double[] weighted(Block block, LaneNumbers scale, double[] logs) {
        Lanes.atLeast(logs, LOG_OF_NOTHING, block.count());
        double[] products = scaled(block, scale);
        Lanes.multiply(products, logs, block.count());
        return products;
    }

    /** sum -p log p of each row. */
    double[] entropies() {
        double[] shift = shift();
        LaneNumbers weight = scale(row -> 1);
        double[] sums = tile.sum(block -> weighted(block, weight, distances(block, shift)));
        for (int row = 0; row < rows.length; row++) {
            RowSoftmax of = rows[row];
            sums[row] = of.isRegular() ? of.logSum() - sums[row] / of.divisor() : Double.NaN;
        }
        return sums;
    }
}

package io.github.logitops.cpu;

import java.util.Arrays;

/**
 * The softmax of the row of a tile, of unit * v, in floats: part by part, each with exponentials from its own maximum, as {@link
 * TileSoftmax} has it in doubles. What is known of parts and of the row are doubles.
 */
final class FloatSoftmax {
    private final Tile tile;
    private final FloatMath math;
    private final RowSoftmax row;
    private final double[] weights; // of exponentials, by part

    private FloatSoftmax(Tile tile, FloatMath math, RowSoftmax row, double[] weights) {
        this.tile = tile;
        this.math = math;
        this.row = row;
        this.weights = weights;
    }

    /** Of a row that is read for it; what parts hold are its exponentials. */
    static FloatSoftmax of(Tile tile, FloatRows x, double unit) {
        return of(tile, x, unit, Tile.Part::held);
    }

    /** The same, and what they hold are its logits. */
    static FloatSoftmax ofHeldLogits(Tile tile, FloatRows x, double unit) {
        return of(tile, x, unit, part -> part.own().floats());
    }

    /** Where the exponentials of a part go. */
    private interface Place {
        float[] of(Tile.Part part);
    }

    private static FloatSoftmax of(Tile tile, FloatRows x, double unit, Place exps) {
        FloatMath math = x.math();
        double[] maxima = new double[tile.parts()];
        double[] sums = new double[tile.parts()];
        tile.eachPart(part -> {
            float[] v = part.held();
            x.read(tile.row(0), part, Float.NEGATIVE_INFINITY, v);
            float max = math.max(v, part.columns());
            maxima[part.number()] = max;
            sums[part.number()] = max < Float.POSITIVE_INFINITY
                    ? math.exp(
                            v,
                            shift(max),
                            (float) unit,
                            exps.of(part),
                            part.columns(),
                            part.own().chains())
                    : max; // as it is infinite or NaN, so is the sum, and all that comes of the row is NaN
        });
        RowSoftmax row = RowSoftmax.ofParts(maxima, sums, unit);
        double[] weights = new double[maxima.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = row.weightOfPart(maxima[i]);
        }
        return new FloatSoftmax(tile, math, row, weights);
    }

    private static float shift(double max) {
        return (float) RowSoftmax.shift(max);
    }

    /** Of a row whose softmax is known; parts hold its exponentials. */
    static FloatSoftmax known(Tile tile, FloatRows x, RowSoftmax row) {
        FloatMath math = x.math();
        double[] weights = new double[tile.parts()];
        Arrays.fill(weights, 1);
        tile.eachPart(part -> {
            float[] v = part.held();
            x.read(tile.row(0), part, Float.NEGATIVE_INFINITY, v);
            math.exp(
                    v,
                    shift(row.max()),
                    (float) row.unit(),
                    v,
                    part.columns(),
                    part.own().chains());
        });
        return new FloatSoftmax(tile, math, row, weights);
    }

    /** What is known of the row. */
    RowSoftmax row() {
        return row;
    }

    /** A part of (a e - b) c, with the exponentials e from the row's maximum; in an array to work in. */
    float[] affine(Tile.Part part, double a, double b, double c) {
        float[] into = part.own().floats();
        math.affine(part.held(), (float) (a * weights[part.number()]), (float) b, (float) c, into, part.columns());
        return into;
    }

    /** One exponential from the row's maximum. */
    double exp(Tile.Part part, int lane) {
        return part.held()[lane] * weights[part.number()];
    }

    /** A part of the logarithms of the probabilities, from logits that are held; in an array to work in. */
    float[] logs(Tile.Part part) {
        float[] into = part.own().floats();
        math.shift(part.held(), shift(row.max()), (float) row.logDivisor(), into, part.columns());
        return into;
    }

    /** The sum of unit * (v - max), of a row that is read again. */
    double distances(FloatRows x) {
        double[] sums = new double[tile.parts()];
        float shift = shift(row.max());
        tile.eachPart(part -> {
            float[] v = part.own().floats();
            x.read(tile.row(0), part, shift, v);
            sums[part.number()] =
                    math.distances(v, shift, part.columns(), part.own().chains());
        });
        return RowSum.of(sums, sums.length) * row.unit();
    }
}

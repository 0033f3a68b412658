package io.github.logitops.cpu;

import java.util.List;

/** The softmax of a row of unit * v, with v itself and the exponentials that it is made of, block by block. */
final class SoftmaxRow {
    private final RowSoftmax softmax;
    private final BlockedRow v;
    private final BlockedRow exps; // exp(unit * (v - shift))
    private final List<Block> blocks;

    private SoftmaxRow(RowSoftmax softmax, BlockedRow v, BlockedRow exps, List<Block> blocks) {
        this.softmax = softmax;
        this.v = v;
        this.exps = exps;
        this.blocks = blocks;
    }

    /** Of a row that is read for it; {@code array} is for the exponentials. */
    static SoftmaxRow of(BlockedRow v, double unit, double[] array, List<Block> blocks) {
        double max = RowMath.max(v, blocks);
        BlockedRow exps = exps(v, RowSoftmax.shift(max), unit, array);
        RowSum sum = new RowSum();
        for (Block block : blocks) {
            sum.add(exps.at(block), block.count());
        }
        return new SoftmaxRow(new RowSoftmax(max, sum.value(), unit), v, exps, blocks);
    }

    /** Of a row whose softmax is known; nothing is read yet. */
    static SoftmaxRow of(RowSoftmax softmax, BlockedRow v, double[] array, List<Block> blocks) {
        return new SoftmaxRow(softmax, v, exps(v, softmax.shift(), softmax.unit(), array), blocks);
    }

    private static BlockedRow exps(BlockedRow v, double shift, double unit, double[] array) {
        return new BlockedRow(array, (block, into) -> {
            double[] from = v.at(block);
            for (int j = 0; j < block.count(); j++) {
                into[j] = Math.exp((from[j] - shift) * unit);
            }
        });
    }

    RowSoftmax softmax() {
        return softmax;
    }

    /** A block of v. */
    double[] v(Block block) {
        return v.at(block);
    }

    /** A block of probabilities, to be written over; they replace the exponentials. */
    double[] probabilities(Block block) {
        double[] p = exps.take(block);
        for (int j = 0; j < block.count(); j++) {
            p[j] /= softmax.divisor();
        }
        return p;
    }

    /** A block of log-probabilities, to be written over; they replace v. */
    double[] logProbs(Block block) {
        double[] values = v.take(block);
        for (int j = 0; j < block.count(); j++) {
            values[j] = softmax.logP(values[j]);
        }
        return values;
    }

    /** sum -p log p; {@code array} is overwritten. */
    double entropy(double[] array) {
        if (!softmax.isRegular()) {
            return Double.NaN;
        }
        RowSum sum = new RowSum();
        for (Block block : blocks) {
            double[] ofBlock = exps.at(block);
            double[] values = v.at(block);
            for (int j = 0; j < block.count(); j++) {
                array[j] = TargetRows.weighted(ofBlock[j], (values[j] - softmax.shift()) * softmax.unit());
            }
            sum.add(array, block.count());
        }
        return softmax.logSum() - sum.value() / softmax.divisor();
    }
}

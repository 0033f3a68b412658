package io.github.logitops.cpu;

import java.util.List;

/** Maxima of one row. */
final class RowMath {
    private RowMath() {}

    /** The largest of the first {@code count} values; passes over NaN, which sums then show. */
    static double max(double[] x, int count) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            max = x[i] > max ? x[i] : max;
        }
        return max;
    }

    /** The same of a row. */
    static double max(BlockedRow x, List<Block> blocks) {
        double max = Double.NEGATIVE_INFINITY;
        for (Block block : blocks) {
            double ofBlock = max(x.at(block), block.count());
            max = ofBlock > max ? ofBlock : max;
        }
        return max;
    }

    /** Where {@code x} is largest: the lowest index among equals; a NaN is larger than anything. */
    static int argmax(BlockedRow x, List<Block> blocks) {
        int best = 0;
        double largest = Double.NEGATIVE_INFINITY;
        for (Block block : blocks) {
            double[] values = x.at(block);
            for (int i = 0; i < block.count(); i++) {
                if (Double.isNaN(values[i])) {
                    return block.from() + i;
                }
                if (values[i] > largest) {
                    best = block.from() + i;
                    largest = values[i];
                }
            }
        }
        return best;
    }
}

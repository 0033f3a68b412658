package io.github.logitops.cpu;

/** Arithmetic on one row in double precision. Sums have two levels, so that long rows lose nothing that shows. */
final class RowMath {
    private static final int BLOCK = 8;

    private RowMath() {}

    /** The largest; passes over NaN, which sums then show. */
    static double max(double[] x, int count) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            max = x[i] > max ? x[i] : max;
        }
        return max;
    }

    /** Where {@code x} is largest: the lowest index among equals; a NaN is larger than anything. */
    static int argmax(double[] x, int count) {
        int best = 0;
        for (int i = 0; i < count; i++) {
            if (Double.isNaN(x[i])) {
                return i;
            }
            best = x[i] > x[best] ? i : best;
        }
        return best;
    }

    /** The sum of the first {@code count} values: short chains, added up with compensation (Neumaier). */
    static double sum(double[] values, int count) {
        double total = 0;
        double lost = 0;
        for (int from = 0; from < count; from += BLOCK) {
            int to = Math.min(count, from + BLOCK);
            double block = 0;
            for (int i = from; i < to; i++) {
                block += values[i];
            }
            double next = total + block;
            lost += Math.abs(total) >= Math.abs(block) ? (total - next) + block : (block - next) + total;
            total = next;
        }
        return Double.isFinite(total) ? total + lost : total;
    }
}

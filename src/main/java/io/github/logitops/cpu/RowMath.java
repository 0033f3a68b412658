package io.github.logitops.cpu;

/** Arithmetic on one row in double precision. Sums have two levels, so that long rows lose nothing that shows. */
final class RowMath {
    private static final int BLOCK = 8;

    private RowMath() {}

    /** The sum of {@link #BLOCK} values as a tree, as the kernels have it: three roundings instead of seven. */
    private static double block(double[] values, int from) {
        double first = (values[from] + values[from + 4]) + (values[from + 2] + values[from + 6]);
        double second = (values[from + 1] + values[from + 5]) + (values[from + 3] + values[from + 7]);
        return first + second;
    }

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

    /** The sum of the first {@code count} values: short trees, added up with compensation (Neumaier). */
    static double sum(double[] values, int count) {
        double total = 0;
        double lost = 0;
        int whole = count - count % BLOCK;
        for (int i = 0; i < count; ) {
            double next = i < whole ? block(values, i) : values[i];
            double sum = total + next;
            lost += Math.abs(total) >= Math.abs(next) ? (total - sum) + next : (next - sum) + total;
            total = sum;
            i += i < whole ? BLOCK : 1;
        }
        return Double.isFinite(total) ? total + lost : total;
    }
}

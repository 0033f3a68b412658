package io.github.logitops.cpu;

/**
 * A sum in double that has two levels, so that long rows lose nothing that shows: short trees, added up with compensation
 * (Neumaier). What it is does not depend on where a row is cut, as long as all parts but the last are multiples of a tree.
 */
final class RowSum {
    /** Values to a tree. */
    static final int TREE = 8;

    private double total;
    private double lost;

    /** Of the first {@code count} values. */
    static double of(double[] values, int count) {
        RowSum sum = new RowSum();
        sum.add(values, count);
        return sum.value();
    }

    /** Adds the first {@code count} values. */
    void add(double[] values, int count) {
        double all = total;
        double small = lost;
        int whole = count - count % TREE;
        for (int i = 0; i < count; ) {
            double next = i < whole ? tree(values, i) : values[i];
            double sum = all + next;
            small += Math.abs(all) >= Math.abs(next) ? (all - sum) + next : (next - sum) + all;
            all = sum;
            i += i < whole ? TREE : 1;
        }
        total = all;
        lost = small;
    }

    double value() {
        return Double.isFinite(total) ? total + lost : total;
    }

    /** The sum of {@link #TREE} values as the kernels have it: three roundings instead of seven. */
    private static double tree(double[] values, int from) {
        double first = (values[from] + values[from + 4]) + (values[from + 2] + values[from + 6]);
        double second = (values[from + 1] + values[from + 5]) + (values[from + 3] + values[from + 7]);
        return first + second;
    }
}

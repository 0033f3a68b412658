package io.github.logitops.cpu;

import io.github.logitops.op.LabelCounts;
import io.github.logitops.op.RowLabels;
import java.util.function.LongToDoubleFunction;

/** The labels of a batch. They are compared as 64-bit numbers before they index anything. */
final class LabelView {
    private final RowLabels labels;
    private final VectorView values;
    private final int classes;

    LabelView(RowLabels labels, int classes, HostDriver driver) {
        this.labels = labels;
        this.values = new VectorView(labels.labels(), driver);
        this.classes = classes;
    }

    /** The class of a row that counts. */
    int of(long row) {
        return (int) values.label(row);
    }

    boolean isIgnored(long row) {
        return labels.ignores(values.label(row));
    }

    /** Whether the row is neither ignored nor mislabelled. */
    boolean counts(long row) {
        long label = values.label(row);
        return label >= 0 && label < classes && !labels.ignores(label);
    }

    /** Counts the rows, sums their weights, and notes the first label out of range. */
    void count(long rows, LongToDoubleFunction weight, LabelCounts counts, HostDriver driver) {
        VectorView stats = new VectorView(counts.stats(), driver);
        long counted = 0;
        double sum = 0;
        double lost = 0;
        boolean noted = stats.label(1) >= 0;
        for (long row = 0; row < rows; row++) {
            if (counts(row)) {
                counted++;
                double ofRow = weight.applyAsDouble(row);
                double next = sum + ofRow;
                lost += (sum - next) + ofRow;
                sum = next;
            } else if (!noted && !isIgnored(row)) {
                stats.setLong(1, row);
                stats.setLong(2, values.label(row));
                noted = true;
            }
        }
        write(counts, counted, Double.isFinite(sum) ? sum + lost : sum, driver);
    }

    /** What is counted of rows without labels: all of them, by 1 each. */
    static void countAll(long rows, LabelCounts counts, HostDriver driver) {
        write(counts, rows, rows, driver);
    }

    private static void write(LabelCounts counts, long counted, double weightSum, HostDriver driver) {
        new VectorView(counts.stats(), driver).setLong(0, counted);
        VectorView divisors = new VectorView(counts.divisors(), driver);
        divisors.set(0, weightSum);
        divisors.set(1, counted);
    }
}

package io.github.logitops.cpu;

import io.github.logitops.op.LabelCounts;
import io.github.logitops.op.RowLabels;

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

    /** Counts the rows and notes the first label out of range. */
    void count(long rows, LabelCounts counts, HostDriver driver) {
        VectorView stats = new VectorView(counts.stats(), driver);
        long counted = 0;
        boolean noted = stats.label(1) >= 0;
        for (long row = 0; row < rows; row++) {
            if (counts(row)) {
                counted++;
            } else if (!noted && !isIgnored(row)) {
                stats.setLong(1, row);
                stats.setLong(2, values.label(row));
                noted = true;
            }
        }
        stats.setLong(0, counted);
        new VectorView(counts.divisors(), driver).set(0, counted);
    }
}

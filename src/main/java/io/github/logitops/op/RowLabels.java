package io.github.logitops.op;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Shape;
import java.util.OptionalLong;

/**
 * A class label for each row, and which label says to leave a row out.
 *
 * @param labels I32 or I64, of the rows' shape
 * @param ignoreIndex rows with this label do not count; may lie outside [0, classes)
 */
public record RowLabels(Tensor labels, OptionalLong ignoreIndex) {
    /** These labels where there are any; else null. */
    public static RowLabels orNull(Tensor labels, OptionalLong ignoreIndex) {
        return labels == null ? null : new RowLabels(labels, ignoreIndex);
    }

    /** The tensor of labels that there may be; else null. */
    public static Tensor tensor(RowLabels labels) {
        return labels == null ? null : labels.labels;
    }

    /** Whether rows with this label are left out. */
    public boolean ignores(long label) {
        return ignoreIndex.isPresent() && ignoreIndex.getAsLong() == label;
    }

    void requireFit(String op, Shape rows) {
        if (!Arguments.notNull(op, "labels", labels).dtype().isLabel()) {
            throw new IllegalArgumentException(
                    op + ": labels must be I32 or I64: labels=" + labels.dtype() + labels.shape());
        }
        Require.dense(op, "labels", labels, labels.dtype(), rows);
    }
}

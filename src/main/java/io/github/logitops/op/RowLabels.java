package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Arguments;
import java.util.OptionalLong;

/**
 * A class label for each row, and which label says to leave a row out.
 *
 * @param labels I32 or I64, of the rows' shape
 * @param ignoreIndex rows with this label do not count; may lie outside [0, classes)
 */
public record RowLabels(Tensor labels, OptionalLong ignoreIndex) {
    /** Whether rows with this label are left out. */
    public boolean ignores(long label) {
        return ignoreIndex.isPresent() && ignoreIndex.getAsLong() == label;
    }

    void requireFit(String op, Rows x) {
        if (!Arguments.notNull(op, "labels", labels).dtype().isLabel()) {
            throw new IllegalArgumentException(
                    op + ": labels must be I32 or I64: labels=" + labels.dtype() + labels.shape());
        }
        Require.dense(op, "labels", labels, labels.dtype(), x.rowShape());
    }
}

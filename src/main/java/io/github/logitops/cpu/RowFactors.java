package io.github.logitops.cpu;

import io.github.logitops.memory.GradScale;
import java.util.function.LongToDoubleFunction;

/** What the gradient of each row is multiplied by. */
final class RowFactors {
    private RowFactors() {}

    /** The factor by row. */
    static LongToDoubleFunction of(GradScale gradScale, HostDriver driver) {
        if (gradScale.perRow() == null) {
            return row -> gradScale.value();
        }
        VectorView perRow = new VectorView(gradScale.perRow(), driver);
        return row -> gradScale.value() * perRow.get(row);
    }
}

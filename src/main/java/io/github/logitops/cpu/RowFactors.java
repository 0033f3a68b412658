package io.github.logitops.cpu;

import io.github.logitops.memory.GradScale;
import java.util.function.LongToDoubleFunction;

/** What the gradient of each row is multiplied by. */
final class RowFactors {
    private RowFactors() {}

    /** The factor by row. */
    static LongToDoubleFunction of(GradScale gradScale, CpuContext cpu) {
        if (gradScale.perRow() == null) {
            return row -> gradScale.value();
        }
        VectorView perRow = cpu.view(gradScale.perRow());
        return row -> gradScale.value() * perRow.get(row);
    }
}

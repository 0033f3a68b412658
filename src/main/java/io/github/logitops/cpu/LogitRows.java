package io.github.logitops.cpu;

import io.github.logitops.op.CrossEntropyInputs;
import io.github.logitops.spec.CrossEntropyOptions;

/** What cross entropy takes for the logits: z = a x, or with a soft cap z = c tanh(a x / c). */
final class LogitRows {
    private final RowView x;
    private final int classes;
    private final double scale;
    private final double cap; // 0: none

    LogitRows(CrossEntropyInputs inputs, HostDriver driver) {
        CrossEntropyOptions options = inputs.options();
        x = new RowView(inputs.x(), driver);
        classes = inputs.x().classes();
        scale = options.logitScale();
        cap = options.softCap().orElse(0);
    }

    /** Reads x. */
    void read(long row, double[] into) {
        x.read(row, into);
    }

    /** Turns x into z. */
    void apply(double[] values) {
        if (cap == 0 && scale == 1) {
            return;
        }
        for (int j = 0; j < classes; j++) {
            values[j] = cap == 0 ? scale * values[j] : cap * Math.tanh(values[j] * (scale / cap));
        }
    }

    /** dz/dx where the logit is z. */
    double slope(double z) {
        double t = cap == 0 ? 0 : z / cap;
        return scale * (1 - t * t);
    }
}

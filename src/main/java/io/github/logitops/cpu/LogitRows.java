package io.github.logitops.cpu;

import io.github.logitops.op.CrossEntropyInputs;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Elements;

/** What cross entropy takes for the logits: z = a x, or with a soft cap z = c tanh(a x / c). */
final class LogitRows {
    private final RowView x;
    private final DType arithmetic;
    private final int classes;
    private final double scale;
    private final double cap; // 0: none

    LogitRows(CrossEntropyInputs inputs, HostDriver driver) {
        x = new RowView(inputs.x(), driver);
        arithmetic = inputs.x().dtype().arithmetic();
        classes = inputs.x().classes();
        scale = inputs.options().logitScale();
        cap = inputs.options().softCap().orElse(0);
    }

    /** Reads x. */
    void read(long row, double[] into) {
        x.read(row, into);
    }

    /** Turns x into v: z if there is a cap; else x, and z = {@link #unit} v is never formed, since that would round it. */
    void apply(double[] values) {
        for (int j = 0; j < classes && cap != 0; j++) {
            // Rounded, as what is saved of a row has the dtype's numbers and is to be what was subtracted.
            values[j] = Elements.round(arithmetic, cap * Math.tanh(values[j] * (scale / cap)));
        }
    }

    /** dz/dx over the logit scale, where v is this. */
    double slope(double v) {
        double t = cap == 0 ? 0 : v / cap;
        return 1 - t * t;
    }

    /** What one of v is worth in z. */
    static double unit(CrossEntropyOptions options) {
        return options.softCap().isPresent() ? 1 : options.logitScale();
    }

    double unit() {
        return cap == 0 ? scale : 1;
    }
}

package io.github.logitops.cpu;

import io.github.logitops.element.Elements;
import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;

/** What cross entropy takes for the logits: z = a x, or with a soft cap z = c tanh(a x / c). */
final class LogitRows {
    private final RowView x;
    private final DType arithmetic;
    private final double scale;
    private final double cap; // 0: none

    LogitRows(CrossEntropyProblem.Inputs inputs, HostDriver driver) {
        x = new RowView(inputs.x(), driver);
        arithmetic = inputs.x().dtype().arithmetic();
        scale = inputs.options().logitScale();
        cap = inputs.options().softCap().orElse(0);
    }

    /**
     * A row's v, to be read into {@code array}: z if there is a cap; else x, and z = {@link #unit} v is never formed, since that
     * would round it.
     */
    BlockedRow row(long row, double[] array) {
        return new BlockedRow(array, (block, into) -> {
            x.read(row, block, into);
            for (int j = 0; j < block.count() && cap != 0; j++) {
                into[j] = capped(into[j]);
            }
        });
    }

    /** One of a row's v. */
    double get(long row, int column) {
        double value = x.get(row, column);
        return cap == 0 ? value : capped(value);
    }

    /** Where a row's x is largest, by way of the third array. */
    int argmax(long row, Scratch scratch) {
        return RowMath.argmax(x.row(row, scratch.third()), scratch.blocks());
    }

    /** Rounded, as what is saved of a row has the dtype's numbers and is to be what was subtracted. */
    private double capped(double value) {
        return Elements.round(arithmetic, cap * Math.tanh(value * (scale / cap)));
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

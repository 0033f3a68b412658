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
        x = new RowView(inputs.x(), driver);
        classes = inputs.x().classes();
        scale = inputs.options().logitScale();
        cap = inputs.options().softCap().orElse(0);
    }

    /** Reads x. */
    void read(long row, double[] into) {
        x.read(row, into);
    }

    /** Turns x into z. */
    void apply(double[] values) {
        if (cap != 0) {
            cap(values);
        } else if (scale != 1) {
            for (int j = 0; j < classes; j++) {
                values[j] *= scale;
            }
        }
    }

    /** Turns x into what sums over shards are made of: z if there is a cap, else x. */
    void cap(double[] values) {
        for (int j = 0; j < classes && cap != 0; j++) {
            values[j] = cap * Math.tanh(values[j] * (scale / cap));
        }
    }

    /** dz/dx where the logit is z. */
    double slope(double z) {
        double t = cap == 0 ? 0 : z / cap;
        return scale * (1 - t * t);
    }

    /** What one of the numbers of {@link #cap} is worth in z. */
    static double unit(CrossEntropyOptions options) {
        return options.softCap().isPresent() ? 1 : options.logitScale();
    }

    double unit() {
        return cap == 0 ? scale : 1;
    }
}

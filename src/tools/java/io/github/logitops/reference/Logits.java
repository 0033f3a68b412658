package io.github.logitops.reference;

import io.github.logitops.spec.CrossEntropyOptions;

/**
 * What softmax is taken of: z = x, a x, x / T, or with a soft cap c tanh(a x / c). All of them rise with x.
 *
 * @param scale a
 * @param temperature T
 * @param cap c; 0 for none
 */
record Logits(double scale, double temperature, double cap) {
    static final Logits PLAIN = new Logits(1, 1, 0);

    static Logits of(CrossEntropyOptions options) {
        return new Logits(options.logitScale(), 1, options.softCap().orElse(0));
    }

    static Logits over(double temperature) {
        return new Logits(1, temperature, 0);
    }

    boolean scaled() {
        return cap == 0 && (scale != 1 || temperature != 1);
    }

    boolean capped() {
        return cap != 0;
    }

    /** z. */
    DoubleDouble of(double x) {
        if (cap != 0) {
            return DoubleDouble.product(scale, x).dividedBy(cap).tanh().times(cap);
        }
        return scaled(DoubleDouble.of(x));
    }

    /** z(x) - z(max) without a cap, whose difference comes before anything that rounds it. */
    DoubleDouble distance(double x, double max) {
        return scaled(DoubleDouble.difference(x, max));
    }

    /** dz/dx over the scale: 1 without a cap. */
    DoubleDouble slope(double x) {
        return cap != 0 ? DoubleDouble.product(scale, x).dividedBy(cap).tanhSlope() : DoubleDouble.ONE;
    }

    private DoubleDouble scaled(DoubleDouble value) {
        DoubleDouble times = scale == 1 ? value : value.times(scale);
        return temperature == 1 ? times : times.dividedBy(temperature);
    }
}

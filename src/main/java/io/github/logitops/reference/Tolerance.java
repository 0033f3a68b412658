package io.github.logitops.reference;

import io.github.logitops.spec.BinaryFormat;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Elements;

/**
 * How far a result may be from the exact one. A bound is a fraction of a scale that is taken before terms cancel; results of
 * 16-bit dtypes get half a unit in the last place on top, which is their rounding. {@code docs/numerics.md} says where the numbers come from.
 */
public enum Tolerance {
    /** Softmax; scale: the row's largest probability. */
    SOFTMAX(2e-6),
    /** Log-sum-exps, losses, log-softmax; scale: the largest of 1, the row's maximum, its log-sum-exp, the logit at hand. */
    LOSS(1e-6),
    /** Gradients; scale: the largest sum of absolute terms in the row. */
    GRADIENT(2e-6);

    private static final double F64_FRACTION = 1e-13;

    private final double fraction;

    Tolerance(double fraction) {
        this.fraction = fraction;
    }

    /**
     * The error of a result in units of its bound: at most 1 is good. An infinite or NaN result must be met exactly.
     *
     * @param dtype what the result is stored as
     * @param exact what it should be
     * @param actual what it is
     * @param scale the size of what it was computed from
     */
    public double units(DType dtype, double exact, double actual, double scale) {
        double rounded = Elements.round(dtype, exact);
        if (actual == rounded || Double.isNaN(actual) && Double.isNaN(rounded)) {
            return 0;
        }
        double error = Math.abs(actual - exact);
        double bound = dtype == DType.F64 ? F64_FRACTION * scale : fraction * scale;
        if (scale != 0 && (dtype == DType.F16 || dtype == DType.BF16)) {
            bound += BinaryFormat.of(dtype).ulp(exact) / 2;
        }
        return Double.isFinite(error) && bound > 0 ? error / bound : Double.POSITIVE_INFINITY;
    }
}

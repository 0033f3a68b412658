package io.github.logitops.cli.check;

import io.github.logitops.spec.DType;

/**
 * How large errors are, in two measures.
 *
 * @param ulps in units in the last place of the exact value, as the dtype that holds the result has them. What is smaller than
 *     {@link #SMALLEST} of the scale is measured in the units of that: it is what cancelling left
 * @param relative as a fraction of the scale: the bound of its dtype is u, 6e-8 in F32
 */
record ErrorSize(double ulps, double relative) {
    static final ErrorSize NONE = new ErrorSize(0, 0);

    private static final double SMALLEST = 0x1p-14;

    /**
     * The error of one result. An infinite or NaN one must be met exactly.
     *
     * @param scale what its bound is made of: {@link io.github.logitops.reference.Tolerance}
     */
    static ErrorSize of(DType stored, double exact, double actual, double scale) {
        if (Double.compare(actual, exact) == 0 || actual == exact) {
            return NONE;
        }
        double error = Math.abs(actual - exact);
        if (!Double.isFinite(error)) {
            return new ErrorSize(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
        }
        double unit = LastPlace.of(stored, Math.max(Math.abs(exact), SMALLEST * scale));
        return new ErrorSize(error / unit, error / scale);
    }

    /** The larger of each. */
    ErrorSize max(ErrorSize other) {
        return new ErrorSize(Math.max(ulps, other.ulps), Math.max(relative, other.relative));
    }
}

package io.github.logitops.reference;

import io.github.logitops.element.BinaryFormat;
import io.github.logitops.element.Elements;
import io.github.logitops.spec.DType;

/**
 * How far a result may be from the exact one:
 *
 * <pre>
 * abs(actual - exact) &lt;= u scale + smallest
 * </pre>
 *
 * where u is half a unit in the last place of 1 in the arithmetic (2^-24 for float, 2^-53 for double), smallest its smallest number,
 * and scale, which the reference computes, the number of roundings times the size of what is rounded. Results of 16 bits may be off
 * by half a unit in the last place more, which is their own rounding, and those of F64 too, as the exact one has been rounded. {@code
 * docs/numerics.md} says where scales come from.
 */
public final class Tolerance {
    private Tolerance() {}

    /**
     * The error of a result in units of its bound: at most 1 is good. An infinite or NaN result must be met exactly, and so must
     * one whose scale is 0.
     *
     * @param dtype what the result is stored as
     * @param exact what it should be
     * @param actual what it is
     * @param scale what it may be off by, in roundings
     */
    public static double units(DType dtype, double exact, double actual, double scale) {
        double rounded = Elements.round(dtype, exact);
        if (actual == rounded || Double.isNaN(actual) && Double.isNaN(rounded)) {
            return 0;
        }
        double error = Math.abs(actual - exact);
        if (scale == 0 || !Double.isFinite(error)) {
            return Double.POSITIVE_INFINITY;
        }
        return error
                / switch (dtype) {
                    case F64 -> 0x1p-53 * scale + Double.MIN_VALUE + Math.ulp(exact) / 2;
                    case F32 -> 0x1p-24 * scale + Float.MIN_VALUE;
                    default ->
                        0x1p-24 * scale
                                + Float.MIN_VALUE
                                + BinaryFormat.of(dtype).ulp(exact) / 2;
                };
    }
}

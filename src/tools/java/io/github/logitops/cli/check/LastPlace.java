package io.github.logitops.cli.check;

import io.github.logitops.element.BinaryFormat;
import io.github.logitops.spec.DType;

/** Units in the last place. */
final class LastPlace {
    private LastPlace() {}

    /** The distance between the two values of a floating dtype around this one. */
    static double of(DType dtype, double value) {
        return switch (dtype) {
            case F64 -> Math.ulp(value);
            case F32 -> Math.scalb(1.0, Math.max(Math.getExponent(value), Float.MIN_EXPONENT) - 23);
            default -> BinaryFormat.of(dtype).ulp(value);
        };
    }
}

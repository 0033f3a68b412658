package io.github.logitops.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.logitops.reference.Tolerance;
import io.github.logitops.spec.DType;
import java.util.Arrays;

/** Assertions against the oracle, in units of the bounds. */
public final class Near {
    private Near() {}

    public static void assertNear(
            Tolerance tolerance, DType dtype, double exact, double actual, double scale, String what) {
        double units = tolerance.units(dtype, exact, actual, scale);
        if (!(units <= 1)) {
            fail(what + ": exact=" + exact + ", actual=" + actual + ", error in units of the bound=" + units);
        }
    }

    public static void assertNear(
            Tolerance tolerance, DType dtype, double[] exact, double[] actual, double scale, String what) {
        double[] scales = new double[exact.length];
        Arrays.fill(scales, scale);
        assertNear(tolerance, dtype, exact, actual, scales, what);
    }

    public static void assertNear(
            Tolerance tolerance, DType dtype, double[] exact, double[] actual, double[] scales, String what) {
        assertEquals(exact.length, actual.length, what);
        for (int j = 0; j < exact.length; j++) {
            if (!(tolerance.units(dtype, exact[j], actual[j], scales[j]) <= 1)) {
                assertNear(tolerance, dtype, exact[j], actual[j], scales[j], what + ", element " + j);
            }
        }
    }
}

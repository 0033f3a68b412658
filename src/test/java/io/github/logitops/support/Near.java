package io.github.logitops.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.logitops.reference.Tolerance;
import io.github.logitops.spec.DType;

/** Assertions against the oracle, in units of the bounds. */
public final class Near {
    private Near() {}

    public static void assertNear(DType dtype, double exact, double actual, double scale, String what) {
        double units = Tolerance.units(dtype, exact, actual, scale);
        if (!(units <= 1)) {
            fail(what + ": exact=" + exact + ", actual=" + actual + ", error in units of the bound=" + units);
        }
    }

    public static void assertNear(DType dtype, double[] exact, double[] actual, double[] scales, String what) {
        assertEquals(exact.length, actual.length, what);
        for (int j = 0; j < exact.length; j++) {
            if (!(Tolerance.units(dtype, exact[j], actual[j], scales[j]) <= 1)) {
                assertNear(dtype, exact[j], actual[j], scales[j], what + ", element " + j);
            }
        }
    }
}

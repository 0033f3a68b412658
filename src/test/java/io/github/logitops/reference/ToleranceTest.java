package io.github.logitops.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.spec.DType;
import org.junit.jupiter.api.Test;

class ToleranceTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    @Test
    void errorsAreMeasuredInBounds() {
        assertEquals(0, Tolerance.units(DType.F64, 5, 5, 1));
        assertEquals(0.5, Tolerance.units(DType.F64, 0, 0x1p-50, 16), 1e-9);
        assertEquals(
                1, Tolerance.units(DType.F64, 1, 1 + 0x1p-52, 1), 1e-9, "half of it is the rounding of the exact one");
        assertEquals(2, Tolerance.units(DType.F32, 0, 0x1p-20, 8), 1e-9);
        assertEquals(4, Tolerance.units(DType.F32, 0, 0x1p-20, 4), 1e-9);
        assertEquals(2, Tolerance.units(DType.F16, 1, 1 + 0x1p-10, 1e-12), 1e-9, "one ulp");
        assertEquals(2, Tolerance.units(DType.BF16, 1, 1 + 0x1p-7, 1e-12), 1e-9, "one ulp");
        double middle = 1 + 0x1p-8; // between two numbers, the lower of which it rounds to
        assertEquals(1, Tolerance.units(DType.BF16, middle, 1 + 0x1p-7, 1e-12), 1e-9, "rounded up");
        assertEquals(0, Tolerance.units(DType.F16, 70000, INF, 1), "rounds to infinity");
    }

    @Test
    void theSmallestNumberIsAllowedForWhereAnythingIs() {
        assertEquals(1, Tolerance.units(DType.F32, 0, Float.MIN_VALUE, 1e-42), 1e-3);
        assertEquals(1, Tolerance.units(DType.F64, 0, Double.MIN_VALUE, 1e-310));
        assertEquals(INF, Tolerance.units(DType.F64, 0, Double.MIN_VALUE, 0));
    }

    @Test
    void whatIsNotFiniteMustBeMet() {
        assertEquals(0, Tolerance.units(DType.F32, Double.NaN, Double.NaN, 1));
        assertEquals(0, Tolerance.units(DType.F32, INF, INF, 1));
        assertEquals(INF, Tolerance.units(DType.F32, INF, -INF, 1));
        assertEquals(INF, Tolerance.units(DType.F32, 1, Double.NaN, 1));
        assertEquals(INF, Tolerance.units(DType.F32, Double.NaN, 1, 1));
        assertEquals(INF, Tolerance.units(DType.F32, 1, INF, INF));
        assertEquals(INF, Tolerance.units(DType.F32, 0, 1e-30, 0), "exactly zero is required");
        assertEquals(INF, Tolerance.units(DType.F16, 0, 0x1p-24, 0), "of 16 bits too");
    }
}

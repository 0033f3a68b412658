package io.github.logitops.cli.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.spec.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorSizeTest {
    @ParameterizedTest
    @CsvSource({"F64, 0x1p-52", "F32, 0x1p-23", "F16, 0x1p-10", "BF16, 0x1p-7"})
    void unitsAreThoseOfTheDTypeThatHoldsTheResult(DType dtype, double unit) {
        assertEquals(new ErrorSize(1, unit / 4), ErrorSize.of(dtype, 1, 1 + unit, 4));
        assertEquals(new ErrorSize(1, 4 * unit), ErrorSize.of(dtype, -3, -3 - 2 * unit, 0.5));
        assertEquals(
                new ErrorSize(2, unit), ErrorSize.of(dtype, 0.75, 0.75 + unit, 1), "below a power of two they halve");
    }

    @Test
    void whatIsSmallOnItsScaleIsMeasuredInTheUnitsOfAFractionOfIt() {
        double unit = 0x1p-37; // of F32 at 2^-14
        assertEquals(new ErrorSize(3, 3 * unit), ErrorSize.of(DType.F32, 0, 3 * unit, 1));
        assertEquals(new ErrorSize(3, 3 * unit), ErrorSize.of(DType.F32, 0x1p-30, 0x1p-30 + 3 * unit, 1));
        assertEquals(new ErrorSize(3, 3 * unit), ErrorSize.of(DType.F32, 0x1p-14, 0x1p-14 + 3 * unit, 1));
        assertEquals(new ErrorSize(3, 6 * unit), ErrorSize.of(DType.F32, 0x1p-13, 0x1p-13 + 6 * unit, 1));
    }

    @ParameterizedTest
    @CsvSource({"F32, 0x1p-149", "F16, 0x1p-24", "BF16, 0x1p-133"})
    void subnormalsAreAllAsFarApart(DType dtype, double unit) {
        assertEquals(unit, LastPlace.of(dtype, unit));
        assertEquals(unit, LastPlace.of(dtype, 0));
        assertEquals(unit, LastPlace.of(dtype, 5 * unit));
    }

    @Test
    void infinitiesAndNanMustBeMet() {
        ErrorSize infinite = new ErrorSize(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
        double inf = Double.POSITIVE_INFINITY;
        assertEquals(ErrorSize.NONE, ErrorSize.of(DType.F32, inf, inf, 1));
        assertEquals(ErrorSize.NONE, ErrorSize.of(DType.F32, Double.NaN, Double.NaN, 1));
        assertEquals(ErrorSize.NONE, ErrorSize.of(DType.F32, 0.0, -0.0, 1));
        assertEquals(infinite, ErrorSize.of(DType.F32, inf, -inf, 1));
        assertEquals(infinite, ErrorSize.of(DType.F32, inf, 1e38, 1));
        assertEquals(infinite, ErrorSize.of(DType.F32, 1, Double.NaN, 1));
    }

    @Test
    void theLargerOfEachMeasureIsKept() {
        assertEquals(new ErrorSize(2, 3), new ErrorSize(1, 3).max(new ErrorSize(2, 1)));
    }
}

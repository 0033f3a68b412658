package io.github.logitops.element;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BinaryFormatTest {
    private static final int SIGN = 0x8000;

    @ParameterizedTest
    @EnumSource
    void everyValueComesBack(BinaryFormat format) {
        for (int bits = 0; bits <= 0xFFFF; bits++) {
            float value = format.decode((short) bits);
            if (Float.isNaN(value)) {
                assertTrue(Float.isNaN(format.decode(format.encode(value))));
            } else {
                assertEquals((short) bits, format.encode(value), () -> "value=" + value);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void valuesGrowWithTheirBits(BinaryFormat format) {
        for (int bits = 0; bits < infinity(format); bits++) {
            assertTrue(format.decode((short) bits) < format.decode((short) (bits + 1)), "bits=" + bits);
            assertEquals(-format.decode((short) bits), format.decode((short) (bits | SIGN)));
        }
        for (int bits = infinity(format) + 1; bits < SIGN; bits++) {
            assertTrue(Float.isNaN(format.decode((short) bits)), "bits=" + bits);
        }
    }

    @Test
    void knownValues() {
        assertEquals((short) 0x3C00, BinaryFormat.FLOAT16.encode(1));
        assertEquals(65504f, BinaryFormat.FLOAT16.decode((short) 0x7BFF));
        assertEquals(0x1p-24f, BinaryFormat.FLOAT16.decode((short) 1));
        assertEquals((short) 0x3F80, BinaryFormat.BFLOAT16.encode(1));
        assertEquals(0x1.FEp127f, BinaryFormat.BFLOAT16.decode((short) 0x7F7F));
        assertEquals(0x1p-133f, BinaryFormat.BFLOAT16.decode((short) 1));
        assertEquals((short) 0x8000, BinaryFormat.FLOAT16.encode(-0.0));
    }

    @ParameterizedTest
    @EnumSource
    void bitsMeanWhatTheFormatSays(BinaryFormat format) {
        int significandBits = format == BinaryFormat.FLOAT16 ? 10 : 7;
        int bias = format == BinaryFormat.FLOAT16 ? 15 : 127;
        for (int bits = 0; bits < infinity(format); bits++) {
            int exponent = bits >> significandBits;
            double fraction = (bits % (1 << significandBits)) / Math.pow(2, significandBits);
            double value =
                    exponent == 0 ? fraction * Math.pow(2, 1 - bias) : (1 + fraction) * Math.pow(2, exponent - bias);
            assertEquals(value, format.decode((short) bits), "bits=" + bits);
        }
    }

    @ParameterizedTest
    @EnumSource
    void doublesAtEveryMidpointRoundToEvenAndBesideItToTheNearer(BinaryFormat format) {
        for (int bits = 0; bits < infinity(format); bits++) {
            double low = format.decode((short) bits);
            double high = bits + 1 == infinity(format) ? low + format.ulp(low) : format.decode((short) (bits + 1));
            double midpoint = low + (high - low) / 2; // exact in double
            int even = (bits & 1) == 0 ? bits : bits + 1;
            assertEquals((short) even, format.encode(midpoint), "midpoint above bits " + bits);
            // One double to either side decides: rounding to float first would lose this.
            assertEquals((short) bits, format.encode(Math.nextDown(midpoint)), "below the midpoint above bits " + bits);
            assertEquals(
                    (short) (bits + 1), format.encode(Math.nextUp(midpoint)), "above the midpoint above bits " + bits);
            assertEquals((short) (even | SIGN), format.encode(-midpoint));
        }
    }

    @ParameterizedTest
    @EnumSource
    void randomDoublesGoToTheNearestValue(BinaryFormat format) {
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            double value = Math.scalb(random.nextDouble(), random.nextInt(60) - 40);
            short bits = format.encode(value);
            if (format.decode(bits) == Float.POSITIVE_INFINITY) {
                continue;
            }
            BigDecimal error = distance(value, format.decode(bits));
            if (bits > 0) {
                assertFalse(distance(value, format.decode((short) (bits - 1))).compareTo(error) < 0, "value=" + value);
            }
            assertFalse(distance(value, format.decode((short) (bits + 1))).compareTo(error) < 0, "value=" + value);
        }
    }

    @ParameterizedTest
    @EnumSource
    void extremes(BinaryFormat format) {
        assertEquals((short) infinity(format), format.encode(Double.MAX_VALUE));
        assertEquals((short) (infinity(format) | SIGN), format.encode(Double.NEGATIVE_INFINITY));
        assertEquals((short) 0, format.encode(Double.MIN_VALUE));
        assertEquals((short) SIGN, format.encode(-Double.MIN_VALUE));
        assertTrue(Float.isNaN(format.decode(format.encode(Double.NaN))));
        assertTrue(Float.isNaN(format.decode(format.encode(Double.longBitsToDouble(0xFFF0000000000001L)))));
    }

    @Test
    void float16AgreesWithTheJdkWhereItConverts() throws ReflectiveOperationException {
        Method decode;
        Method encode;
        try {
            decode = Float.class.getMethod("float16ToFloat", short.class);
            encode = Float.class.getMethod("floatToFloat16", float.class);
        } catch (NoSuchMethodException e) {
            assumeTrue(false, "this JDK is older than 20");
            return;
        }
        for (int bits = 0; bits <= 0xFFFF; bits++) {
            assertEquals(decode.invoke(null, (short) bits), BinaryFormat.FLOAT16.decode((short) bits));
        }
        Random random = new Random(2);
        for (int i = 0; i < 1_000_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            if (!Float.isNaN(value)) {
                assertEquals(encode.invoke(null, value), BinaryFormat.FLOAT16.encode(value), () -> "value=" + value);
            }
        }
    }

    private static int infinity(BinaryFormat format) {
        return format == BinaryFormat.FLOAT16 ? 0x7C00 : 0x7F80;
    }

    private static BigDecimal distance(double value, float neighbour) {
        return Float.isInfinite(neighbour)
                ? BigDecimal.valueOf(Double.MAX_VALUE)
                : new BigDecimal(value).subtract(new BigDecimal(neighbour)).abs();
    }
}

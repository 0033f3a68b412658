package io.github.logitops.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.element.BinaryFormat;
import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The emulator's arithmetic against other ways to compute the same. */
class NumbersTest {
    private static final int VALUES = 1 << 16;

    @Test
    void everyHalfAndBfloat16DecodesAsTheLibraryDoes() {
        for (int bits = 0; bits < VALUES; bits++) {
            assertEquals(BinaryFormat.FLOAT16.decode((short) bits), Numbers.fromHalf(bits));
            assertEquals(BinaryFormat.BFLOAT16.decode((short) bits), Numbers.fromBfloat16(bits));
        }
    }

    @Test
    void floatsAreRoundedToHalfAndBfloat16AsTheLibraryDoes() {
        for (int high = 0; high < VALUES; high++) { // around every boundary between two values of either format
            for (int low : new int[] {0, 1, 0x0FFF, 0x1000, 0x1001, 0x7FFF, 0x8000, 0x8001, 0xEFFF, 0xF000, 0xF001}) {
                requireSameRounding(Float.intBitsToFloat(high << 16 | low));
            }
        }
        new Random(1).ints(VALUES).forEach(bits -> requireSameRounding(Float.intBitsToFloat(bits)));
    }

    private static void requireSameRounding(float value) {
        short half = (short) Numbers.toHalf(value);
        short bfloat16 = (short) Numbers.toBfloat16(value);
        if (Float.isNaN(value)) {
            assertEquals(0x7FFF, half, "cvt makes every NaN the canonical one");
            assertEquals(0x7FFF, bfloat16, "cvt makes every NaN the canonical one");
        } else {
            assertEquals(BinaryFormat.FLOAT16.encode(value), half, () -> "f16 of " + value);
            assertEquals(BinaryFormat.BFLOAT16.encode(value), bfloat16, () -> "bf16 of " + value);
        }
    }

    @Test
    void sumsTowardsZeroAreNeverTooLarge() {
        assertEquals(Float.MAX_VALUE, Numbers.sumTowardsZero(Float.MAX_VALUE, Float.MAX_VALUE));
        assertEquals(Float.NEGATIVE_INFINITY, Numbers.sumTowardsZero(Float.NEGATIVE_INFINITY, 1));
        assertEquals(Math.nextDown(1f), Numbers.sumTowardsZero(1, -Float.MIN_VALUE));
        assertEquals(1, Numbers.sumTowardsZero(1, Math.nextDown(0x1p-23f)));
        Random random = new Random(3);
        for (int i = 0; i < VALUES; i++) {
            float a = (random.nextFloat() - 0.5f) * 0x1p10f;
            float b = random.nextFloat() - 0.5f;
            BigDecimal exact = new BigDecimal(a).add(new BigDecimal(b));
            float sum = Numbers.sumTowardsZero(a, b);
            assertTrue(new BigDecimal(sum).abs().compareTo(exact.abs()) <= 0);
            float next = Math.nextAfter(sum, Math.copySign(Double.POSITIVE_INFINITY, sum));
            assertTrue(new BigDecimal(next).abs().compareTo(exact.abs()) > 0);
        }
    }

    @Test
    void powersOfTwoAreWithinHalfAnUlpAndFlushed() {
        for (int exponent = -126; exponent < 128; exponent++) {
            assertEquals(Math.scalb(1f, exponent), Numbers.ex2ApproxFtz(exponent));
        }
        assertEquals(0, Numbers.ex2ApproxFtz(-126.5f), "a subnormal result");
        assertEquals(0x1p-149f, Numbers.ex2Approx(-149), "the same where it is not flushed");
        assertEquals(0, Numbers.ex2ApproxFtz(Float.NEGATIVE_INFINITY));
        assertEquals(Float.POSITIVE_INFINITY, Numbers.ex2ApproxFtz(128));
        assertEquals(1, Numbers.ex2ApproxFtz(Float.MIN_VALUE));
        assertEquals(Float.NaN, Numbers.ex2ApproxFtz(Float.NaN));
        new Random(2).doubles(VALUES, -126, 128).forEach(x -> {
            double exact = Math.exp((float) x * Math.log(2));
            float actual = Numbers.ex2ApproxFtz((float) x);
            assertEquals(exact, actual, 0.5001 * Math.ulp(actual));
        });
    }

    @Test
    void reciprocalSeedsHaveTwentyBits() {
        new Random(3).doubles(VALUES, -1e3, 1e3).forEach(x -> {
            double seed = Numbers.rcpApproxFtz(x);
            assertEquals(1, seed * x, 0x1p-19);
            assertEquals(0, (int) Double.doubleToRawLongBits(seed), "the low word");
        });
        assertEquals(Double.NEGATIVE_INFINITY, Numbers.rcpApproxFtz(-0.0));
        assertEquals(Double.POSITIVE_INFINITY, Numbers.rcpApproxFtz(Double.MIN_VALUE), "a subnormal argument");
        assertEquals(-0.0, Numbers.rcpApproxFtz(Double.NEGATIVE_INFINITY));
        assertEquals(Double.NaN, Numbers.rcpApproxFtz(Double.NaN));
    }

    @Test
    void aMaximumIgnoresNanAndOrdersZeros() {
        assertEquals(1, Numbers.max(Float.NaN, 1f));
        assertEquals(1, Numbers.max(1f, Float.NaN));
        assertEquals(Float.NaN, Numbers.max(Float.NaN, Float.NaN));
        assertEquals(0.0f, Numbers.max(-0.0f, 0.0f));
        assertEquals(1, Numbers.max(Double.NaN, 1.0));
        assertEquals(0.0, Numbers.max(0.0, -0.0));
    }

    @Test
    void logarithmsAreWithinHalfAnUlp() {
        for (int exponent = -126; exponent < 128; exponent++) {
            assertEquals(exponent, Numbers.lg2ApproxFtz(Math.scalb(1f, exponent)));
        }
        assertEquals(Float.NEGATIVE_INFINITY, Numbers.lg2ApproxFtz(Float.MIN_VALUE), "a subnormal argument");
        assertEquals(Float.NaN, Numbers.lg2ApproxFtz(-1));
        assertEquals(Float.POSITIVE_INFINITY, Numbers.lg2ApproxFtz(Float.POSITIVE_INFINITY));
    }

    @Test
    void perturbedApproximationsAreOffByUpToTwoEitherWayAndTheSameEachTime() {
        Operations.Operation exact = Operations.VALUES.get("ex2.approx.ftz.f32");
        Operations.Operation perturbed = Approximations.OFF_BY_UP_TO_TWO.of(exact);
        int[] off = new int[5];
        new Random(4).doubles(VALUES, -126, 126).forEach(x -> {
            long argument = Float.floatToRawIntBits((float) x);
            long result = perturbed.of(argument, 0, 0);
            assertEquals(result, perturbed.of(argument, 0, 0));
            off[(int) (result - exact.of(argument, 0, 0)) + 2]++;
        });
        for (int count : off) {
            assertEquals(VALUES / 5.0, count, VALUES / 50.0);
        }
        for (float special : new float[] {0f, -0f, -1000f, 1000f, Float.NaN, 1f, -7f, 100f}) {
            long argument = Float.floatToRawIntBits(special);
            assertEquals(exact.of(argument, 0, 0), perturbed.of(argument, 0, 0));
        }
    }
}

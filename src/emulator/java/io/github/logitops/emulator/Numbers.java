package io.github.logitops.emulator;

/** Arithmetic that Java lacks. What PTX calls approximate is computed here as well as binary64 can. */
final class Numbers {
    private static final int BFLOAT16_DROPPED = 16;

    private Numbers() {}

    static float fromHalf(long bits) {
        int sign = (int) (bits & 0x8000) << 16;
        int exponent = (int) (bits >>> 10) & 0x1F;
        int significand = (int) bits & 0x3FF;
        if (exponent == 0) {
            float magnitude = significand * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int rebiased = exponent == 0x1F ? 0xFF : exponent + 127 - 15;
        return Float.intBitsToFloat(sign | rebiased << 23 | significand << 13);
    }

    /** To nearest even, as cvt.rn.f16.f32; every NaN becomes 0x7FFF, as the instruction's description says. */
    static long toHalf(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        float magnitude = Math.abs(value);
        if (Float.isNaN(value)) {
            return 0x7FFF;
        }
        if (magnitude >= 65520) { // halfway to what would be the next power of two
            return sign | 0x7C00;
        }
        if (magnitude < 0x1p-14f) { // adding 0.5 leaves units of 2^-24 in the significand, rounded as wanted
            return sign | Float.floatToRawIntBits(magnitude + 0.5f) - Float.floatToRawIntBits(0.5f);
        }
        int rebiased = (bits & 0x7FFFFFFF) - (127 - 15 << 23);
        return sign | rebiased + 0xFFF + (rebiased >>> 13 & 1) >>> 13;
    }

    static float fromBfloat16(long bits) {
        return Float.intBitsToFloat((int) bits << BFLOAT16_DROPPED);
    }

    /** To nearest even, as cvt.rn.bf16.f32; every NaN becomes 0x7FFF. */
    static long toBfloat16(float value) {
        if (Float.isNaN(value)) {
            return 0x7FFF;
        }
        int bits = Float.floatToRawIntBits(value);
        return bits + 0x7FFF + (bits >>> BFLOAT16_DROPPED & 1) >>> BFLOAT16_DROPPED;
    }

    /** a + b, rounded towards zero: the nearest float, but for what Knuth's two-sum says is missing of it. */
    static float sumTowardsZero(float a, float b) {
        float nearest = a + b;
        if (!Float.isFinite(nearest)) {
            boolean overflow = Float.isFinite(a) && Float.isFinite(b);
            return overflow ? Math.copySign(Float.MAX_VALUE, nearest) : nearest;
        }
        float ofB = nearest - a;
        float missing = (a - (nearest - ofB)) + (b - ofB);
        boolean tooFar = nearest > 0 ? missing < 0 : missing > 0;
        return tooFar ? Math.nextAfter(nearest, 0.0) : nearest;
    }

    /** 2^x. */
    static float ex2Approx(float x) {
        return (float) Math.pow(2, x);
    }

    /** 2^x with subnormal arguments and results as zero. */
    static float ex2ApproxFtz(float x) {
        return flush(ex2Approx(flush(x)));
    }

    /** log2(x) with subnormal arguments as zero. */
    static float lg2ApproxFtz(float x) {
        return (float) (Math.log(flush(x)) / Math.log(2));
    }

    private static float flush(float x) {
        return Math.abs(x) < Float.MIN_NORMAL ? Math.copySign(0f, x) : x;
    }

    /** 1/x with subnormal arguments and results as zero. */
    static float rcpApproxFtz(float x) {
        return flush(1 / flush(x));
    }

    /** 1/x of the high word alone, with a low word of zero. */
    static double rcpApproxFtz(double x) {
        double coarse = flush(highWord(x));
        return highWord(flush(1 / coarse));
    }

    private static double flush(double x) {
        return Math.abs(x) < Double.MIN_NORMAL ? Math.copySign(0.0, x) : x;
    }

    private static double highWord(double x) {
        return Double.isNaN(x) ? x : Double.longBitsToDouble(Double.doubleToRawLongBits(x) & 0xFFFFFFFF00000000L);
    }

    /** The larger; a NaN counts as missing. */
    static float max(float a, float b) {
        return Float.isNaN(a) ? b : Float.isNaN(b) ? a : Math.max(a, b);
    }

    /** The larger; a NaN counts as missing. */
    static double max(double a, double b) {
        return Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.max(a, b);
    }
}

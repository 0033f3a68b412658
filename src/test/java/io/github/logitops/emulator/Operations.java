package io.github.logitops.emulator;

import java.util.HashMap;
import java.util.Map;

/**
 * What instructions compute, lane by lane. Values are bits in the low end of a long; an operation reads as many of them as its
 * type has and may leave anything above, which the destination's width cuts off.
 */
final class Operations {
    /** A value from up to three. */
    interface Operation {
        long of(long a, long b, long c);
    }

    /** A comparison of two values. */
    interface Comparison {
        boolean of(long a, long b);
    }

    /** A predicate from up to two, for 32 lanes at once. */
    interface Logic {
        int of(int a, int b);
    }

    private static final long WORD = 0xFFFFFFFFL;

    /** By opcode. */
    static final Map<String, Operation> VALUES = new HashMap<>();

    /** By opcode. */
    static final Map<String, Comparison> COMPARISONS = new HashMap<>();

    /** By opcode. */
    static final Map<String, Logic> LOGIC = Map.of(
            "and.pred", (a, b) -> a & b,
            "or.pred", (a, b) -> a | b,
            "xor.pred", (a, b) -> a ^ b,
            "not.pred", (a, b) -> ~a,
            "mov.pred", (a, b) -> a);

    static {
        integers();
        conversions();
        arithmetic();
        compareFloats();
        compareIntegers();
    }

    private Operations() {}

    private static void integers() {
        for (String type : new String[] {"s16", "s32", "s64"}) {
            VALUES.put("add." + type, (a, b, c) -> a + b);
            VALUES.put("sub." + type, (a, b, c) -> a - b);
        }
        for (String type : new String[] {"b16", "b32", "b64"}) {
            VALUES.put("and." + type, (a, b, c) -> a & b);
            VALUES.put("or." + type, (a, b, c) -> a | b);
            VALUES.put("xor." + type, (a, b, c) -> a ^ b);
        }
        VALUES.put("neg.s64", (a, b, c) -> -a);
        VALUES.put("not.b64", (a, b, c) -> ~a);
        VALUES.put("mul.lo.s64", (a, b, c) -> a * b);
        VALUES.put("mul.wide.u32", (a, b, c) -> (a & WORD) * (b & WORD));
        VALUES.put("div.s64", (a, b, c) -> a / b);
        VALUES.put("div.u32", (a, b, c) -> (a & WORD) / (b & WORD));
        VALUES.put("min.s64", (a, b, c) -> Math.min(a, b));
        // A shift by the width or more leaves nothing but, for signed types, the sign.
        VALUES.put("shl.b32", (a, b, c) -> (b & WORD) > 31 ? 0 : a << b);
        VALUES.put("shl.b64", (a, b, c) -> (b & WORD) > 63 ? 0 : a << b);
        VALUES.put("shr.u32", (a, b, c) -> (b & WORD) > 31 ? 0 : (a & WORD) >>> b);
        VALUES.put("shr.u64", (a, b, c) -> (b & WORD) > 63 ? 0 : a >>> b);
        VALUES.put("shr.s32", (a, b, c) -> (int) a >> Math.min(b & WORD, 31));
    }

    private static void conversions() {
        VALUES.put("cvta.to.global.u64", (a, b, c) -> a); // global and generic addresses are the same here
        VALUES.put("cvt.u16.u32", (a, b, c) -> a & 0xFFFF);
        VALUES.put("cvt.u32.u64", (a, b, c) -> a & WORD);
        VALUES.put("cvt.u64.u32", (a, b, c) -> a & WORD);
        VALUES.put("cvt.s64.s32", (a, b, c) -> (int) a);
        VALUES.put("cvt.f64.f32", (a, b, c) -> bits((double) asFloat(a)));
        VALUES.put("cvt.rn.f32.f64", (a, b, c) -> bits((float) asDouble(a)));
        VALUES.put("cvt.rn.f32.s32", (a, b, c) -> bits((float) (int) a));
        VALUES.put("cvt.rn.f32.u32", (a, b, c) -> bits((float) (a & WORD)));
        VALUES.put("cvt.rn.f64.s32", (a, b, c) -> bits((double) (int) a));
        VALUES.put("cvt.rn.f64.s64", (a, b, c) -> bits((double) a));
        VALUES.put("cvt.rn.f64.u32", (a, b, c) -> bits((double) (a & WORD)));
        VALUES.put("cvt.f32.f16", (a, b, c) -> bits(Numbers.fromHalf(a)));
        VALUES.put("cvt.f32.bf16", (a, b, c) -> bits(Numbers.fromBfloat16(a)));
        VALUES.put("cvt.rn.f16.f32", (a, b, c) -> Numbers.toHalf(asFloat(a)));
        VALUES.put("cvt.rn.bf16.f32", (a, b, c) -> Numbers.toBfloat16(asFloat(a)));
        VALUES.put("cvt.rni.f32.f32", (a, b, c) -> bits((float) Math.rint(asFloat(a))));
    }

    private static void compareIntegers() {
        COMPARISONS.put("setp.eq.b16", (a, b) -> (short) a == (short) b);
        COMPARISONS.put("setp.eq.s16", (a, b) -> (short) a == (short) b);
        COMPARISONS.put("setp.ne.s16", (a, b) -> (short) a != (short) b);
        COMPARISONS.put("setp.eq.b32", (a, b) -> (int) a == (int) b);
        COMPARISONS.put("setp.eq.s32", (a, b) -> (int) a == (int) b);
        COMPARISONS.put("setp.ne.s32", (a, b) -> (int) a != (int) b);
        COMPARISONS.put("setp.lt.s32", (a, b) -> (int) a < (int) b);
        COMPARISONS.put("setp.gt.s32", (a, b) -> (int) a > (int) b);
        COMPARISONS.put("setp.lt.u32", (a, b) -> (a & WORD) < (b & WORD));
        COMPARISONS.put("setp.gt.u32", (a, b) -> (a & WORD) > (b & WORD));
        COMPARISONS.put("setp.ge.u32", (a, b) -> (a & WORD) >= (b & WORD));
        COMPARISONS.put("setp.eq.s64", (a, b) -> a == b);
        COMPARISONS.put("setp.ne.s64", (a, b) -> a != b);
        COMPARISONS.put("setp.lt.s64", (a, b) -> a < b);
        COMPARISONS.put("setp.gt.s64", (a, b) -> a > b);
        COMPARISONS.put("setp.ge.s64", (a, b) -> a >= b);
        COMPARISONS.put("setp.le.u64", (a, b) -> Long.compareUnsigned(a, b) <= 0);
        COMPARISONS.put("setp.lt.u64", (a, b) -> Long.compareUnsigned(a, b) < 0);
        COMPARISONS.put("setp.ge.u64", (a, b) -> Long.compareUnsigned(a, b) >= 0);
    }

    /** The u in a relation: true also if an operand is NaN. */
    private static void compareFloats() {
        COMPARISONS.put("setp.eq.f32", (a, b) -> asFloat(a) == asFloat(b));
        COMPARISONS.put("setp.eq.f64", (a, b) -> asDouble(a) == asDouble(b));
        COMPARISONS.put("setp.lt.f32", (a, b) -> asFloat(a) < asFloat(b));
        COMPARISONS.put("setp.lt.f64", (a, b) -> asDouble(a) < asDouble(b));
        COMPARISONS.put("setp.gt.f32", (a, b) -> asFloat(a) > asFloat(b));
        COMPARISONS.put("setp.gt.f64", (a, b) -> asDouble(a) > asDouble(b));
        COMPARISONS.put("setp.ge.f32", (a, b) -> asFloat(a) >= asFloat(b));
        COMPARISONS.put("setp.nan.f32", (a, b) -> Float.isNaN(asFloat(a)) || Float.isNaN(asFloat(b)));
        COMPARISONS.put("setp.nan.f64", (a, b) -> Double.isNaN(asDouble(a)) || Double.isNaN(asDouble(b)));
        COMPARISONS.put("setp.neu.f32", (a, b) -> asFloat(a) != asFloat(b));
        COMPARISONS.put("setp.neu.f64", (a, b) -> asDouble(a) != asDouble(b));
        COMPARISONS.put("setp.leu.f32", (a, b) -> !(asFloat(a) > asFloat(b)));
        COMPARISONS.put("setp.leu.f64", (a, b) -> !(asDouble(a) > asDouble(b)));
        COMPARISONS.put("setp.ltu.f64", (a, b) -> !(asDouble(a) >= asDouble(b)));
        COMPARISONS.put("setp.geu.f32", (a, b) -> !(asFloat(a) < asFloat(b)));
        COMPARISONS.put("setp.geu.f64", (a, b) -> !(asDouble(a) < asDouble(b)));
    }

    /** Java rounds to nearest, as .rn asks, and keeps subnormals. Each is its own lambda: a call less per lane. */
    private static void arithmetic() {
        VALUES.put("add.rn.f32", (a, b, c) -> bits(asFloat(a) + asFloat(b)));
        VALUES.put("add.rn.f64", (a, b, c) -> bits(asDouble(a) + asDouble(b)));
        VALUES.put("sub.rn.f32", (a, b, c) -> bits(asFloat(a) - asFloat(b)));
        VALUES.put("sub.rn.f64", (a, b, c) -> bits(asDouble(a) - asDouble(b)));
        VALUES.put("mul.rn.f32", (a, b, c) -> bits(asFloat(a) * asFloat(b)));
        VALUES.put("mul.rn.f64", (a, b, c) -> bits(asDouble(a) * asDouble(b)));
        VALUES.put("div.rn.f32", (a, b, c) -> bits(asFloat(a) / asFloat(b)));
        VALUES.put("div.rn.f64", (a, b, c) -> bits(asDouble(a) / asDouble(b)));
        VALUES.put("rcp.rn.f32", (a, b, c) -> bits(1 / asFloat(a)));
        VALUES.put("rcp.rn.f64", (a, b, c) -> bits(1 / asDouble(a)));
        VALUES.put("fma.rn.f32", (a, b, c) -> bits(Math.fma(asFloat(a), asFloat(b), asFloat(c))));
        VALUES.put("fma.rn.f64", (a, b, c) -> bits(Math.fma(asDouble(a), asDouble(b), asDouble(c))));
        VALUES.put("abs.f32", (a, b, c) -> bits(Math.abs(asFloat(a))));
        VALUES.put("abs.f64", (a, b, c) -> bits(Math.abs(asDouble(a))));
        VALUES.put("neg.f32", (a, b, c) -> bits(-asFloat(a)));
        VALUES.put("neg.f64", (a, b, c) -> bits(-asDouble(a)));
        VALUES.put("max.f32", (a, b, c) -> bits(Numbers.max(asFloat(a), asFloat(b))));
        VALUES.put("max.f64", (a, b, c) -> bits(Numbers.max(asDouble(a), asDouble(b))));
        VALUES.put("copysign.f32", (a, b, c) -> a & 1L << 31 | b & ~(1L << 31));
        VALUES.put("copysign.f64", (a, b, c) -> a & 1L << 63 | b & ~(1L << 63));
        VALUES.put("ex2.approx.ftz.f32", (a, b, c) -> bits(Numbers.ex2ApproxFtz(asFloat(a))));
        VALUES.put("rcp.approx.ftz.f32", (a, b, c) -> bits(Numbers.rcpApproxFtz(asFloat(a))));
        VALUES.put("rcp.approx.ftz.f64", (a, b, c) -> bits(Numbers.rcpApproxFtz(asDouble(a))));
    }

    private static float asFloat(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    private static double asDouble(long bits) {
        return Double.longBitsToDouble(bits);
    }

    private static long bits(float value) {
        return Float.floatToRawIntBits(value);
    }

    private static long bits(double value) {
        return Double.doubleToRawLongBits(value);
    }
}

package io.github.logitops.emulator;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongUnaryOperator;

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

    /** By opcode. */
    static final Map<String, Operation> VALUES = new HashMap<>();

    /** By opcode. */
    static final Map<String, Comparison> COMPARISONS = new HashMap<>();

    /** What atomic operations and reductions over lanes make of the old value and the operands; by the end of the opcode. */
    static final Map<String, Operation> ATOMIC = new HashMap<>();

    /** By opcode. */
    static final Map<String, Logic> LOGIC = Map.of(
            "and.pred", (a, b) -> a & b,
            "or.pred", (a, b) -> a | b,
            "xor.pred", (a, b) -> a ^ b,
            "not.pred", (a, b) -> ~a,
            "mov.pred", (a, b) -> a);

    static {
        for (int bits : new int[] {16, 32, 64}) {
            bitwise(bits);
            integers(".s" + bits, bits, a -> signed(a, bits));
            integers(".u" + bits, bits, a -> unsigned(a, bits));
        }
        VALUES.put("shf.r.wrap.b32", (a, b, c) -> words(a, b) >>> (c & 31));
        VALUES.put("shf.l.wrap.b32", (a, b, c) -> words(a, b) << (c & 31) >>> 32);
        divisions();
        integerConversions();
        floatConversions();
        floats();
        doubles();
        approximations();
    }

    private Operations() {}

    private static long unsigned(long a, int bits) {
        return a & -1L >>> Long.SIZE - bits;
    }

    private static long signed(long a, int bits) {
        return a << Long.SIZE - bits >> Long.SIZE - bits;
    }

    /** Two numbers of 16 bits in one word. */
    private static long pair(long low, long high) {
        return low & 0xFFFF | (high & 0xFFFF) << 16;
    }

    /** Two words as one number, the first of which is the low one. */
    private static long words(long low, long high) {
        return unsigned(low, 32) | high << 32;
    }

    private static long maxHalf(long a, long b) {
        return Numbers.toHalf(Numbers.max(Numbers.fromHalf(a & 0xFFFF), Numbers.fromHalf(b & 0xFFFF)));
    }

    private static long maxBfloat16(long a, long b) {
        return Numbers.toBfloat16(Numbers.max(Numbers.fromBfloat16(a & 0xFFFF), Numbers.fromBfloat16(b & 0xFFFF)));
    }

    private static void bitwise(int bits) {
        String type = ".b" + bits;
        VALUES.put("and" + type, (a, b, c) -> a & b);
        VALUES.put("or" + type, (a, b, c) -> a | b);
        VALUES.put("xor" + type, (a, b, c) -> a ^ b);
        VALUES.put("not" + type, (a, b, c) -> ~a);
        VALUES.put("shl" + type, (a, b, c) -> unsigned(b, 32) < bits ? a << b : 0);
        // A shift by the width or more leaves nothing but, for signed types, the sign.
        VALUES.put("shr.u" + bits, (a, b, c) -> unsigned(b, 32) < bits ? unsigned(a, bits) >>> b : 0);
        VALUES.put("shr.s" + bits, (a, b, c) -> signed(a, bits) >> Math.min(unsigned(b, 32), bits - 1));
        COMPARISONS.put("setp.eq" + type, (a, b) -> unsigned(a ^ b, bits) == 0);
        COMPARISONS.put("setp.ne" + type, (a, b) -> unsigned(a ^ b, bits) != 0);
        ATOMIC.put(".exch" + type, (old, b, c) -> b);
        ATOMIC.put(".cas" + type, (old, b, c) -> unsigned(old ^ b, bits) == 0 ? c : old);
        ATOMIC.put(".and" + type, (old, b, c) -> old & b);
        ATOMIC.put(".or" + type, (old, b, c) -> old | b);
    }

    /** What {@code .s} and {@code .u} types of this width have in common; {@code value} extends one to 64 bits. */
    private static void integers(String type, int bits, LongUnaryOperator value) {
        boolean isSigned = type.startsWith(".s");
        VALUES.put("add" + type, (a, b, c) -> a + b);
        VALUES.put("sub" + type, (a, b, c) -> a - b);
        VALUES.put("neg" + type, (a, b, c) -> -a);
        VALUES.put("mul.lo" + type, (a, b, c) -> a * b);
        VALUES.put("mad.lo" + type, (a, b, c) -> a * b + c);
        VALUES.put("abs" + type, (a, b, c) -> Math.abs(value.applyAsLong(a)));
        if (bits < Long.SIZE) { // the product fits into a long
            VALUES.put("mul.wide" + type, (a, b, c) -> value.applyAsLong(a) * value.applyAsLong(b));
            VALUES.put("mad.wide" + type, (a, b, c) -> value.applyAsLong(a) * value.applyAsLong(b) + c);
            VALUES.put("mul.hi" + type, (a, b, c) -> value.applyAsLong(a) * value.applyAsLong(b) >> bits);
        }
        // Only 64 unsigned bits order differently from what they extend to.
        long flip = isSigned || bits < Long.SIZE ? 0 : Long.MIN_VALUE;
        Comparison less = (a, b) -> (value.applyAsLong(a) ^ flip) < (value.applyAsLong(b) ^ flip);
        Operation min = (a, b, c) -> less.of(a, b) ? a : b;
        Operation max = (a, b, c) -> less.of(a, b) ? b : a;
        VALUES.put("min" + type, min);
        VALUES.put("max" + type, max);
        COMPARISONS.put("setp.eq" + type, (a, b) -> unsigned(a ^ b, bits) == 0);
        COMPARISONS.put("setp.ne" + type, (a, b) -> unsigned(a ^ b, bits) != 0);
        COMPARISONS.put("setp.lt" + type, less);
        COMPARISONS.put("setp.gt" + type, (a, b) -> less.of(b, a));
        COMPARISONS.put("setp.le" + type, (a, b) -> !less.of(b, a));
        COMPARISONS.put("setp.ge" + type, (a, b) -> !less.of(a, b));
        ATOMIC.put(".add" + type, (old, b, c) -> old + b);
        ATOMIC.put(".min" + type, min);
        ATOMIC.put(".max" + type, max);
    }

    /** A divisor of 0 is an {@link ArithmeticException}; PTX leaves the result open. */
    private static void divisions() {
        for (int bits : new int[] {16, 32}) {
            VALUES.put("div.s" + bits, (a, b, c) -> signed(a, bits) / signed(b, bits));
            VALUES.put("rem.s" + bits, (a, b, c) -> signed(a, bits) % signed(b, bits));
            VALUES.put("div.u" + bits, (a, b, c) -> unsigned(a, bits) / unsigned(b, bits));
            VALUES.put("rem.u" + bits, (a, b, c) -> unsigned(a, bits) % unsigned(b, bits));
        }
        VALUES.put("div.s64", (a, b, c) -> a / b);
        VALUES.put("rem.s64", (a, b, c) -> a % b);
        VALUES.put("div.u64", (a, b, c) -> Long.divideUnsigned(a, b));
        VALUES.put("rem.u64", (a, b, c) -> Long.remainderUnsigned(a, b));
        VALUES.put("popc.b32", (a, b, c) -> Integer.bitCount((int) a));
        VALUES.put("clz.b32", (a, b, c) -> Integer.numberOfLeadingZeros((int) a));
        VALUES.put("brev.b32", (a, b, c) -> Integer.reverse((int) a));
    }

    private static void integerConversions() {
        VALUES.put("cvta.to.global.u64", (a, b, c) -> a); // global and generic addresses are the same here
        VALUES.put("cvta.local.u64", (a, b, c) -> a);
        for (int to : new int[] {8, 16, 32, 64}) {
            for (int from : new int[] {8, 16, 32, 64}) {
                for (String kind : new String[] {".s", ".u"}) {
                    VALUES.put("cvt" + kind + to + ".s" + from, (a, b, c) -> unsigned(signed(a, from), to));
                    VALUES.put("cvt" + kind + to + ".u" + from, (a, b, c) -> unsigned(unsigned(a, from), to));
                }
            }
        }
    }

    private static void floatConversions() {
        VALUES.put("cvt.f64.f32", (a, b, c) -> bits((double) asFloat(a)));
        VALUES.put("cvt.rn.f32.f64", (a, b, c) -> bits((float) asDouble(a)));
        VALUES.put("cvt.f32.f16", (a, b, c) -> bits(Numbers.fromHalf(a)));
        VALUES.put("cvt.f32.bf16", (a, b, c) -> bits(Numbers.fromBfloat16(a)));
        VALUES.put("cvt.rn.f16.f32", (a, b, c) -> Numbers.toHalf(asFloat(a)));
        VALUES.put("cvt.rn.bf16.f32", (a, b, c) -> Numbers.toBfloat16(asFloat(a)));
        VALUES.put("cvt.rn.f16x2.f32", (a, b, c) -> pair(Numbers.toHalf(asFloat(b)), Numbers.toHalf(asFloat(a))));
        VALUES.put(
                "cvt.rn.bf16x2.f32", (a, b, c) -> pair(Numbers.toBfloat16(asFloat(b)), Numbers.toBfloat16(asFloat(a))));
        VALUES.put("max.f16x2", (a, b, c) -> pair(maxHalf(a, b), maxHalf(a >>> 16, b >>> 16)));
        VALUES.put("max.bf16x2", (a, b, c) -> pair(maxBfloat16(a, b), maxBfloat16(a >>> 16, b >>> 16)));
        VALUES.put("cvt.rn.f32.s32", (a, b, c) -> bits((float) (int) a));
        VALUES.put("cvt.rn.f32.u32", (a, b, c) -> bits((float) unsigned(a, 32)));
        VALUES.put("cvt.rn.f32.s64", (a, b, c) -> bits((float) a));
        VALUES.put("cvt.rn.f64.s32", (a, b, c) -> bits((double) (int) a));
        VALUES.put("cvt.rn.f64.u32", (a, b, c) -> bits((double) unsigned(a, 32)));
        VALUES.put("cvt.rn.f64.s64", (a, b, c) -> bits((double) a));
        // As Java: NaN becomes 0, and what does not fit the nearest that does.
        VALUES.put("cvt.rzi.s32.f32", (a, b, c) -> (int) asFloat(a));
        VALUES.put("cvt.rzi.s64.f32", (a, b, c) -> (long) asFloat(a));
        VALUES.put("cvt.rzi.s32.f64", (a, b, c) -> (int) asDouble(a));
        VALUES.put("cvt.rzi.s64.f64", (a, b, c) -> (long) asDouble(a));
    }

    /** Java rounds to nearest, as .rn asks, and keeps subnormals. */
    private static void floats() {
        VALUES.put("add.rz.f32", (a, b, c) -> bits(Numbers.sumTowardsZero(asFloat(a), asFloat(b))));
        VALUES.put("add.rn.f32", (a, b, c) -> bits(asFloat(a) + asFloat(b)));
        VALUES.put("sub.rn.f32", (a, b, c) -> bits(asFloat(a) - asFloat(b)));
        VALUES.put("mul.rn.f32", (a, b, c) -> bits(asFloat(a) * asFloat(b)));
        VALUES.put("div.rn.f32", (a, b, c) -> bits(asFloat(a) / asFloat(b)));
        VALUES.put("rcp.rn.f32", (a, b, c) -> bits(1 / asFloat(a)));
        VALUES.put("sqrt.rn.f32", (a, b, c) -> bits((float) Math.sqrt(asFloat(a))));
        VALUES.put("fma.rn.f32", (a, b, c) -> bits(Math.fma(asFloat(a), asFloat(b), asFloat(c))));
        VALUES.put("abs.f32", (a, b, c) -> bits(Math.abs(asFloat(a))));
        VALUES.put("neg.f32", (a, b, c) -> bits(-asFloat(a)));
        VALUES.put("copysign.f32", (a, b, c) -> a & 1L << 31 | b & ~(1L << 31));
        VALUES.put("cvt.rni.f32.f32", (a, b, c) -> bits((float) Math.rint(asFloat(a))));
        VALUES.put("max.f32", (a, b, c) -> bits(Numbers.max(asFloat(a), asFloat(b))));
        VALUES.put("min.f32", (a, b, c) -> bits(-Numbers.max(-asFloat(a), -asFloat(b))));
        Comparison less = (a, b) -> asFloat(a) < asFloat(b);
        Comparison equal = (a, b) -> asFloat(a) == asFloat(b);
        floatComparisons(".f32", less, equal, (a, b) -> Float.isNaN(asFloat(a)) || Float.isNaN(asFloat(b)));
    }

    private static void doubles() {
        VALUES.put("add.rn.f64", (a, b, c) -> bits(asDouble(a) + asDouble(b)));
        VALUES.put("sub.rn.f64", (a, b, c) -> bits(asDouble(a) - asDouble(b)));
        VALUES.put("mul.rn.f64", (a, b, c) -> bits(asDouble(a) * asDouble(b)));
        VALUES.put("div.rn.f64", (a, b, c) -> bits(asDouble(a) / asDouble(b)));
        VALUES.put("rcp.rn.f64", (a, b, c) -> bits(1 / asDouble(a)));
        VALUES.put("sqrt.rn.f64", (a, b, c) -> bits(Math.sqrt(asDouble(a))));
        VALUES.put("fma.rn.f64", (a, b, c) -> bits(Math.fma(asDouble(a), asDouble(b), asDouble(c))));
        VALUES.put("abs.f64", (a, b, c) -> bits(Math.abs(asDouble(a))));
        VALUES.put("neg.f64", (a, b, c) -> bits(-asDouble(a)));
        VALUES.put("copysign.f64", (a, b, c) -> a & 1L << 63 | b & ~(1L << 63));
        VALUES.put("max.f64", (a, b, c) -> bits(Numbers.max(asDouble(a), asDouble(b))));
        VALUES.put("min.f64", (a, b, c) -> bits(-Numbers.max(-asDouble(a), -asDouble(b))));
        Comparison less = (a, b) -> asDouble(a) < asDouble(b);
        Comparison equal = (a, b) -> asDouble(a) == asDouble(b);
        floatComparisons(".f64", less, equal, (a, b) -> Double.isNaN(asDouble(a)) || Double.isNaN(asDouble(b)));
    }

    /** The u in a relation: true also if an operand is NaN. */
    private static void floatComparisons(String type, Comparison less, Comparison equal, Comparison nan) {
        Map<String, Comparison> ordered = Map.of(
                "eq", equal,
                "lt", less,
                "le", (a, b) -> less.of(a, b) || equal.of(a, b),
                "gt", (a, b) -> less.of(b, a),
                "ge", (a, b) -> less.of(b, a) || equal.of(a, b),
                "ne", (a, b) -> !equal.of(a, b) && !nan.of(a, b));
        ordered.forEach((relation, comparison) -> {
            COMPARISONS.put("setp." + relation + type, comparison);
            COMPARISONS.put("setp." + relation + "u" + type, (a, b) -> comparison.of(a, b) || nan.of(a, b));
        });
        COMPARISONS.put("setp.nan" + type, nan);
        COMPARISONS.put("setp.num" + type, (a, b) -> !nan.of(a, b));
    }

    private static void approximations() {
        VALUES.put("ex2.approx.f32", (a, b, c) -> bits(Numbers.ex2Approx(asFloat(a))));
        VALUES.put("ex2.approx.ftz.f32", (a, b, c) -> bits(Numbers.ex2ApproxFtz(asFloat(a))));
        VALUES.put("lg2.approx.ftz.f32", (a, b, c) -> bits(Numbers.lg2ApproxFtz(asFloat(a))));
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

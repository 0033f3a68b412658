package io.github.logitops.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.element.BinaryFormat;
import io.github.logitops.emulator.Operations.Comparison;
import io.github.logitops.emulator.Operations.Operation;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Integer instructions against arithmetic on integers of any length, and relations of floats against a table. */
class OperationsTest {
    private static final int RANDOM_VALUES = 40;

    /** Values whose bits above the type are anything, as those of registers may be. */
    private static List<Long> values(int bits) {
        List<Long> values = new ArrayList<>(List.of(0L, 1L, 2L, -1L, -2L, 7L, 31L, 32L, 63L, 64L));
        values.add(1L << bits - 1);
        values.add((1L << bits - 1) - 1);
        new Random(bits).longs(RANDOM_VALUES).forEach(values::add);
        return values;
    }

    private static BigInteger exact(long bits, String type) {
        int width = Integer.parseInt(type.substring(2));
        BigInteger value = BigInteger.valueOf(bits).mod(BigInteger.TWO.pow(width));
        boolean negative = type.startsWith(".s") && value.testBit(width - 1);
        return negative ? value.subtract(BigInteger.TWO.pow(width)) : value;
    }

    private static void requireSame(String opcode, BigInteger expected, long actual, int width, long a, long b) {
        BigInteger modulus = BigInteger.TWO.pow(width);
        assertEquals(
                expected.mod(modulus),
                BigInteger.valueOf(actual).mod(modulus),
                () -> opcode + " of 0x" + Long.toHexString(a) + " and 0x" + Long.toHexString(b));
    }

    @ParameterizedTest
    @ValueSource(strings = {".s16", ".u16", ".s32", ".u32", ".s64", ".u64"})
    void integersAreCutOffAsTheirTypeSays(String type) {
        int width = Integer.parseInt(type.substring(2));
        Map<String, BinaryOperator<BigInteger>> operations = new TreeMap<>(Map.of(
                "add", BigInteger::add,
                "sub", BigInteger::subtract,
                "mul.lo", BigInteger::multiply,
                "min", BigInteger::min,
                "max", BigInteger::max,
                "div", BigInteger::divide,
                "rem", BigInteger::remainder));
        operations.forEach((name, operation) -> {
            Operation actual = Operations.VALUES.get(name + type);
            for (long a : values(width)) {
                for (long b : values(width)) {
                    if (!name.matches("div|rem") || exact(b, type).signum() != 0) {
                        BigInteger expected = operation.apply(exact(a, type), exact(b, type));
                        requireSame(name + type, expected, actual.of(a, b, 0), width, a, b);
                    }
                }
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {".s16", ".u16", ".s32", ".u32"})
    void productsOfDoubleWidthAreWhole(String type) {
        int width = Integer.parseInt(type.substring(2));
        for (long a : values(width)) {
            for (long b : values(width)) {
                BigInteger product = exact(a, type).multiply(exact(b, type));
                requireSame("mul.wide" + type, product, value("mul.wide" + type, a, b, 0), 2 * width, a, b);
                requireSame("mul.hi" + type, product.shiftRight(width), value("mul.hi" + type, a, b, 0), width, a, b);
                BigInteger sum = product.add(BigInteger.valueOf(12345));
                requireSame("mad.wide" + type, sum, value("mad.wide" + type, a, b, 12345), 2 * width, a, b);
                requireSame("mad.lo" + type, sum, value("mad.lo" + type, a, b, 12345), width, a, b);
            }
        }
    }

    private static long value(String opcode, long a, long b, long c) {
        return Operations.VALUES.get(opcode).of(a, b, c);
    }

    @ParameterizedTest
    @ValueSource(strings = {".s16", ".u16", ".s32", ".u32", ".s64", ".u64"})
    void shiftsByTheWidthOrMoreLeaveNothingButTheSign(String type) {
        int width = Integer.parseInt(type.substring(2));
        for (long a : values(width)) {
            for (int by : new int[] {0, 1, width - 1, width, width + 1, 255}) {
                BigInteger right = exact(a, type).shiftRight(by);
                requireSame("shr" + type, right, value("shr" + type, a, by, 0), width, a, by);
                BigInteger left = exact(a, type).shiftLeft(by);
                requireSame("shl", left, value("shl.b" + width, a, by, 0), width, a, by);
            }
        }
    }

    @Test
    void funnelShiftsTakeFromTheOtherWord() {
        for (long low : values(32)) {
            for (long high : values(32)) {
                BigInteger both = exact(low, ".u32").add(exact(high, ".u32").shiftLeft(32));
                for (int by : new int[] {0, 1, 16, 31, 32, 47}) { // of which the lowest five bits count
                    long right = value("shf.r.wrap.b32", low, high, by);
                    requireSame("shf.r", both.shiftRight(by % 32), right, 32, low, by);
                    long left = value("shf.l.wrap.b32", low, high, by);
                    requireSame("shf.l", both.shiftLeft(by % 32).shiftRight(32), left, 32, low, by);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {".s16", ".u16", ".s32", ".u32", ".s64", ".u64"})
    void relationsLookAtTheSignAsTheirTypeSays(String type) {
        int width = Integer.parseInt(type.substring(2));
        Map<String, IntPredicate> relations = Map.of(
                "eq",
                c -> c == 0,
                "ne",
                c -> c != 0,
                "lt",
                c -> c < 0,
                "le",
                c -> c <= 0,
                "gt",
                c -> c > 0,
                "ge",
                c -> c >= 0);
        relations.forEach((name, relation) -> {
            Comparison actual = Operations.COMPARISONS.get("setp." + name + type);
            for (long a : values(width)) {
                for (long b : values(width)) {
                    boolean expected = relation.test(exact(a, type).compareTo(exact(b, type)));
                    assertEquals(expected, actual.of(a, b), () -> name + type + " of " + a + " and " + b);
                }
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {".s8", ".u8", ".s16", ".u16", ".s32", ".u32", ".s64", ".u64"})
    void conversionsExtendAsTheSourceSaysAndCutOffAsTheDestinationDoes(String from) {
        for (String to : new String[] {".s8", ".u8", ".s16", ".u16", ".s32", ".u32", ".s64", ".u64"}) {
            for (long a : values(64)) {
                int width = Integer.parseInt(to.substring(2));
                requireSame("cvt" + to + from, exact(a, from), value("cvt" + to + from, a, 0, 0), width, a, 0);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {".f32", ".f64"})
    void relationsOfFloatsSayTheirUOfNan(String type) {
        double[] values = {Double.NEGATIVE_INFINITY, -1, -0.0, 0, 1, Double.POSITIVE_INFINITY, Double.NaN};
        for (double a : values) {
            for (double b : values) {
                boolean nan = Double.isNaN(a) || Double.isNaN(b);
                requireRelation("eq", a == b, nan, type, a, b);
                requireRelation("ne", a != b && !nan, nan, type, a, b);
                requireRelation("lt", a < b, nan, type, a, b);
                requireRelation("le", a <= b, nan, type, a, b);
                requireRelation("gt", a > b, nan, type, a, b);
                requireRelation("ge", a >= b, nan, type, a, b);
                assertEquals(nan, holds("nan", type, a, b));
                assertEquals(!nan, holds("num", type, a, b));
            }
        }
    }

    private static void requireRelation(String name, boolean expected, boolean nan, String type, double a, double b) {
        assertEquals(expected, holds(name, type, a, b), () -> a + " " + name + " " + b);
        assertEquals(expected || nan, holds(name + "u", type, a, b), () -> a + " " + name + "u " + b);
    }

    private static boolean holds(String name, String type, double a, double b) {
        return Operations.COMPARISONS.get("setp." + name + type).of(bits(a, type), bits(b, type));
    }

    private static long bits(double value, String type) {
        return type.equals(".f64") ? Double.doubleToRawLongBits(value) : Float.floatToRawIntBits((float) value);
    }

    /** Both numbers of a word, each as it would be alone; the first operand of a conversion is the upper one. */
    @ParameterizedTest
    @ValueSource(strings = {"f16", "bf16"})
    void pairsAreTwoNumbers(String type) {
        BinaryFormat format = type.equals("f16") ? BinaryFormat.FLOAT16 : BinaryFormat.BFLOAT16;
        float[] numbers = {0, 1, -1, 0.1f, 3e4f, -3e4f, 1e-7f, Float.NEGATIVE_INFINITY, Float.NaN};
        for (float high : numbers) {
            for (float low : numbers) {
                long both = value("cvt.rn." + type + "x2.f32", bits(high), bits(low), 0);
                requireNumbers(format, rounded(format, high), rounded(format, low), both);
                long swapped = value("cvt.rn." + type + "x2.f32", bits(low), bits(high), 0);
                float larger = Float.isNaN(high) ? low : Float.isNaN(low) ? high : Math.max(high, low);
                requireNumbers(
                        format,
                        rounded(format, larger),
                        rounded(format, larger),
                        value("max." + type + "x2", both, swapped, 0));
            }
        }
    }

    private static float rounded(BinaryFormat format, float value) {
        return format.decode(format.encode(value));
    }

    private static long bits(float value) {
        return Float.floatToRawIntBits(value);
    }

    private static void requireNumbers(BinaryFormat format, float high, float low, long word) {
        assertEquals(low, format.decode((short) word));
        assertEquals(high, format.decode((short) (word >>> 16)));
        assertEquals(0, word >>> 32);
    }
}

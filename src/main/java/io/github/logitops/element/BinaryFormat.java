package io.github.logitops.element;

import io.github.logitops.spec.DType;

/**
 * A 16-bit IEEE 754 style format: conversions between its bits and Java's floats and doubles.
 *
 * <p>Encoding rounds to nearest, ties to even, in one step from the double: rounding to float first would round twice.
 * Subnormals are kept, values past the largest finite one become infinite, and every NaN becomes the quiet NaN whose
 * sign and remaining significand bits are zero. Decoding is exact. (The JDK converts binary16 from version 20 on.)
 */
public enum BinaryFormat {
    /** IEEE binary16: 5 exponent bits, 10 significand bits. */
    FLOAT16(5, 10),
    /** bfloat16: 8 exponent bits, 7 significand bits. */
    BFLOAT16(8, 7);

    private static final int DOUBLE_SIGNIFICAND_BITS = 52;
    private static final int FLOAT_SIGNIFICAND_BITS = 23;
    private static final int FLOAT_INFINITY = 0x7F800000;

    private final int significandBits;
    private final int bias;
    private final int infinity;
    private final float rebias; // from a float's exponent to this format's, as a factor

    BinaryFormat(int exponentBits, int significandBits) {
        this.significandBits = significandBits;
        this.bias = (1 << (exponentBits - 1)) - 1;
        this.infinity = ((1 << exponentBits) - 1) << significandBits;
        this.rebias = (float) Math.scalb(1.0, Float.MAX_EXPONENT - bias);
    }

    /** The format of a 16-bit dtype. */
    public static BinaryFormat of(DType dtype) {
        return switch (dtype) {
            case F16 -> FLOAT16;
            case BF16 -> BFLOAT16;
            default -> throw new IllegalArgumentException("binaryFormat: not a 16-bit dtype: dtype=" + dtype);
        };
    }

    /** Bits of the significand without the leading one. */
    public int significandBits() {
        return significandBits;
    }

    /** The bits of infinity: those of anything larger are NaN. */
    public int infinity() {
        return infinity;
    }

    /** What a float is to be multiplied by whose exponent field is one of this format. */
    public float rebias() {
        return rebias;
    }

    /** The smallest positive value with a leading one. */
    public double smallestNormal() {
        return Math.scalb(1.0, 1 - bias);
    }

    /** The largest power of two. */
    public double largestPower() {
        return Math.scalb(1.0, bias);
    }

    /** The bits of the value of this format nearest to {@code value}. A float argument widens exactly, so it serves too. */
    public short encode(double value) {
        long bits = Double.doubleToRawLongBits(value);
        double magnitude = Math.abs(value);
        if (magnitude != magnitude) {
            return (short) (infinity | 1 << significandBits - 1);
        }
        int smallest = 1 - bias; // exponent of normal values
        int exponent = Math.min(Math.max(Math.getExponent(value), smallest), bias + 1);
        // The last place of this double is that of the format's values here, so adding it rounds, and its own bits
        // count the places.
        double counter = Double.longBitsToDouble(
                (long) (exponent - significandBits + DOUBLE_SIGNIFICAND_BITS + Double.MAX_EXPONENT)
                        << DOUBLE_SIGNIFICAND_BITS);
        long places = Double.doubleToRawLongBits(counter + magnitude) - Double.doubleToRawLongBits(counter);
        // A normal's leading one adds 1 to the exponent field; a carry out of the rounding runs on into it, up to
        // infinity.
        long field = Math.min(places + ((long) (exponent - smallest) << significandBits), infinity);
        return (short) (bits >>> Short.SIZE * 3 & 0x8000 | field);
    }

    /** The value of {@code bits}, exactly. */
    public float decode(short bits) {
        int sign = bits << 16 & 0x80000000;
        int magnitude = bits & 0x7FFF;
        int fraction = magnitude << FLOAT_SIGNIFICAND_BITS - significandBits;
        if (magnitude >= infinity) {
            boolean infinite = magnitude == infinity;
            return infinite ? Float.intBitsToFloat(sign | FLOAT_INFINITY) : Float.NaN;
        }
        // A float with this field has the wrong exponent, by as much as the biases differ; multiplying mends it, and
        // makes
        // subnormals what they are.
        return Float.intBitsToFloat(sign | fraction) * rebias;
    }

    /** The distance between the two values of this format around {@code value}, as if its exponents had no upper end. */
    public double ulp(double value) {
        return Math.scalb(1.0, Math.max(Math.getExponent(value), 1 - bias) - significandBits);
    }
}

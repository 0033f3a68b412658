package io.github.logitops.cpu;

import io.github.logitops.element.BinaryFormat;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The way by the Vector API, in doubles like the plain one. What it has beyond that: conversions, which JDK 17 does one by one without
 * it, and the bits of doubles, so that an exponential is a power of two times a short polynomial. Each operation is exact or rounded
 * once, whether it is compiled or interpreted; so results do not depend on when or where in a block they are computed.
 *
 * <p>No loop calls a method of ours with vectors: where compilers do not inline one, each vector is an object on the heap.
 */
class VectorBlockMath implements BlockMath {
    /** Doubles at once: 4 or 8. Arrays of blocks are a multiple of it long. */
    static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(
            double.class, VectorShape.forBitSize(Math.min(512, DoubleVector.SPECIES_PREFERRED.vectorBitSize())));

    static final VectorSpecies<Float> FLOATS = ofBits(float.class, 2);
    private static final VectorSpecies<Long> LONGS = ofBits(long.class, 1);
    private static final VectorSpecies<Integer> INTS = ofBits(int.class, 2);
    private static final VectorSpecies<Short> SHORTS = ofBits(short.class, 4);
    static final int STEP = DOUBLES.length();

    private static final double LOG2_E = 1.4426950408889634;
    private static final double LN_2 = 0.6931471805599453;

    /** A double this large has no fraction: adding it rounds to an integer, whose bits are then the sum's last ones. */
    private static final double ROUNDS = 0x1.8p52;

    private static final double LEAST = -400; // e^LEAST is far below what any sum or product of floats shows
    private static final double MOST = 700;

    // e^r = 1 + r (E1 + r (E2 + ...)) for abs r up to ln 2 / 2, by interpolation at the nodes of Chebyshev: off by
    // 2.2e-12 at most.
    private static final double E1 = 0.9999999999955055;
    private static final double E2 = 0.4999999999995507;
    private static final double E3 = 0.1666666678638044;
    private static final double E4 = 0.041666666786337556;
    private static final double E5 = 0.008333283518768105;
    private static final double E6 = 0.001388883909064138;
    private static final double E7 = 0.00019907582591325134;
    private static final double E8 = 2.4867883453521802e-05;

    private static final int SIGNIFICAND = 52; // bits of a double's
    private static final long EXPONENT = 0x7FF0000000000000L;
    private static final int FLOAT_SIGNIFICAND = 23;
    private static final int FLOAT_INFINITY = 0x7F800000;

    private final BlockMath plain = new PlainBlockMath();

    private static <E> VectorSpecies<E> ofBits(Class<E> element, int fraction) {
        return VectorSpecies.of(element, VectorShape.forBitSize(DOUBLES.vectorBitSize() / fraction));
    }

    @Override
    public String name() {
        return "Vector API, " + STEP + " doubles at once";
    }

    @Override
    public int atOnce() {
        return STEP;
    }

    @Override
    public void widen(float[] from, double[] into, int count) {
        for (int i = 0; i < count; i += STEP) {
            FloatVector x = FloatVector.fromArray(FLOATS, from, i);
            ((DoubleVector) x.convertShape(VectorOperators.F2D, DOUBLES, 0)).intoArray(into, i);
        }
    }

    @Override
    public void widen(BinaryFormat format, short[] from, double[] into, int count) {
        int shift = FLOAT_SIGNIFICAND - format.significandBits();
        float rebias = format.rebias();
        for (int i = 0; i < count; i += STEP) {
            IntVector bits =
                    (IntVector) ShortVector.fromArray(SHORTS, from, i).convertShape(VectorOperators.S2I, INTS, 0);
            IntVector magnitude = bits.and(0x7FFF);
            IntVector fraction = magnitude.lanewise(VectorOperators.LSHL, shift);
            VectorMask<Integer> noNumber = magnitude.compare(VectorOperators.GE, format.infinity());
            IntVector number = fraction.reinterpretAsFloats().mul(rebias).reinterpretAsInts();
            IntVector sign = bits.and(0x8000).lanewise(VectorOperators.LSHL, Short.SIZE);
            FloatVector x =
                    number.blend(fraction.or(FLOAT_INFINITY), noNumber).or(sign).reinterpretAsFloats();
            ((DoubleVector) x.convertShape(VectorOperators.F2D, DOUBLES, 0)).intoArray(into, i);
        }
    }

    @Override
    public void narrow(double[] from, float[] into, int count) {
        for (int i = 0; i < count; i += STEP) {
            DoubleVector x = DoubleVector.fromArray(DOUBLES, from, i);
            ((FloatVector) x.convertShape(VectorOperators.D2F, FLOATS, 0)).intoArray(into, i);
        }
    }

    /** As {@link BinaryFormat#encode}, step by step. */
    @Override
    public void narrow(BinaryFormat format, double[] from, short[] into, int count) {
        int dropped = SIGNIFICAND - format.significandBits();
        long smallest = Double.doubleToRawLongBits(format.smallestNormal());
        long notANumber = format.infinity() | 1L << format.significandBits() - 1;
        for (int i = 0; i < count; i += STEP) {
            DoubleVector x = DoubleVector.fromArray(DOUBLES, from, i);
            DoubleVector magnitude = x.abs();
            LongVector exponent = magnitude
                    .max(format.smallestNormal())
                    .min(2 * format.largestPower())
                    .reinterpretAsLongs()
                    .and(EXPONENT);
            LongVector counter = exponent.add((long) dropped << SIGNIFICAND);
            LongVector places = counter.reinterpretAsDoubles()
                    .add(magnitude)
                    .reinterpretAsLongs()
                    .sub(counter);
            LongVector field = places.add(exponent.sub(smallest).lanewise(VectorOperators.LSHR, dropped))
                    .min(format.infinity());
            LongVector sign = x.reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHR, Long.SIZE - Short.SIZE)
                    .and(0x8000);
            LongVector bits = field.or(sign)
                    .blend(notANumber, x.compare(VectorOperators.NE, x).cast(LONGS));
            ((ShortVector) bits.convertShape(VectorOperators.L2S, SHORTS, 0)).intoArray(into, i);
        }
    }

    /** x = n ln 2 + r with an integer n: e^x = 2^n e^r. */
    @Override
    public void exp(double[] v, double[] shift, double unit, double[] into, int count) {
        DoubleVector rounds = DoubleVector.broadcast(DOUBLES, ROUNDS);
        for (int i = 0; i < count; i += STEP) {
            DoubleVector x = DoubleVector.fromArray(DOUBLES, v, i)
                    .sub(DoubleVector.fromArray(DOUBLES, shift, i))
                    .mul(unit);
            DoubleVector rounded = x.fma(DoubleVector.broadcast(DOUBLES, LOG2_E), rounds);
            DoubleVector r = rounded.sub(rounds).fma(DoubleVector.broadcast(DOUBLES, -LN_2), x);
            DoubleVector p = r.fma(DoubleVector.broadcast(DOUBLES, E8), DoubleVector.broadcast(DOUBLES, E7))
                    .fma(r, DoubleVector.broadcast(DOUBLES, E6))
                    .fma(r, DoubleVector.broadcast(DOUBLES, E5))
                    .fma(r, DoubleVector.broadcast(DOUBLES, E4))
                    .fma(r, DoubleVector.broadcast(DOUBLES, E3))
                    .fma(r, DoubleVector.broadcast(DOUBLES, E2))
                    .fma(r, DoubleVector.broadcast(DOUBLES, E1))
                    .fma(r, DoubleVector.broadcast(DOUBLES, 1));
            LongVector power = rounded.reinterpretAsLongs().lanewise(VectorOperators.LSHL, SIGNIFICAND);
            p.reinterpretAsLongs()
                    .add(power)
                    .reinterpretAsDoubles()
                    .blend(0, x.compare(VectorOperators.LT, LEAST))
                    .blend(Double.POSITIVE_INFINITY, x.compare(VectorOperators.GT, MOST))
                    .intoArray(into, i);
        }
    }

    @Override
    public void tanh(double[] x, int count) {
        plain.tanh(x, count); // products, sums and a quotient: compilers do as well
    }
}

package io.github.logitops.cpu;

import io.github.logitops.element.BinaryFormat;
import java.util.Optional;
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

    /** No shape has fewer. With fewer than 4 doubles this class is not used, but asked how many there are. */
    private static final int LEAST_BITS = 64;

    static final VectorSpecies<Float> FLOATS = ofBits(float.class, 2);
    private static final VectorSpecies<Long> LONGS = ofBits(long.class, 1);
    private static final VectorSpecies<Integer> INTS = ofBits(int.class, 2);
    private static final VectorSpecies<Short> SHORTS = ofBits(short.class, 4);
    static final int STEP = DOUBLES.length();

    private static final double LOG2_E = 1.4426950408889634;

    /** A double this large has no fraction: adding it rounds to an integer, whose bits are then the sum's last ones. */
    private static final double ROUNDS = 0x1.8p52;

    /** 2^t is 0 below -MOST and infinite above MOST, far beyond what any sum or product of floats shows. */
    private static final double MOST = 600;

    private static final double MOST_OF_TANH = 58; // 2^58 + 2 is 2^58

    // 2^f = 1 + f (Q0 + f (Q1 + ...)) for abs f up to 1/2, by interpolation at the nodes of Chebyshev: 4e-14 off at
    // most; 2^f - 1, as a fraction of itself, 9e-14.
    private static final double Q0 = 0.6931471805599453;
    private static final double Q1 = 0.2402265069581299;
    private static final double Q2 = 0.055504108664760424;
    private static final double Q3 = 0.009618129159402558;
    private static final double Q4 = 0.0013333558179043112;
    private static final double Q5 = 0.00015403455852453838;
    private static final double Q6 = 1.525268684626772e-05;
    private static final double Q7 = 1.3255224878668817e-06;
    private static final double Q8 = 1.0203121063391729e-07;

    private static final int SIGNIFICAND = 52; // bits of a double's
    private static final long EXPONENT = 0x7FF0000000000000L;
    private static final long ONE = 0x3FF0000000000000L; // the bits of 1
    private static final int FLOAT_SIGNIFICAND = 23;
    private static final int FLOAT_INFINITY = 0x7F800000;

    private static <E> VectorSpecies<E> ofBits(Class<E> element, int fraction) {
        int bits = DOUBLES.vectorBitSize() / fraction;
        return VectorSpecies.of(element, VectorShape.forBitSize(Math.max(bits, LEAST_BITS)));
    }

    @Override
    public String name() {
        return "Vector API, " + STEP + " doubles at once";
    }

    @Override
    public Optional<FloatMath> floats() {
        return Optional.of(new VectorFloatMath());
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

    /** e^x = 2^t = 2^n 2^f with t = x log2 e, the integer n nearest to it and the fraction f that is left. */
    @Override
    public void exp(double[] v, double[] shift, double unit, double[] into, int count) {
        double powers = Math.min(unit * LOG2_E, Double.MAX_VALUE); // infinite, it would make NaN of 0
        DoubleVector rounds = DoubleVector.broadcast(DOUBLES, ROUNDS);
        for (int i = 0; i < count; i += STEP) {
            DoubleVector t = DoubleVector.fromArray(DOUBLES, v, i)
                    .sub(DoubleVector.fromArray(DOUBLES, shift, i))
                    .mul(powers);
            DoubleVector rounded = t.add(rounds);
            DoubleVector f = t.sub(rounded.sub(rounds));
            DoubleVector z = f.mul(f); // even and odd powers apart: half as many steps after each other
            DoubleVector even = z.fma(DoubleVector.broadcast(DOUBLES, Q7), DoubleVector.broadcast(DOUBLES, Q5))
                    .fma(z, DoubleVector.broadcast(DOUBLES, Q3))
                    .fma(z, DoubleVector.broadcast(DOUBLES, Q1))
                    .fma(z, DoubleVector.broadcast(DOUBLES, 1));
            DoubleVector odd = z.fma(DoubleVector.broadcast(DOUBLES, Q8), DoubleVector.broadcast(DOUBLES, Q6))
                    .fma(z, DoubleVector.broadcast(DOUBLES, Q4))
                    .fma(z, DoubleVector.broadcast(DOUBLES, Q2))
                    .fma(z, DoubleVector.broadcast(DOUBLES, Q0));
            LongVector n = rounded.reinterpretAsLongs().lanewise(VectorOperators.LSHL, SIGNIFICAND);
            DoubleVector power = odd.fma(f, even).reinterpretAsLongs().add(n).reinterpretAsDoubles();
            t.mul(Double.MAX_VALUE) // infinite for what is more, and NaN for NaN
                    .blend(power, t.compare(VectorOperators.LE, MOST))
                    .blend(0, t.compare(VectorOperators.LT, -MOST))
                    .intoArray(into, i);
        }
    }

    /** tanh x = e / (e + 2) for e = e^2x - 1 = 2^n (2^f - 1) + 2^n - 1, which loses nothing: where n is 0, the rest is exactly 0. */
    @Override
    public void tanh(double[] x, int count) {
        DoubleVector rounds = DoubleVector.broadcast(DOUBLES, ROUNDS);
        for (int i = 0; i < count; i += STEP) {
            DoubleVector argument = DoubleVector.fromArray(DOUBLES, x, i);
            DoubleVector any = argument.abs().mul(2 * LOG2_E);
            DoubleVector t = any.blend(MOST_OF_TANH, any.compare(VectorOperators.GT, MOST_OF_TANH));
            DoubleVector rounded = t.add(rounds);
            DoubleVector f = t.sub(rounded.sub(rounds));
            DoubleVector z = f.mul(f);
            DoubleVector odd = z.fma(DoubleVector.broadcast(DOUBLES, Q7), DoubleVector.broadcast(DOUBLES, Q5))
                    .fma(z, DoubleVector.broadcast(DOUBLES, Q3))
                    .fma(z, DoubleVector.broadcast(DOUBLES, Q1));
            DoubleVector even = z.fma(DoubleVector.broadcast(DOUBLES, Q8), DoubleVector.broadcast(DOUBLES, Q6))
                    .fma(z, DoubleVector.broadcast(DOUBLES, Q4))
                    .fma(z, DoubleVector.broadcast(DOUBLES, Q2))
                    .fma(z, DoubleVector.broadcast(DOUBLES, Q0));
            DoubleVector power = rounded.reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHL, SIGNIFICAND)
                    .add(ONE)
                    .reinterpretAsDoubles();
            DoubleVector e = odd.fma(f, even).mul(f).fma(power, power.sub(1));
            LongVector sign = argument.reinterpretAsLongs().and(Long.MIN_VALUE);
            e.div(e.add(2)).reinterpretAsLongs().or(sign).reinterpretAsDoubles().intoArray(x, i);
        }
    }
}

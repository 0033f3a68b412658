package io.github.logitops.cpu;

import io.github.logitops.element.BinaryFormat;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The way in floats: twice as many at once as {@link VectorBlockMath} has doubles, and no conversion of F32. Sums have a chain for
 * each lane, which adds up what it rounds off, and are the chains' in double; so the last bits of what is made of them depend on how many
 * lanes a machine has.
 *
 * <p>As there, no loop calls a method of ours with vectors.
 */
final class VectorFloatMath implements FloatMath {
    private static final VectorSpecies<Float> FLOATS =
            VectorSpecies.of(float.class, VectorShape.forBitSize(VectorBlockMath.DOUBLES.vectorBitSize()));
    private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));
    private static final int LANES = FLOATS.length();

    private static final float LOG2_E = 1.442695f;

    /** A float this large has no fraction: adding it rounds to an integer, whose bits are then the sum's last ones. */
    private static final float ROUNDS = 0x1.8p23f;

    private static final float LN2 = 0.6931472f;
    private static final float REST_OF_LN2 = -1.9046542e-9f; // ln 2 is the sum of the two, to 15 digits

    /** The bits of 87.3: e to the power of less than minus that is taken for 0, as it is not a normal float. */
    private static final int MOST = Float.floatToRawIntBits(87.3f);

    // e^f = 1 + f + f² (E2 + f (E3 + ...)) for abs f up to ln(2) / 2, by interpolation at the nodes of
    // Chebyshev: 1.1e-8 off at most. In e^-f, odd powers change their sign.
    private static final float E2 = 0.5f;
    private static final float E3 = 0.16666576f;
    private static final float E4 = 0.041666556f;
    private static final float E5 = 0.008363179f;
    private static final float E6 = 0.0013926184f;

    private static final int SIGNIFICAND = 23; // bits of a float's
    private static final int EXPONENT = 0x7F800000; // those of infinity, too

    @Override
    public String name() {
        return "Vector API, " + LANES + " floats at once";
    }

    @Override
    public void widen(BinaryFormat format, short[] from, float[] into, int count) {
        int shift = SIGNIFICAND - format.significandBits();
        float rebias = format.rebias();
        for (int i = 0; i < count; i += LANES) {
            IntVector bits =
                    (IntVector) ShortVector.fromArray(SHORTS, from, i).convertShape(VectorOperators.S2I, INTS, 0);
            IntVector magnitude = bits.and(0x7FFF);
            IntVector fraction = magnitude.lanewise(VectorOperators.LSHL, shift);
            VectorMask<Integer> noNumber = magnitude.compare(VectorOperators.GE, format.infinity());
            IntVector number = fraction.reinterpretAsFloats().mul(rebias).reinterpretAsInts();
            IntVector sign = bits.and(0x8000).lanewise(VectorOperators.LSHL, Short.SIZE);
            number.blend(fraction.or(EXPONENT), noNumber)
                    .or(sign)
                    .reinterpretAsFloats()
                    .intoArray(into, i);
        }
    }

    @Override
    public void narrow(BinaryFormat format, float[] from, short[] into, int count) {
        if (format == BinaryFormat.BFLOAT16) {
            narrowToBfloat16(from, into, count);
        } else {
            narrowToFloat16(from, into, count);
        }
    }

    /** The upper half of the bits, rounded. */
    private static void narrowToBfloat16(float[] from, short[] into, int count) {
        int notANumber = notANumber(BinaryFormat.BFLOAT16);
        for (int i = 0; i < count; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, from, i);
            IntVector bits = x.reinterpretAsInts();
            IntVector odd = bits.lanewise(VectorOperators.LSHR, Short.SIZE).and(1);
            IntVector rounded = bits.add(0x7FFF).add(odd).lanewise(VectorOperators.LSHR, Short.SIZE);
            IntVector all =
                    rounded.blend(notANumber, x.compare(VectorOperators.NE, x).cast(INTS));
            ((ShortVector) all.convertShape(VectorOperators.I2S, SHORTS, 0)).intoArray(into, i);
        }
    }

    /** As {@link BinaryFormat#encode}, step by step; a float's exponents have room for it. */
    private static void narrowToFloat16(float[] from, short[] into, int count) {
        BinaryFormat format = BinaryFormat.FLOAT16;
        int dropped = SIGNIFICAND - format.significandBits();
        int smallest = Float.floatToRawIntBits((float) format.smallestNormal());
        int infinite = Float.floatToRawIntBits((float) (2 * format.largestPower()));
        int notANumber = notANumber(format);
        for (int i = 0; i < count; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, from, i);
            IntVector magnitude = x.reinterpretAsInts().and(Integer.MAX_VALUE);
            IntVector exponent = magnitude.max(smallest).min(infinite).and(EXPONENT);
            IntVector counter = exponent.add(dropped << SIGNIFICAND);
            IntVector places = counter.reinterpretAsFloats()
                    .add(magnitude.reinterpretAsFloats())
                    .reinterpretAsInts()
                    .sub(counter);
            IntVector field = places.add(exponent.sub(smallest).lanewise(VectorOperators.LSHR, dropped))
                    .min(format.infinity());
            IntVector sign = x.reinterpretAsInts()
                    .lanewise(VectorOperators.LSHR, Short.SIZE)
                    .and(0x8000);
            IntVector bits = field.or(sign)
                    .blend(notANumber, x.compare(VectorOperators.NE, x).cast(INTS));
            ((ShortVector) bits.convertShape(VectorOperators.I2S, SHORTS, 0)).intoArray(into, i);
        }
    }

    private static int notANumber(BinaryFormat format) {
        return format.infinity() | 1 << format.significandBits() - 1;
    }

    /** By their bits: as integers, floats lie in their order once those below 0 are turned around, and NaNs are beyond infinity. */
    @Override
    public float max(float[] v, int count) {
        IntVector largest = IntVector.broadcast(INTS, Integer.MIN_VALUE);
        IntVector magnitude = IntVector.zero(INTS);
        for (int i = 0; i < count; i += LANES) {
            IntVector bits = FloatVector.fromArray(FLOATS, v, i).reinterpretAsInts();
            IntVector turned =
                    bits.lanewise(VectorOperators.ASHR, Integer.SIZE - 1).and(Integer.MAX_VALUE);
            largest = largest.max(bits.lanewise(VectorOperators.XOR, turned));
            magnitude = magnitude.max(bits.and(Integer.MAX_VALUE));
        }
        if (magnitude.reduceLanes(VectorOperators.MAX) > EXPONENT) {
            return Float.NaN;
        }
        int max = largest.reduceLanes(VectorOperators.MAX);
        return Float.intBitsToFloat(max ^ max >> Integer.SIZE - 1 & Integer.MAX_VALUE);
    }

    /**
     * e^-d = 2^-n e^-f with the integer n nearest to d / ln 2 and the f that is left. As integers, floats from 0 on lie in their order.
     *
     * <p>It is longer than the 325 bytes of code that HotSpot inlines at most: inlined beside other loops, C2 gave up some of its
     * operations, and it took several times as long.
     */
    @Override
    public double exp(float[] v, float shift, float unit, float[] into, int count, float[] chains) {
        FloatVector sum = FloatVector.zero(FLOATS);
        FloatVector lost = FloatVector.zero(FLOATS);
        for (int i = 0; i < count; i += LANES) {
            FloatVector d = FloatVector.broadcast(FLOATS, shift)
                    .sub(FloatVector.fromArray(FLOATS, v, i))
                    .mul(FloatVector.broadcast(FLOATS, unit));
            FloatVector rounded = d.fma(FloatVector.broadcast(FLOATS, -LOG2_E), FloatVector.broadcast(FLOATS, ROUNDS));
            FloatVector n = rounded.sub(FloatVector.broadcast(FLOATS, ROUNDS)); // below 0
            FloatVector f =
                    n.fma(FloatVector.broadcast(FLOATS, REST_OF_LN2), n.fma(FloatVector.broadcast(FLOATS, LN2), d));
            IntVector power = f.fma(FloatVector.broadcast(FLOATS, E6), FloatVector.broadcast(FLOATS, -E5))
                    .fma(f, FloatVector.broadcast(FLOATS, E4))
                    .fma(f, FloatVector.broadcast(FLOATS, -E3))
                    .fma(f, FloatVector.broadcast(FLOATS, E2))
                    .fma(f, FloatVector.broadcast(FLOATS, -1))
                    .fma(f, FloatVector.broadcast(FLOATS, 1))
                    .reinterpretAsInts()
                    .add(rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, SIGNIFICAND));
            IntVector isLess = d.reinterpretAsInts()
                    .sub(IntVector.broadcast(INTS, MOST))
                    .lanewise(VectorOperators.ASHR, Integer.SIZE - 1);
            FloatVector exp = power.and(isLess).reinterpretAsFloats();
            exp.intoArray(into, i);
            FloatVector next = sum.add(exp);
            lost = lost.add(exp.sub(next.sub(sum))); // Dekker's: the larger one is the sum, but for a few
            sum = next;
        }
        return total(sum, lost, chains);
    }

    @Override
    public double distances(float[] v, float shift, int count, float[] chains) {
        FloatVector sum = FloatVector.zero(FLOATS);
        FloatVector lost = FloatVector.zero(FLOATS);
        for (int i = 0; i < count; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, v, i).sub(shift);
            FloatVector next = sum.add(x);
            FloatVector added = next.sub(sum);
            lost = lost.add(sum.sub(next.sub(added)).add(x.sub(added))); // Knuth's
            sum = next;
        }
        return total(sum, lost, chains);
    }

    @Override
    public double dot(float[] x, float[] y, int count, float[] chains) {
        FloatVector sum = FloatVector.zero(FLOATS);
        FloatVector lost = FloatVector.zero(FLOATS);
        for (int i = 0; i < count; i += LANES) {
            FloatVector product = FloatVector.fromArray(FLOATS, x, i).mul(FloatVector.fromArray(FLOATS, y, i));
            FloatVector next = sum.add(product);
            FloatVector added = next.sub(sum);
            lost = lost.add(sum.sub(next.sub(added)).add(product.sub(added)));
            sum = next;
        }
        return total(sum, lost, chains);
    }

    @Override
    public void shift(float[] v, float shift, float logSum, float[] into, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(FLOATS, v, i).sub(shift).sub(logSum).intoArray(into, i);
        }
    }

    @Override
    public void affine(float[] x, float a, float b, float c, float[] into, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(FLOATS, x, i).mul(a).sub(b).mul(c).intoArray(into, i);
        }
    }

    @Override
    public void weighDifferences(float[] x, float y, float[] z, float c, float[] into, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(FLOATS, x, i)
                    .sub(y)
                    .mul(FloatVector.fromArray(FLOATS, z, i))
                    .mul(c)
                    .intoArray(into, i);
        }
    }

    private static double total(FloatVector sum, FloatVector lost, float[] chains) {
        sum.intoArray(chains, 0);
        lost.intoArray(chains, LANES);
        double total = 0;
        double rest = 0;
        for (int i = 0; i < LANES; i++) {
            total += chains[i];
            rest += chains[LANES + i];
        }
        return Double.isFinite(total) ? total + rest : total;
    }
}

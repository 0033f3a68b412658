package io.github.logitops.cpu;

import io.github.logitops.element.BinaryFormat;

/**
 * The way that runs everywhere: loops so plain that the virtual machine's compiler takes several elements at once. It can do that
 * with additions, products and maxima of doubles, but not with their bits; so nothing here scales by powers of two. Only products
 * and sums are used, which every machine rounds alike.
 */
final class PlainBlockMath implements BlockMath {
    /** e^x = (e^(x / 512))^512: nine squarings, each of which doubles a relative error. */
    private static final double OF_EXPONENT = 1.0 / 512;

    private static final double LEAST = -212 * OF_EXPONENT; // e^-212 is what is subtracted: 1e-12 of e^-184

    // e^y = 1 + y (E1 + y (E2 + ...)) for y from -184 / 512 to 0, by interpolation at the nodes of Chebyshev: 1e-14 off
    // at most.
    private static final double E1 = 0.9999999999999797;
    private static final double E2 = 0.4999999999927743;
    private static final double E3 = 0.16666666624382076;
    private static final double E4 = 0.0416666572272134;
    private static final double E5 = 0.008333229656599375;
    private static final double E6 = 0.0013882686198422257;
    private static final double E7 = 0.0001963446921537221;
    private static final double E8 = 2.1158909926814692e-05;

    /** What comes out for everything up to the least exponent; subtracted, so that this is 0. */
    private static final double OF_LEAST = power(LEAST);

    /** tanh x = e / (e + 2) for e = e^2x - 1. Beyond 20 it is 1. */
    private static final double OF_ARGUMENT = 2.0 / 256;

    private static final double MOST = 20 * OF_ARGUMENT;

    // e^y - 1 = y (M1 + y (M2 + ...)) for abs y up to MOST, found alike: 1e-14 off at most.
    private static final double M1 = 0.9999999999999923;
    private static final double M2 = 0.4999999999999992;
    private static final double M3 = 0.16666666667669633;
    private static final double M4 = 0.041666666667669564;
    private static final double M5 = 0.008333331279332635;
    private static final double M6 = 0.0013888886835024946;
    private static final double M7 = 0.00019854729670667324;
    private static final double M8 = 2.4815046446374326e-05;

    @Override
    public String name() {
        return "plain loops";
    }

    @Override
    public int atOnce() {
        return 1;
    }

    @Override
    public void widen(float[] from, double[] into, int count) {
        for (int i = 0; i < count; i++) {
            into[i] = from[i];
        }
    }

    @Override
    public void widen(BinaryFormat format, short[] from, double[] into, int count) {
        for (int i = 0; i < count; i++) {
            into[i] = format.decode(from[i]);
        }
    }

    @Override
    public void narrow(double[] from, float[] into, int count) {
        for (int i = 0; i < count; i++) {
            into[i] = (float) from[i];
        }
    }

    @Override
    public void narrow(BinaryFormat format, double[] from, short[] into, int count) {
        if (format == BinaryFormat.BFLOAT16) {
            narrowToBfloat16(from, into, count);
            return;
        }
        for (int i = 0; i < count; i++) {
            into[i] = format.encode(from[i]);
        }
    }

    /** The upper half of the nearest float, rounded; but a float in the middle between two may have been rounded to there. */
    private static void narrowToBfloat16(double[] from, short[] into, int count) {
        for (int i = 0; i < count; i++) {
            float nearest = (float) from[i];
            int bits = Float.floatToRawIntBits(nearest);
            boolean twice = (bits & 0xFFFF) == 0x8000 && nearest != from[i];
            boolean none = nearest != nearest;
            into[i] = twice || none
                    ? BinaryFormat.BFLOAT16.encode(from[i])
                    : (short) (bits + 0x7FFF + (bits >>> Short.SIZE & 1) >>> Short.SIZE);
        }
    }

    @Override
    public void exp(double[] v, double[] shift, double unit, double[] into, int count) {
        double factor = unit * OF_EXPONENT;
        for (int i = 0; i < count; i++) {
            into[i] = power(Math.max((v[i] - shift[i]) * factor, LEAST)) - OF_LEAST;
        }
    }

    /** e^512y. */
    private static double power(double y) {
        double z = y * y; // even and odd powers apart: half as many steps after each other
        double p = (1 + z * (E2 + z * (E4 + z * (E6 + z * E8)))) + y * (E1 + z * (E3 + z * (E5 + z * E7)));
        p *= p;
        p *= p;
        p *= p;
        p *= p;
        p *= p;
        p *= p;
        p *= p;
        p *= p;
        return p * p;
    }

    @Override
    public void tanh(double[] x, int count) {
        for (int i = 0; i < count; i++) {
            double y = Math.min(Math.max(x[i] * OF_ARGUMENT, -MOST), MOST);
            double z = y * y;
            double e = y * ((M1 + z * (M3 + z * (M5 + z * M7))) + y * (M2 + z * (M4 + z * (M6 + z * M8))));
            e *= e + 2; // e^2y - 1
            e *= e + 2;
            e *= e + 2;
            e *= e + 2;
            e *= e + 2;
            e *= e + 2;
            e *= e + 2;
            e *= e + 2;
            x[i] = e / (e + 2);
        }
    }
}

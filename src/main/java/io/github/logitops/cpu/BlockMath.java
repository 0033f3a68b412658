package io.github.logitops.cpu;

import io.github.logitops.element.BinaryFormat;
import java.util.Optional;

/**
 * What of the work on a block takes the time: conversions and exponentials. A block is the start of an array. All arrays are as long
 * as {@code count} rounded up to a multiple of 8; what lies behind the count may be overwritten. Arrays may be the same, and nothing is
 * kept. No result depends on where in a block its element is.
 */
interface BlockMath {
    /** What it is, for reports. */
    String name();

    /** How floats are computed with instead, where that is asked for. */
    default Optional<FloatMath> floats() {
        return Optional.empty();
    }

    /** How many doubles are surely computed at once. */
    int atOnce();

    /** Widens floats, exactly. */
    void widen(float[] from, double[] into, int count);

    /** Widens numbers of 16 bits, exactly. */
    void widen(BinaryFormat format, short[] from, double[] into, int count);

    /** Rounds to the nearest floats, ties to even. */
    void narrow(double[] from, float[] into, int count);

    /** Rounds to the nearest numbers of 16 bits, as {@link BinaryFormat#encode} does. */
    void narrow(BinaryFormat format, double[] from, short[] into, int count);

    /**
     * into_i = e^((v_i - shift_i) unit). For exponents of 0 to -184 it is off by a fraction of 1e-11 at most; it is exactly 1 at 0 and
     * 0 at -inf, may be 0 below -184, infinite at +inf and NaN at NaN. Exponents above 0 come from rows without a softmax: their
     * exponentials are at least 1, whatever else they are.
     */
    void exp(double[] v, double[] shift, double unit, double[] into, int count);

    /** x_i = tanh(x_i), off by a fraction of 1e-11 at most, and of the same sign. */
    void tanh(double[] x, int count);
}

package io.github.logitops.cpu;

import io.github.logitops.element.BinaryFormat;

/**
 * What of the work on rows in floats takes the time. A part of a row is the start of an array, which goes on to a multiple of {@link
 * #STEP}; what lies behind the count is computed too, and has a part in maxima and sums. Arrays may be the same, and nothing is kept.
 */
interface FloatMath {
    /** Arrays are a multiple of it long. */
    int STEP = 64;

    /** A length that arrays may have. */
    static int padded(int count) {
        return (count + STEP - 1) / STEP * STEP;
    }

    /** What it is, for reports. */
    String name();

    /** Widens numbers of 16 bits, exactly. */
    void widen(BinaryFormat format, short[] from, float[] into, int count);

    /** Rounds to the nearest numbers of 16 bits, as {@link BinaryFormat#encode} does. */
    void narrow(BinaryFormat format, float[] from, short[] into, int count);

    /** The largest, or NaN if one is. */
    float max(float[] v, int count);

    /**
     * into_i = e^((v_i - shift) unit), and their sum, of numbers up to the shift. Once the exponent is formed, in float, its exponential
     * is off by a fraction of 2e-7 at most; it is exactly 1 at 0, and 0 at -inf as below -87.
     *
     * @param chains room for {@link #STEP} floats
     */
    double exp(float[] v, float shift, float unit, float[] into, int count, float[] chains);

    /** The sum of v_i - shift. */
    double distances(float[] v, float shift, int count, float[] chains);

    /** The sum of x_i y_i. */
    double dot(float[] x, float[] y, int count, float[] chains);

    /** into = (v - shift) - logSum. */
    void shift(float[] v, float shift, float logSum, float[] into, int count);

    /** into = (a x - b) c. */
    void affine(float[] x, float a, float b, float c, float[] into, int count);

    /** into = (x - y) z c. */
    void weighDifferences(float[] x, float y, float[] z, float c, float[] into, int count);
}

package io.github.logitops.cpu;

import io.github.logitops.element.BinaryFormat;

/** The functions of the Java library, good to a unit in the last place: what F64 is computed with. */
final class DoubleBlockMath implements BlockMath {
    private final BlockMath conversions;

    /** @param conversions does what is no function */
    DoubleBlockMath(BlockMath conversions) {
        this.conversions = conversions;
    }

    @Override
    public String name() {
        return "the Java library";
    }

    @Override
    public int atOnce() {
        return 1;
    }

    @Override
    public void widen(float[] from, double[] into, int count) {
        conversions.widen(from, into, count);
    }

    @Override
    public void widen(BinaryFormat format, short[] from, double[] into, int count) {
        conversions.widen(format, from, into, count);
    }

    @Override
    public void narrow(double[] from, float[] into, int count) {
        conversions.narrow(from, into, count);
    }

    @Override
    public void narrow(BinaryFormat format, double[] from, short[] into, int count) {
        conversions.narrow(format, from, into, count);
    }

    @Override
    public void exp(double[] v, double[] shift, double unit, double[] into, int count) {
        for (int i = 0; i < count; i++) {
            into[i] = Math.exp((v[i] - shift[i]) * unit);
        }
    }

    @Override
    public void tanh(double[] x, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = Math.tanh(x[i]);
        }
    }
}

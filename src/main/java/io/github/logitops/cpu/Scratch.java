package io.github.logitops.cpu;

import java.lang.ref.SoftReference;

/** A thread's arrays for the row in its hands, kept from row to row and given up when memory is short. */
final class Scratch {
    private static final ThreadLocal<SoftReference<Scratch>> OF_THREAD = new ThreadLocal<>();

    final double[] first;
    final double[] second;
    final double[] third;

    private Scratch(int length) {
        this.first = new double[length];
        this.second = new double[length];
        this.third = new double[length];
    }

    /** This thread's arrays, of at least this length. */
    static Scratch of(int length) {
        SoftReference<Scratch> reference = OF_THREAD.get();
        Scratch scratch = reference == null ? null : reference.get();
        if (scratch == null || scratch.first.length < length) {
            scratch = new Scratch(length);
            OF_THREAD.set(new SoftReference<>(scratch));
        }
        return scratch;
    }
}

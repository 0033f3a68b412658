package io.github.logitops.pool;

import java.util.ArrayList;
import java.util.List;

/**
 * Tensors one after the other in one piece of memory. Each is aligned to 256 bytes, or to 16, which vector loads need, if it is
 * smaller than that: small ones that follow one another lie side by side.
 */
final class TensorRun {
    private static final long ALIGNMENT = 256;
    private static final long SMALL_ALIGNMENT = 16;

    private final List<TensorName> names = new ArrayList<>();
    private final List<Long> offsets = new ArrayList<>();
    private long bytes;

    void append(TensorName name) {
        long alignment = name.bytes() < ALIGNMENT ? SMALL_ALIGNMENT : ALIGNMENT;
        long offset = Math.addExact(bytes, -bytes & (alignment - 1));
        names.add(name);
        offsets.add(offset);
        bytes = Math.addExact(offset, name.bytes());
    }

    int size() {
        return names.size();
    }

    TensorName name(int index) {
        return names.get(index);
    }

    /** Bytes from the start of the first to that of this one. */
    long offset(int index) {
        return offsets.get(index);
    }

    /** From the start of the first to the end of the last. */
    long bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return names.toString();
    }
}

package io.github.logitops.cpu;

import io.github.logitops.element.Elements;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;

/** A dense tensor in host memory as a plain sequence: losses, log-sum-exps, class weights, labels. */
final class VectorView {
    private static final int SUMMED_AT_ONCE = 128 * RowSum.TREE;

    private final DType dtype;
    private final FloatBuffer floats; // one of these three
    private final DoubleBuffer doubles;
    private final ByteBuffer integers;

    VectorView(Tensor tensor, HostDriver driver) {
        dtype = tensor.dtype();
        ElementBuffer elements = dtype.isFloating() ? driver.elements(tensor) : null;
        floats = elements instanceof ElementBuffer.Floats of ? of.memory() : null;
        doubles = elements instanceof ElementBuffer.Doubles of ? of.memory() : null;
        integers = elements == null ? driver.memory(tensor) : null;
    }

    double get(long index) {
        return doubles != null ? doubles.get((int) index) : floats.get((int) index);
    }

    /** Sets an element to the nearest value of the dtype. */
    void set(long index, double value) {
        if (doubles != null) {
            doubles.put((int) index, value);
        } else {
            floats.put((int) index, (float) value);
        }
    }

    long label(long index) {
        return Elements.label(dtype, integers, at(index));
    }

    void setInt(long index, int value) {
        integers.putInt(at(index), value);
    }

    void setLong(long index, long value) {
        integers.putLong(at(index), value);
    }

    /** The sum of the first {@code count} elements. */
    double sum(int count) {
        double[] values = new double[Math.min(count, SUMMED_AT_ONCE)];
        RowSum sum = new RowSum();
        for (int from = 0; from < count; from += SUMMED_AT_ONCE) {
            int some = Math.min(SUMMED_AT_ONCE, count - from);
            read(from, values, some);
            sum.add(values, some);
        }
        return sum.value();
    }

    /** Reads {@code count} elements from {@code index} on to the start of an array. */
    void read(long index, double[] into, int count) {
        for (int i = 0; i < count; i++) {
            into[i] = get(index + i);
        }
    }

    private int at(long index) {
        return (int) (index * dtype.bytes());
    }
}

package io.github.logitops.cpu;

import io.github.logitops.element.Elements;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import java.nio.ByteBuffer;

/** A dense tensor in host memory as a plain sequence: losses, log-sum-exps, class weights, labels. */
final class VectorView {
    private static final int SUMMED_AT_ONCE = 128 * RowSum.TREE;

    private final DType dtype;
    private final ByteBuffer memory;
    private final int elementBytes;

    VectorView(Tensor tensor, HostDriver driver) {
        this.dtype = tensor.dtype();
        this.memory = driver.memory(tensor);
        this.elementBytes = dtype.bytes();
    }

    double get(long index) {
        return dtype == DType.F64 ? memory.getDouble(at(index)) : memory.getFloat(at(index));
    }

    /** Sets an element to the nearest value of the dtype. */
    void set(long index, double value) {
        if (dtype == DType.F64) {
            memory.putDouble(at(index), value);
        } else {
            memory.putFloat(at(index), (float) value);
        }
    }

    long label(long index) {
        return Elements.label(dtype, memory, at(index));
    }

    void setInt(long index, int value) {
        memory.putInt(at(index), value);
    }

    void setLong(long index, long value) {
        memory.putLong(at(index), value);
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
        Elements.read(dtype, memory, at(index), elementBytes, into, 0, count);
    }

    private int at(long index) {
        return (int) (index * elementBytes);
    }
}

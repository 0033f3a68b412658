package io.github.logitops.cpu;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Elements;
import java.nio.ByteBuffer;

/** A dense tensor in host memory as a plain sequence: losses, log-sum-exps, class weights, labels. */
final class VectorView {
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

    /** The first {@code count} elements. */
    double[] toArray(int count) {
        double[] values = new double[count];
        Elements.read(dtype, memory, 0, elementBytes, values, 0, count);
        return values;
    }

    private int at(long index) {
        return (int) (index * elementBytes);
    }
}

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

    /** A view of a tensor that there may be; else null. */
    static VectorView orNull(Tensor tensor, HostDriver driver) {
        return tensor == null ? null : new VectorView(tensor, driver);
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
        for (Block block : Block.of(count, SUMMED_AT_ONCE)) {
            Elements.read(dtype, memory, at(block.from()), elementBytes, values, 0, block.count());
            sum.add(values, block.count());
        }
        return sum.value();
    }

    private int at(long index) {
        return (int) (index * elementBytes);
    }
}

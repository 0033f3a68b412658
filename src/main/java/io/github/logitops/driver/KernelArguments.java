package io.github.logitops.driver;

import java.util.Arrays;
import java.util.List;

/**
 * The arguments of a kernel, in order and with their types. This is above any encoding: each driver lays them out as its device
 * wants them, and one that interprets kernels can hold them against the kernel's declaration.
 */
public final class KernelArguments {
    /** What a kernel declares a parameter as. */
    public enum Type {
        /** A 64-bit device address; 0 where the argument is absent. */
        POINTER,
        /** A 32-bit integer. */
        INT32,
        /** A 64-bit integer. */
        INT64,
        /** A binary64 number. */
        FLOAT64
    }

    private Type[] types = new Type[16];
    private long[] bits = new long[16];
    private int count;

    /** Appends a device address; 0 for an absent argument. */
    public KernelArguments pointer(long address) {
        return append(Type.POINTER, address);
    }

    /** Appends a 32-bit integer. */
    public KernelArguments int32(int value) {
        return append(Type.INT32, value);
    }

    /** Appends a 64-bit integer. */
    public KernelArguments int64(long value) {
        return append(Type.INT64, value);
    }

    /** Appends a binary64 number. */
    public KernelArguments float64(double value) {
        return append(Type.FLOAT64, Double.doubleToRawLongBits(value));
    }

    /** How many there are. */
    public int count() {
        return count;
    }

    /** The type of argument {@code index}. */
    public Type type(int index) {
        return types[index];
    }

    /** The types, in order. */
    public List<Type> types() {
        return List.of(Arrays.copyOf(types, count));
    }

    /** The bits of argument {@code index}; those of an INT32 are sign-extended. */
    public long bits(int index) {
        return bits[index];
    }

    private KernelArguments append(Type type, long value) {
        if (count == types.length) {
            types = Arrays.copyOf(types, 2 * count);
            bits = Arrays.copyOf(bits, 2 * count);
        }
        types[count] = type;
        bits[count++] = value;
        return this;
    }
}

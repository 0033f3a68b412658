package io.github.logitops.driver;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The arguments of a kernel: the fields of a struct, laid out as C does, each at the next multiple of its own size. So a driver
 * hands them on as they are, and one that interprets kernels can hold each field's place and type against what a kernel reads.
 */
public final class KernelArguments {
    /** What a kernel declares a field as. */
    public enum Type {
        /** A 64-bit device address; 0 where the argument is absent. */
        POINTER(Long.BYTES),
        /** A 32-bit integer. */
        INT32(Integer.BYTES),
        /** A 64-bit integer. */
        INT64(Long.BYTES),
        /** A binary32 number. */
        FLOAT32(Float.BYTES),
        /** A binary64 number. */
        FLOAT64(Double.BYTES);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        /** How long such a field is. */
        public int bytes() {
            return bytes;
        }
    }

    /** What CUDA passes to a kernel at most. */
    public static final int MAX_BYTES = 4096;

    private static final int USUAL = 72; // fields: no kernel has more
    private static final Type[] TYPES = Type.values();
    private static final int OFFSET_UNIT =
            2; // of a field's char, whose lowest three bits are the type: offsets are multiples of 4
    private static final int TYPE_MASK = 7;

    private long[] words = new long[USUAL]; // little-endian, as every host with CUDA is
    private char[] fields = new char[USUAL]; // offset and type of each
    private int count;
    private int end;

    /** Appends a device address; 0 for an absent argument. */
    public KernelArguments pointer(long address) {
        return append(Type.POINTER, address);
    }

    /** Appends a 32-bit integer. */
    public KernelArguments int32(int value) {
        return append(Type.INT32, value & 0xFFFF_FFFFL);
    }

    /** Appends a 64-bit integer. */
    public KernelArguments int64(long value) {
        return append(Type.INT64, value);
    }

    /** Appends a binary32 number. */
    public KernelArguments float32(float value) {
        return append(Type.FLOAT32, Float.floatToRawIntBits(value) & 0xFFFF_FFFFL);
    }

    /** Appends a binary64 number. */
    public KernelArguments float64(double value) {
        return append(Type.FLOAT64, Double.doubleToRawLongBits(value));
    }

    /** How many fields there are. */
    public int count() {
        return count;
    }

    /** How long the struct is: a multiple of 8. */
    public int bytes() {
        return end + Long.BYTES - 1 & -Long.BYTES;
    }

    /** The type of field {@code index}. */
    public Type type(int index) {
        return TYPES[fields[index] & TYPE_MASK];
    }

    /** Where field {@code index} begins, in bytes. */
    public int offset(int index) {
        return (fields[index] & ~TYPE_MASK) / OFFSET_UNIT;
    }

    /** The bits of field {@code index}; those of 32 bits are sign-extended. */
    public long bits(int index) {
        int offset = offset(index);
        long word = words[offset / Long.BYTES];
        return type(index).bytes == Integer.BYTES ? (int) (word >>> Byte.SIZE * (offset % Long.BYTES)) : word;
    }

    /** Writes the struct's {@link #bytes} from {@code position} on into a buffer in native order; padding is 0. */
    public void copyTo(ByteBuffer target, int position) {
        for (int at = 0; at < end; at += Long.BYTES) {
            target.putLong(position + at, words[at / Long.BYTES]);
        }
    }

    private KernelArguments append(Type type, long value) {
        int offset = end + type.bytes - 1 & -type.bytes;
        if (offset + type.bytes > MAX_BYTES) {
            throw new IllegalArgumentException("arguments: more than CUDA passes to a kernel: fields=" + (count + 1)
                    + ", bytes=" + (offset + type.bytes) + ", maximum=" + MAX_BYTES);
        }
        if (count == fields.length) { // there are never more words than fields
            fields = Arrays.copyOf(fields, 2 * count);
            words = Arrays.copyOf(words, 2 * count);
        }
        fields[count++] = (char) (offset * OFFSET_UNIT | type.ordinal());
        words[offset / Long.BYTES] |= value << Byte.SIZE * (offset % Long.BYTES);
        end = offset + type.bytes;
        return this;
    }
}

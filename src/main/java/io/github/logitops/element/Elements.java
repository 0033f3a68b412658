package io.github.logitops.element;

import io.github.logitops.spec.DType;
import java.nio.ByteBuffer;

/** Reads and writes runs of elements of any {@link DType} in a buffer of native byte order: the one place that knows how. */
public final class Elements {
    private Elements() {}

    /**
     * Reads {@code count} elements, exactly.
     *
     * @param memory in native byte order; its position does not matter
     * @param at byte index of the first element
     * @param byteStride bytes from one element to the next
     */
    public static void read(
            DType dtype, ByteBuffer memory, int at, int byteStride, double[] into, int from, int count) {
        switch (dtype) {
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    into[from + i] = memory.getDouble(at + i * byteStride);
                }
            }
            case F32 -> {
                for (int i = 0; i < count; i++) {
                    into[from + i] = memory.getFloat(at + i * byteStride);
                }
            }
            case F16, BF16 -> {
                BinaryFormat format = BinaryFormat.of(dtype);
                for (int i = 0; i < count; i++) {
                    into[from + i] = format.decode(memory.getShort(at + i * byteStride));
                }
            }
            case I64, I32, BOOL -> throw notFloating(dtype);
        }
    }

    /** Writes {@code count} elements, each rounded once to the nearest value of {@code dtype}; parameters as in {@code read}. */
    public static void write(
            DType dtype, ByteBuffer memory, int at, int byteStride, double[] values, int from, int count) {
        switch (dtype) {
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    memory.putDouble(at + i * byteStride, values[from + i]);
                }
            }
            case F32 -> {
                for (int i = 0; i < count; i++) {
                    memory.putFloat(at + i * byteStride, (float) values[from + i]);
                }
            }
            case F16, BF16 -> {
                BinaryFormat format = BinaryFormat.of(dtype);
                for (int i = 0; i < count; i++) {
                    memory.putShort(at + i * byteStride, format.encode(values[from + i]));
                }
            }
            case I64, I32, BOOL -> throw notFloating(dtype);
        }
    }

    /** The label at byte index {@code at}. */
    public static long label(DType dtype, ByteBuffer memory, int at) {
        return switch (dtype) {
            case I64 -> memory.getLong(at);
            case I32 -> memory.getInt(at);
            default -> throw new IllegalArgumentException("elements: not a label dtype: dtype=" + dtype);
        };
    }

    /** The value nearest to {@code value} that {@code dtype} has. */
    public static double round(DType dtype, double value) {
        return switch (dtype) {
            case F64 -> value;
            case F32 -> (float) value;
            case F16, BF16 -> {
                BinaryFormat format = BinaryFormat.of(dtype);
                yield format.decode(format.encode(value));
            }
            case I64, I32, BOOL -> throw notFloating(dtype);
        };
    }

    private static IllegalArgumentException notFloating(DType dtype) {
        return new IllegalArgumentException("elements: not a floating dtype: dtype=" + dtype);
    }
}

package io.github.logitops.emulator;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Bytes that know which of them have been written. */
final class Bytes {
    private static final VarHandle SHORTS = view(short[].class);
    private static final VarHandle INTS = view(int[].class);
    private static final VarHandle LONGS = view(long[].class);
    private static final long WRITTEN = 0x0101010101010101L;

    private final byte[] values;
    private final byte[] written; // 1 where a value has been

    Bytes(int length) {
        values = new byte[length];
        written = new byte[length];
    }

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.nativeOrder());
    }

    int length() {
        return values.length;
    }

    void forget() {
        forget(0, written.length);
    }

    void forget(int from, int bytes) {
        Arrays.fill(written, from, from + bytes, (byte) 0);
    }

    /** Writes as much of {@code source} as there is room for; returns how much. */
    int fill(int from, ByteBuffer source) {
        int bytes = Math.min(source.remaining(), values.length - from);
        source.get(values, from, bytes);
        Arrays.fill(written, from, from + bytes, (byte) 1);
        return bytes;
    }

    /** Reads as much as there is and {@code destination} has room for; returns how much. */
    int drain(int from, ByteBuffer destination) {
        int bytes = Math.min(destination.remaining(), values.length - from);
        destination.put(values, from, bytes);
        return bytes;
    }

    /** The first byte of these, as far as there are any, that was never written, or -1. */
    int firstUnwritten(int from, int bytes) {
        for (int i = from; i < Math.min(from + bytes, written.length); i++) {
            if (written[i] == 0) {
                return i;
            }
        }
        return -1;
    }

    /** A value of 1, 2, 4 or 8 bytes, zero-extended. */
    long load(int at, int bytes) {
        return read(values, at, bytes);
    }

    /** Whether all of 1, 2, 4 or 8 bytes were written. */
    boolean isWritten(int at, int bytes) {
        return read(written, at, bytes) == WRITTEN >>> 64 - 8 * bytes;
    }

    void store(int at, int bytes, long value) {
        write(values, at, bytes, value);
        write(written, at, bytes, WRITTEN);
    }

    private static long read(byte[] array, int at, int bytes) {
        return switch (bytes) {
            case 1 -> array[at] & 0xFFL;
            case 2 -> (short) SHORTS.get(array, at) & 0xFFFFL;
            case 4 -> (int) INTS.get(array, at) & 0xFFFFFFFFL;
            default -> (long) LONGS.get(array, at);
        };
    }

    private static void write(byte[] array, int at, int bytes, long value) {
        switch (bytes) {
            case 1 -> array[at] = (byte) value;
            case 2 -> SHORTS.set(array, at, (short) value);
            case 4 -> INTS.set(array, at, (int) value);
            default -> LONGS.set(array, at, value);
        }
    }
}

package io.github.logitops.memory;

import io.github.logitops.spec.DType;
import io.github.logitops.spec.Elements;
import java.nio.ByteBuffer;

/**
 * A host array as the source or target of a tensor's elements: which array goes with which dtype, and the conversion.
 * Device buffers are in native byte order; both methods work from their position on and advance it.
 */
interface HostArray {
    /** The number of elements of this dtype that it holds, or -1 if array and dtype do not go together. */
    long elements(DType dtype);

    /** Appends {@code count} elements, from index {@code from} on, to {@code device}, each rounded once. */
    void encode(int from, int count, DType dtype, ByteBuffer device);

    /** Takes {@code count} elements from {@code device} into index {@code to} and on. */
    void decode(ByteBuffer device, DType dtype, int to, int count);

    /** Values of any floating dtype. */
    record Floats(float[] array) implements HostArray {
        @Override
        public long elements(DType dtype) {
            return dtype.isFloating() ? array.length : -1;
        }

        @Override
        public void encode(int from, int count, DType dtype, ByteBuffer device) {
            if (dtype == DType.F32) {
                device.asFloatBuffer().put(array, from, count);
                advance(device, dtype, count);
                return;
            }
            double[] values = new double[count];
            for (int i = 0; i < count; i++) {
                values[i] = array[from + i];
            }
            new Doubles(values).encode(0, count, dtype, device);
        }

        @Override
        public void decode(ByteBuffer device, DType dtype, int to, int count) {
            if (dtype == DType.F32) {
                device.asFloatBuffer().get(array, to, count);
                advance(device, dtype, count);
                return;
            }
            double[] values = new double[count];
            new Doubles(values).decode(device, dtype, 0, count);
            for (int i = 0; i < count; i++) {
                array[to + i] = (float) values[i];
            }
        }
    }

    /** Values of any floating dtype. */
    record Doubles(double[] array) implements HostArray {
        @Override
        public long elements(DType dtype) {
            return dtype.isFloating() ? array.length : -1;
        }

        @Override
        public void encode(int from, int count, DType dtype, ByteBuffer device) {
            Elements.write(dtype, device, device.position(), dtype.bytes(), array, from, count);
            advance(device, dtype, count);
        }

        @Override
        public void decode(ByteBuffer device, DType dtype, int to, int count) {
            Elements.read(dtype, device, device.position(), dtype.bytes(), array, to, count);
            advance(device, dtype, count);
        }
    }

    /** The bits of F16 or BF16 values. */
    record Bits(short[] array) implements HostArray {
        @Override
        public long elements(DType dtype) {
            return dtype == DType.F16 || dtype == DType.BF16 ? array.length : -1;
        }

        @Override
        public void encode(int from, int count, DType dtype, ByteBuffer device) {
            device.asShortBuffer().put(array, from, count);
            advance(device, dtype, count);
        }

        @Override
        public void decode(ByteBuffer device, DType dtype, int to, int count) {
            device.asShortBuffer().get(array, to, count);
            advance(device, dtype, count);
        }
    }

    /** Labels; they fit I32 and I64, but come back only from I32. */
    record Ints(int[] array) implements HostArray {
        @Override
        public long elements(DType dtype) {
            return dtype.isLabel() ? array.length : -1;
        }

        @Override
        public void encode(int from, int count, DType dtype, ByteBuffer device) {
            for (int i = 0; i < count; i++) {
                if (dtype == DType.I32) {
                    device.putInt(array[from + i]);
                } else {
                    device.putLong(array[from + i]);
                }
            }
        }

        @Override
        public void decode(ByteBuffer device, DType dtype, int to, int count) {
            for (int i = 0; i < count; i++) {
                array[to + i] = device.getInt();
            }
        }
    }

    /** Labels; they come back from I32 and I64, but fit only I64. */
    record Longs(long[] array) implements HostArray {
        @Override
        public long elements(DType dtype) {
            return dtype.isLabel() ? array.length : -1;
        }

        @Override
        public void encode(int from, int count, DType dtype, ByteBuffer device) {
            device.asLongBuffer().put(array, from, count);
            advance(device, dtype, count);
        }

        @Override
        public void decode(ByteBuffer device, DType dtype, int to, int count) {
            for (int i = 0; i < count; i++) {
                array[to + i] = dtype == DType.I32 ? device.getInt() : device.getLong();
            }
        }
    }

    /** Masks. */
    record Booleans(boolean[] array) implements HostArray {
        @Override
        public long elements(DType dtype) {
            return dtype == DType.BOOL ? array.length : -1;
        }

        @Override
        public void encode(int from, int count, DType dtype, ByteBuffer device) {
            for (int i = 0; i < count; i++) {
                device.put((byte) (array[from + i] ? 1 : 0));
            }
        }

        @Override
        public void decode(ByteBuffer device, DType dtype, int to, int count) {
            for (int i = 0; i < count; i++) {
                array[to + i] = device.get() != 0;
            }
        }
    }

    /** The bytes of elements of any dtype, in native byte order, from the buffer's position to its limit. */
    record Bytes(ByteBuffer buffer) implements HostArray {
        @Override
        public long elements(DType dtype) {
            return buffer.remaining() % dtype.bytes() == 0 ? buffer.remaining() / dtype.bytes() : -1;
        }

        @Override
        public void encode(int from, int count, DType dtype, ByteBuffer device) {
            device.put(run(from, count, dtype));
        }

        @Override
        public void decode(ByteBuffer device, DType dtype, int to, int count) {
            run(to, count, dtype).put(device.slice(device.position(), count * dtype.bytes()));
            advance(device, dtype, count);
        }

        private ByteBuffer run(int from, int count, DType dtype) {
            return buffer.slice(buffer.position() + from * dtype.bytes(), count * dtype.bytes());
        }
    }

    private static void advance(ByteBuffer device, DType dtype, int count) {
        device.position(device.position() + count * dtype.bytes());
    }
}

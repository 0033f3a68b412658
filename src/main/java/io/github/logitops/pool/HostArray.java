package io.github.logitops.pool;

import io.github.logitops.element.Elements;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;

/**
 * A host array as the source or target of a tensor's elements: which array goes with which dtype, and the conversion.
 * Device buffers are in native byte order; encode and decode work from their position on and advance it.
 */
interface HostArray {
    /** What host memory is made of. */
    static HostArray of(HostTensor host) {
        Object memory = host.memory();
        if (memory instanceof float[] floats) {
            return new Floats(floats);
        } else if (memory instanceof double[] doubles) {
            return new Doubles(doubles);
        } else if (memory instanceof short[] bits) {
            return new Bits(bits);
        } else if (memory instanceof int[] labels) {
            return new Ints(labels);
        } else if (memory instanceof long[] labels) {
            return new Longs(labels);
        } else if (memory instanceof boolean[] mask) {
            return new Booleans(mask);
        } else if (memory instanceof FloatBuffer floats) {
            return new FloatElements(floats);
        } else if (memory instanceof DoubleBuffer doubles) {
            return new DoubleElements(doubles);
        }
        return new Bytes((ByteBuffer) memory);
    }

    /** What it is made of. */
    Object array();

    /** The number of elements of this dtype that it holds, or -1 if array and dtype do not go together. */
    long elements(DType dtype);

    /** Throws an {@link IllegalArgumentException} unless it holds what elements the tensor has, once each. */
    default void requireFit(String call, Tensor tensor) {
        long elements = elements(tensor.dtype());
        if (elements < 0) {
            throw new IllegalArgumentException(call + ": array and dtype do not go together: array="
                    + getClass().getSimpleName() + ", tensor=" + tensor);
        }
        if (elements != tensor.shape().elements()) {
            throw new IllegalArgumentException(
                    call + ": the array must hold each element once: elements=" + elements + ", tensor=" + tensor);
        }
    }

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

    /** F32 in a buffer, from its first element on. */
    record FloatElements(FloatBuffer array) implements HostArray {
        @Override
        public long elements(DType dtype) {
            return dtype == DType.F32 ? array.capacity() : -1;
        }

        @Override
        public void encode(int from, int count, DType dtype, ByteBuffer device) {
            device.asFloatBuffer().put(array.slice(from, count));
            advance(device, dtype, count);
        }

        @Override
        public void decode(ByteBuffer device, DType dtype, int to, int count) {
            array.slice(to, count).put(device.asFloatBuffer().slice(0, count));
            advance(device, dtype, count);
        }
    }

    /** F64 in a buffer, from its first element on. */
    record DoubleElements(DoubleBuffer array) implements HostArray {
        @Override
        public long elements(DType dtype) {
            return dtype == DType.F64 ? array.capacity() : -1;
        }

        @Override
        public void encode(int from, int count, DType dtype, ByteBuffer device) {
            device.asDoubleBuffer().put(array.slice(from, count));
            advance(device, dtype, count);
        }

        @Override
        public void decode(ByteBuffer device, DType dtype, int to, int count) {
            array.slice(to, count).put(device.asDoubleBuffer().slice(0, count));
            advance(device, dtype, count);
        }
    }

    /** The bytes of elements of any dtype, in the buffer's byte order, from its position to its limit. */
    record Bytes(ByteBuffer buffer) implements HostArray {
        @Override
        public ByteBuffer array() {
            return buffer;
        }

        @Override
        public long elements(DType dtype) {
            return buffer.remaining() % dtype.bytes() == 0 ? buffer.remaining() / dtype.bytes() : -1;
        }

        @Override
        public void requireFit(String call, Tensor tensor) {
            if (elements(tensor.dtype()) != tensor.shape().elements()) {
                throw new IllegalArgumentException(call + ": the buffer must hold each element once: bufferBytes="
                        + buffer.remaining() + ", tensorBytes="
                        + tensor.shape().elements() * tensor.dtype().bytes() + ", tensor=" + tensor);
            }
        }

        @Override
        public void encode(int from, int count, DType dtype, ByteBuffer device) {
            copy(run(from, count, dtype), device, dtype);
            advance(device, dtype, count);
        }

        @Override
        public void decode(ByteBuffer device, DType dtype, int to, int count) {
            ByteBuffer source =
                    device.slice(device.position(), count * dtype.bytes()).order(device.order());
            copy(source, run(to, count, dtype), dtype);
            advance(device, dtype, count);
        }

        private ByteBuffer run(int from, int count, DType dtype) {
            return buffer.slice(buffer.position() + from * dtype.bytes(), count * dtype.bytes())
                    .order(buffer.order());
        }

        /** Copies all of {@code from}: in bulk, with the bytes of each element swapped if the orders differ. */
        private static void copy(ByteBuffer from, ByteBuffer to, DType dtype) {
            switch (dtype.bytes()) {
                case Long.BYTES -> to.asLongBuffer().put(from.asLongBuffer());
                case Integer.BYTES -> to.asIntBuffer().put(from.asIntBuffer());
                case Short.BYTES -> to.asShortBuffer().put(from.asShortBuffer());
                default -> to.duplicate().put(from);
            }
        }
    }

    private static void advance(ByteBuffer device, DType dtype, int count) {
        device.position(device.position() + count * dtype.bytes());
    }
}

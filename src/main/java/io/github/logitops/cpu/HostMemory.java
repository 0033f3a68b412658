package io.github.logitops.cpu;

import io.github.logitops.memory.DriverException;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.spec.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;

/** An array as device memory: bytes of a session, or elements that a caller lends it. */
sealed interface HostMemory {
    long bytes();

    /** Some of it as bytes, in native byte order. */
    ByteBuffer bytes(int at, int count);

    /** Overwrites as much of it as {@code source} has, from byte {@code at} on. */
    default void put(int at, ByteBuffer source) {
        bytes(at, source.remaining()).put(source.duplicate());
    }

    /** Copies as much of it as {@code destination} has room for, from byte {@code at} on. */
    default void get(int at, ByteBuffer destination) {
        destination.duplicate().put(bytes(at, destination.remaining()));
    }

    /** The same bytes as elements of a floating dtype. */
    ElementBuffer elements(DType dtype, int at, int count);

    /** A caller's memory; null if it cannot be used as it is, by all threads. */
    static HostMemory lent(HostTensor host) {
        Object memory = host.isConfined() ? null : host.memory();
        if (memory instanceof float[] floats && host.dtype() == DType.F32) {
            return new Floats(FloatBuffer.wrap(floats));
        } else if (memory instanceof double[] doubles && host.dtype() == DType.F64) {
            return new Doubles(DoubleBuffer.wrap(doubles));
        } else if (memory instanceof FloatBuffer floats) {
            return new Floats(floats);
        } else if (memory instanceof DoubleBuffer doubles) {
            return new Doubles(doubles);
        }
        return memory instanceof ByteBuffer bytes && bytes.order() == ByteOrder.nativeOrder() ? new Bytes(bytes) : null;
    }

    /** Of a session, or a buffer that is lent. */
    record Bytes(ByteBuffer memory) implements HostMemory {
        @Override
        public long bytes() {
            return memory.capacity();
        }

        @Override
        public ByteBuffer bytes(int at, int count) {
            return memory.slice(at, count).order(ByteOrder.nativeOrder());
        }

        @Override
        public ElementBuffer elements(DType dtype, int at, int count) {
            return ElementBuffer.of(dtype, bytes(at, count));
        }
    }

    /** F32 that is lent. */
    record Floats(FloatBuffer memory) implements HostMemory {
        @Override
        public long bytes() {
            return (long) memory.capacity() * Float.BYTES;
        }

        @Override
        public ByteBuffer bytes(int at, int count) {
            throw notBytes(this);
        }

        @Override
        public ElementBuffer elements(DType dtype, int at, int count) {
            return new ElementBuffer.Floats(part(at, count));
        }

        @Override
        public void put(int at, ByteBuffer source) {
            part(at, source.remaining()).put(inNativeOrder(source).asFloatBuffer());
        }

        @Override
        public void get(int at, ByteBuffer destination) {
            inNativeOrder(destination).asFloatBuffer().put(part(at, destination.remaining()));
        }

        private FloatBuffer part(int at, int count) {
            return memory.slice(at / Float.BYTES, count / Float.BYTES);
        }
    }

    /** F64 that is lent. */
    record Doubles(DoubleBuffer memory) implements HostMemory {
        @Override
        public long bytes() {
            return (long) memory.capacity() * Double.BYTES;
        }

        @Override
        public ByteBuffer bytes(int at, int count) {
            throw notBytes(this);
        }

        @Override
        public ElementBuffer elements(DType dtype, int at, int count) {
            return new ElementBuffer.Doubles(part(at, count));
        }

        @Override
        public void put(int at, ByteBuffer source) {
            part(at, source.remaining()).put(inNativeOrder(source).asDoubleBuffer());
        }

        @Override
        public void get(int at, ByteBuffer destination) {
            inNativeOrder(destination).asDoubleBuffer().put(part(at, destination.remaining()));
        }

        private DoubleBuffer part(int at, int count) {
            return memory.slice(at / Double.BYTES, count / Double.BYTES);
        }
    }

    private static ByteBuffer inNativeOrder(ByteBuffer buffer) {
        return buffer.slice().order(ByteOrder.nativeOrder());
    }

    private static DriverException notBytes(HostMemory memory) {
        return new DriverException(
                "host memory: an array that is lent has elements, not bytes: bytes=" + memory.bytes());
    }
}

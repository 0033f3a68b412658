package io.github.logitops.cpu;

import io.github.logitops.memory.DriverException;
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

    /** The same bytes as elements of a floating dtype. */
    ElementBuffer elements(DType dtype, int at, int count);

    /** A caller's array; null if it is none that can be used as it is. */
    static HostMemory lent(Object array) {
        if (array instanceof float[] floats) {
            return new Floats(floats);
        }
        return array instanceof double[] doubles ? new Doubles(doubles) : null;
    }

    /** Of a session. */
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
    record Floats(float[] memory) implements HostMemory {
        @Override
        public long bytes() {
            return (long) memory.length * Float.BYTES;
        }

        @Override
        public ByteBuffer bytes(int at, int count) {
            throw notBytes(this);
        }

        @Override
        public ElementBuffer elements(DType dtype, int at, int count) {
            return new ElementBuffer.Floats(FloatBuffer.wrap(memory, at / Float.BYTES, count / Float.BYTES)
                    .slice());
        }
    }

    /** F64 that is lent. */
    record Doubles(double[] memory) implements HostMemory {
        @Override
        public long bytes() {
            return (long) memory.length * Double.BYTES;
        }

        @Override
        public ByteBuffer bytes(int at, int count) {
            throw notBytes(this);
        }

        @Override
        public ElementBuffer elements(DType dtype, int at, int count) {
            return new ElementBuffer.Doubles(DoubleBuffer.wrap(memory, at / Double.BYTES, count / Double.BYTES)
                    .slice());
        }
    }

    private static DriverException notBytes(HostMemory memory) {
        return new DriverException("host memory: an array that is lent is not copied: bytes=" + memory.bytes());
    }
}

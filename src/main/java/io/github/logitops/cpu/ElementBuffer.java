package io.github.logitops.cpu;

import io.github.logitops.element.BinaryFormat;
import io.github.logitops.spec.DType;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * Elements of one dtype in host memory, on their way to or from a block: runs of them are copied as they are, and all lanes converted
 * at once. The elements of a run are {@code stride} apart in memory, from {@code index} on, and neighbours in the block, from {@code
 * lane} on.
 */
sealed interface ElementBuffer {
    /** Copies a run from memory. */
    void get(int index, int stride, Scratch own, double[] into, int lane, int count);

    /** Widens what was copied, exactly. */
    void widen(BlockMath math, Scratch own, double[] into, int count);

    /** Rounds each to the nearest of the dtype. */
    void narrow(BlockMath math, double[] from, Scratch own, int count);

    /** Copies a run of what was rounded to memory. */
    void put(int index, int stride, Scratch own, double[] from, int lane, int count);

    /** @param memory in native byte order */
    static ElementBuffer of(DType dtype, ByteBuffer memory) {
        return switch (dtype) {
            case F64 -> new Doubles(memory.asDoubleBuffer());
            case F32 -> new Floats(memory.asFloatBuffer());
            default -> new Shorts(BinaryFormat.of(dtype), memory.asShortBuffer());
        };
    }

    /** F64. */
    record Doubles(DoubleBuffer memory) implements ElementBuffer {
        @Override
        public void get(int index, int stride, Scratch own, double[] into, int lane, int count) {
            if (stride == 1) {
                memory.get(index, into, lane, count);
                return;
            }
            for (int i = 0; i < count; i++) {
                into[lane + i] = memory.get(index + i * stride);
            }
        }

        @Override
        public void widen(BlockMath math, Scratch own, double[] into, int count) {
            // as they are
        }

        @Override
        public void narrow(BlockMath math, double[] from, Scratch own, int count) {
            // as they are
        }

        @Override
        public void put(int index, int stride, Scratch own, double[] from, int lane, int count) {
            if (stride == 1) {
                memory.put(index, from, lane, count);
                return;
            }
            for (int i = 0; i < count; i++) {
                memory.put(index + i * stride, from[lane + i]);
            }
        }
    }

    /** F32. */
    record Floats(FloatBuffer memory) implements ElementBuffer {
        @Override
        public void get(int index, int stride, Scratch own, double[] into, int lane, int count) {
            float[] floats = own.floats();
            if (stride == 1) {
                memory.get(index, floats, lane, count);
                return;
            }
            for (int i = 0; i < count; i++) {
                floats[lane + i] = memory.get(index + i * stride);
            }
        }

        @Override
        public void widen(BlockMath math, Scratch own, double[] into, int count) {
            math.widen(own.floats(), into, count);
        }

        @Override
        public void narrow(BlockMath math, double[] from, Scratch own, int count) {
            math.narrow(from, own.floats(), count);
        }

        @Override
        public void put(int index, int stride, Scratch own, double[] from, int lane, int count) {
            float[] floats = own.floats();
            if (stride == 1) {
                memory.put(index, floats, lane, count);
                return;
            }
            for (int i = 0; i < count; i++) {
                memory.put(index + i * stride, floats[lane + i]);
            }
        }
    }

    /** F16 and BF16. */
    record Shorts(BinaryFormat format, ShortBuffer memory) implements ElementBuffer {
        @Override
        public void get(int index, int stride, Scratch own, double[] into, int lane, int count) {
            short[] shorts = own.shorts();
            if (stride == 1) {
                memory.get(index, shorts, lane, count);
                return;
            }
            for (int i = 0; i < count; i++) {
                shorts[lane + i] = memory.get(index + i * stride);
            }
        }

        @Override
        public void widen(BlockMath math, Scratch own, double[] into, int count) {
            math.widen(format, own.shorts(), into, count);
        }

        @Override
        public void narrow(BlockMath math, double[] from, Scratch own, int count) {
            math.narrow(format, from, own.shorts(), count);
        }

        @Override
        public void put(int index, int stride, Scratch own, double[] from, int lane, int count) {
            short[] shorts = own.shorts();
            if (stride == 1) {
                memory.put(index, shorts, lane, count);
                return;
            }
            for (int i = 0; i < count; i++) {
                memory.put(index + i * stride, shorts[lane + i]);
            }
        }
    }
}

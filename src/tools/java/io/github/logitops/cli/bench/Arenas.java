package io.github.logitops.cli.bench;

import io.github.logitops.LogitOps;
import io.github.logitops.base.Resources;
import io.github.logitops.element.BinaryFormat;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.List;
import java.util.Random;

/**
 * Memory for inputs, upstream gradients and outputs, filled once with noise that is noise in every dtype: BF16 numbers, whose
 * bits are also those of F64, F32 and F16 numbers of ordinary size.
 *
 * @param bytes in each of the three
 */
record Arenas(Tensor input, Tensor gradient, Tensor output, long bytes) implements AutoCloseable {
    private static final int CHUNK = 1 << 22;
    private static final int ELEMENT_BYTES = DType.BF16.bytes();

    /** What arenas of {@code each} bytes take on a heap that they are on, with the noise that fills them. */
    static long heapBytes(long each) {
        return 3 * each + (long) CHUNK * ELEMENT_BYTES;
    }

    /** Arenas of at least this many bytes, a multiple of the chunks that they are filled by. */
    static Arenas allocate(LogitOps ops, Stream stream, long atLeast) {
        long chunks = (atLeast + (long) CHUNK * ELEMENT_BYTES - 1) / ((long) CHUNK * ELEMENT_BYTES);
        Shape shape = Shape.of(chunks * CHUNK);
        Tensor input = ops.empty(DType.BF16, shape);
        try {
            Tensor gradient = ops.empty(DType.BF16, shape);
            try {
                Arenas arenas =
                        new Arenas(input, gradient, ops.empty(DType.BF16, shape), chunks * CHUNK * ELEMENT_BYTES);
                arenas.fill(ops, stream, chunks);
                return arenas;
            } catch (RuntimeException e) {
                Resources.closeAfter(e, List.of(gradient));
                throw e;
            }
        } catch (RuntimeException e) {
            Resources.closeAfter(e, List.of(input));
            throw e;
        }
    }

    private void fill(LogitOps ops, Stream stream, long chunks) {
        Random random = new Random(1);
        for (Tensor arena : List.of(input, gradient, output)) {
            short[] noise = noise(random); // other than the last: a teacher is not its student
            for (long i = 0; i < chunks; i++) {
                long address = arena.address() + i * CHUNK * ELEMENT_BYTES;
                try (Tensor chunk = ops.wrap(address, DType.BF16, Shape.of(CHUNK))) {
                    chunk.upload(noise, stream);
                }
            }
        }
        stream.synchronize();
    }

    private static short[] noise(Random random) {
        BinaryFormat format = BinaryFormat.of(DType.BF16);
        short[] noise = new short[CHUNK];
        for (int i = 0; i < CHUNK; i++) {
            noise[i] = format.encode(3 * random.nextGaussian());
        }
        return noise;
    }

    @Override
    public void close() {
        Resources.closeAll(List.of(output, gradient, input));
    }
}

package io.github.logitops.cli.bench;

import io.github.logitops.LogitOps;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The kernels that only carry memory carry all of it, to the bit, and nothing beside it. */
final class CeilingGate {
    private static final int WORDS = 2 * 100_003; // 64-bit words: no multiple of what a block takes at a time
    private static final int GUARD = 4; // words behind them
    private static final long BYTES = 8L * WORDS;
    private static final long POISON = -1;
    private static final long PATTERN = 0x0123456789ABCDEFL;

    private CeilingGate() {}

    /**
     * Runs each kernel once.
     *
     * @throws IllegalStateException if a word is wrong
     */
    static void pass(Ceilings ceilings, LogitOps ops, Stream stream) {
        Random random = new Random(1);
        long[] first = random.longs(WORDS).toArray();
        long[] second = random.longs(WORDS).toArray();
        long queue = stream.handle();
        try (Tensor a = ops.labels(first, stream);
                Tensor b = ops.labels(second, stream);
                Tensor to = ops.empty(DType.I64, Shape.of(WORDS + GUARD));
                Tensor sums = ops.empty(DType.I64, Shape.of(Ceilings.SUM_BYTES / 8))) {
            Consumer<long[]> written = expected -> {
                long[] all = Arrays.copyOf(expected, WORDS + GUARD);
                Arrays.fill(all, WORDS, all.length, POISON);
                require(all, to.downloadLabels(stream));
            };
            poison(to, stream);
            ceilings.copy(to.address(), a.address(), BYTES, queue);
            written.accept(first);
            poison(to, stream);
            ceilings.triad(to.address(), a.address(), b.address(), BYTES, queue);
            written.accept(IntStream.range(0, WORDS)
                    .mapToLong(i -> first[i] ^ second[i])
                    .toArray());
            poison(to, stream);
            ceilings.fill(to.address(), PATTERN, BYTES, queue);
            written.accept(IntStream.range(0, WORDS).mapToLong(i -> PATTERN).toArray());
            sums.upload(new long[(int) sums.shape().elements()], stream);
            ceilings.read(sums.address(), a.address(), BYTES, queue);
            require(new long[] {xor(first)}, new long[] {xor(sums.downloadLabels(stream))});
        }
    }

    private static void poison(Tensor tensor, Stream stream) {
        long[] poison = new long[(int) tensor.shape().elements()];
        Arrays.fill(poison, POISON);
        tensor.upload(poison, stream);
    }

    private static long xor(long[] words) {
        return Arrays.stream(words).reduce(0, (x, y) -> x ^ y);
    }

    private static void require(long[] expected, long[] actual) {
        int wrong = Arrays.mismatch(expected, actual);
        if (wrong >= 0) {
            throw new IllegalStateException("bench: a ceiling kernel is wrong: word=" + wrong + ", expected="
                    + expected[wrong] + ", actual=" + actual[wrong]);
        }
    }
}

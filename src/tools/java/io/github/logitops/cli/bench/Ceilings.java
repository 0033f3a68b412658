package io.github.logitops.cli.bench;

import io.github.logitops.driver.Driver;
import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * Kernels that carry memory and do nothing else: the fastest that an op with the same traffic could be on this device. For
 * measurements; no op launches them. They are {@code src/tools/cuda/ceiling.cu}, compiled for every device.
 *
 * <p>Addresses are multiples of 16, and so are lengths in bytes. Calls queue work and return.
 */
final class Ceilings {
    /** Blocks of a launch at most: enough to fill any device some times over, so that the threads' steps are short. */
    static final int MOST_BLOCKS = 4096;

    /** Bytes that {@link #read} writes at most. */
    static final long SUM_BYTES = 8L * MOST_BLOCKS;

    private static final int PIECE_BYTES = 16;
    private static final int THREADS = 256; // of a block: kBlock there

    private final Driver driver;
    private final Map<Traffic, Long> functions = new EnumMap<>(Traffic.class); // that were used before

    /** What a kernel reads and writes. */
    enum Traffic {
        /** Reads once, writes once. */
        COPY,
        /** Reads twice, writes once. */
        TRIAD,
        /** Reads once. */
        READ,
        /** Writes once. */
        FILL;

        String entry() {
            return "ceiling_" + name().toLowerCase(Locale.ROOT);
        }
    }

    /** Kernels on {@code driver}, which loads them when one is first used. */
    Ceilings(Driver driver) {
        this.driver = driver;
    }

    /** Queues {@code to = from}. */
    void copy(long to, long from, long bytes, long stream) {
        launch(Traffic.COPY, to, from, 0, 0, 0, bytes, stream);
    }

    /** Queues {@code to = a xor b}. */
    void triad(long to, long a, long b, long bytes, long stream) {
        launch(Traffic.TRIAD, to, a, b, 0, 0, bytes, stream);
    }

    /** Queues a read of {@code from}; xor of what was read goes, block by block, into up to {@link #SUM_BYTES} bytes. */
    void read(long sums, long from, long bytes, long stream) {
        launch(Traffic.READ, 0, from, 0, sums, 0, bytes, stream);
    }

    /** Queues {@code to = pattern}, 8 bytes again and again. */
    void fill(long to, long pattern, long bytes, long stream) {
        launch(Traffic.FILL, to, 0, 0, 0, pattern, bytes, stream);
    }

    /** What a ceiling does not use is 0. */
    private void launch(Traffic traffic, long to, long a, long b, long sums, long pattern, long bytes, long stream) {
        long pieces = bytes / PIECE_BYTES;
        KernelArguments arguments = new KernelArguments()
                .pointer(to)
                .pointer(a)
                .pointer(b)
                .pointer(sums)
                .int64(pattern)
                .int64(pieces);
        int blocks = (int) Math.max(1, Math.min((pieces + THREADS - 1) / THREADS, MOST_BLOCKS));
        long function = functions.computeIfAbsent(traffic, this::load);
        driver.launch(new Launch(function, traffic.entry(), blocks, THREADS, arguments), stream);
    }

    private long load(Traffic traffic) {
        String entry = traffic.entry();
        try (InputStream ptx = Ceilings.class.getResourceAsStream(entry + ".sm_75.ptx")) {
            return driver.function(driver.loadModule(entry, ptx.readAllBytes()), entry);
        } catch (IOException e) {
            throw new UncheckedIOException("bench: cannot be read: kernel=" + entry, e);
        }
    }
}

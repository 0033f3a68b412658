package io.github.logitops.device;

import io.github.logitops.driver.Driver;
import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;

/**
 * Kernels that carry memory and do nothing else: the fastest that an op with the same traffic could be on this device. For
 * measurements; no op launches them.
 *
 * <p>Addresses are multiples of 16, and so are lengths in bytes. Calls queue work and return.
 */
public final class Ceilings {
    /** Blocks of a launch at most: enough to fill any device some times over, so that the threads' steps are short. */
    static final int MOST_BLOCKS = 4096;

    /** Bytes that {@link #read} writes at most. */
    public static final long SUM_BYTES = 8L * MOST_BLOCKS;

    private static final int PIECE_BYTES = 16;

    private final Driver driver;
    private final KernelCatalog catalog;

    /** What a kernel reads and writes. */
    enum Traffic {
        /** Reads once, writes once. */
        COPY,
        /** Reads twice, writes once. */
        TRIAD,
        /** Reads once. */
        READ,
        /** Writes once. */
        FILL
    }

    /** Kernels on {@code driver}, which loads them when one is first used. */
    public Ceilings(Driver driver) {
        this.driver = driver;
        this.catalog = new KernelCatalog(driver);
    }

    /** Queues {@code to = from}. */
    public void copy(long to, long from, long bytes, long stream) {
        launch(Traffic.COPY, to, from, 0, 0, 0, bytes, stream);
    }

    /** Queues {@code to = a xor b}. */
    public void triad(long to, long a, long b, long bytes, long stream) {
        launch(Traffic.TRIAD, to, a, b, 0, 0, bytes, stream);
    }

    /** Queues a read of {@code from}; xor of what was read goes, block by block, into up to {@link #SUM_BYTES} bytes. */
    public void read(long sums, long from, long bytes, long stream) {
        launch(Traffic.READ, 0, from, 0, sums, 0, bytes, stream);
    }

    /** Queues {@code to = pattern}, 8 bytes again and again. */
    public void fill(long to, long pattern, long bytes, long stream) {
        launch(Traffic.FILL, to, 0, 0, 0, pattern, bytes, stream);
    }

    /** What a ceiling does not use is 0. */
    private void launch(Traffic traffic, long to, long a, long b, long sums, long pattern, long bytes, long stream) {
        Kernel kernel = Kernels.ceiling(traffic);
        long pieces = bytes / PIECE_BYTES;
        KernelArguments arguments = new KernelArguments()
                .pointer(to)
                .pointer(a)
                .pointer(b)
                .pointer(sums)
                .int64(pattern)
                .int64(pieces);
        int threads = LaunchPlanner.ONE_BLOCK;
        int blocks = (int) Math.max(1, Math.min((pieces + threads - 1) / threads, MOST_BLOCKS));
        driver.launch(new Launch(catalog.function(kernel, 1), kernel.entry(), blocks, threads, arguments), stream);
    }
}

package io.github.logitops.cpu;

import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * The arrays that ops work in, kept from call to call and given up when memory is short. They hold a block of a row, so that
 * long rows need no more memory than short ones: vocabularies are one block, which is read once, and what is longer is read
 * again for each pass over the row.
 */
final class ScratchPool {
    private static final int BLOCK = 1 << 18; // 6 MiB a worker

    private final HostDriver driver;
    private final int blockLength;
    private final IntFunction<double[]> heap;
    private final Queue<SoftReference<Scratch>> unused = new ConcurrentLinkedQueue<>();

    ScratchPool(HostDriver driver) {
        this(driver, BLOCK, double[]::new);
    }

    /**
     * @param blockLength how many elements of a row are worked on at once, a multiple of {@link RowSum#TREE}
     * @param heap makes arrays
     */
    ScratchPool(HostDriver driver, int blockLength, IntFunction<double[]> heap) {
        this.driver = driver;
        this.blockLength = blockLength;
        this.heap = heap;
    }

    /**
     * Scratch for each worker on rows of {@code columns} elements.
     *
     * @throws io.github.logitops.memory.DeviceOutOfMemoryException if the heap has no room for all of it
     */
    List<Scratch> take(String op, int workers, int columns) {
        int length = Math.min(columns, blockLength);
        List<Block> blocks = Block.of(columns, blockLength);
        return orNoRoom(op, (long) workers * Scratch.ARRAYS * length, () -> {
            List<Scratch> taken = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                taken.add(one(blocks, length));
            }
            return taken;
        });
    }

    /**
     * A number for each row.
     *
     * @throws io.github.logitops.memory.DeviceOutOfMemoryException if the heap has no room for it
     */
    double[] perRow(String op, long rows) {
        return orNoRoom(op, rows, () -> heap.apply(Math.toIntExact(rows)));
    }

    void giveBack(List<Scratch> scratch) {
        scratch.forEach(each -> unused.add(new SoftReference<>(each)));
    }

    private Scratch one(List<Block> blocks, int length) {
        SoftReference<Scratch> reference = unused.poll();
        Scratch kept = reference == null ? null : reference.get();
        return kept == null || kept.first().length < length
                ? new Scratch(blocks, heap.apply(length), heap.apply(length), heap.apply(length))
                : new Scratch(blocks, kept.first(), kept.second(), kept.third());
    }

    private <T> T orNoRoom(String op, long numbers, Supplier<T> allocation) {
        return driver.onHeap(op + ": the Java heap has no room for scratch", numbers * Double.BYTES, allocation);
    }
}

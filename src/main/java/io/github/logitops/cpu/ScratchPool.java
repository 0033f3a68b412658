package io.github.logitops.cpu;

import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * The arrays that ops work in, kept from call to call and given up when memory is short. Operands are held up to some length of a row,
 * so that long rows need no more memory than that: vocabularies are read once, and what is longer is read again for each walk over the
 * row.
 */
final class ScratchPool {
    private final HostDriver driver;
    private final Tiling.Sizes sizes;
    private final int threads;
    private final IntFunction<double[]> heap;
    private final Queue<SoftReference<Scratch>> unused = new ConcurrentLinkedQueue<>();

    ScratchPool(HostDriver driver) {
        this(driver, Tiling.Sizes.DEFAULT, Together.threads(), double[]::new);
    }

    /**
     * @param threads the most workers that ask for scratch at once
     * @param heap makes arrays
     */
    ScratchPool(HostDriver driver, Tiling.Sizes sizes, int threads, IntFunction<double[]> heap) {
        this.driver = driver;
        this.sizes = sizes;
        this.threads = threads;
        this.heap = heap;
    }

    Tiling.Sizes sizes() {
        return sizes;
    }

    /** How many workers an op may have. */
    int threads() {
        return threads;
    }

    /**
     * Scratch for each worker.
     *
     * @throws io.github.logitops.memory.DeviceOutOfMemoryException if the heap has no room for all of it
     */
    List<Scratch> take(String op, int workers, Scratch.Needs needs) {
        return orNoRoom(op, workers * needs.elements(), () -> {
            List<Scratch> taken = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                Scratch one = one();
                one.reserve(needs, heap);
                taken.add(one);
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

    private Scratch one() {
        SoftReference<Scratch> reference = unused.poll();
        Scratch kept = reference == null ? null : reference.get();
        return kept == null ? new Scratch(sizes, heap) : kept;
    }

    private <T> T orNoRoom(String op, long numbers, Supplier<T> allocation) {
        return driver.onHeap(op + ": the Java heap has no room for scratch", numbers * Double.BYTES, allocation);
    }
}

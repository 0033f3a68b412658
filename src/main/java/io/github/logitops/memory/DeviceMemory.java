package io.github.logitops.memory;

import io.github.logitops.driver.DeviceOutOfMemoryException;
import io.github.logitops.driver.MemoryDriver;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory of one session: makes its tensors and streams, knows which are open, frees memory when the work that uses it is
 * done, and reports what was never closed. Closing it closes all that is left. Safe for use by threads.
 */
public final class DeviceMemory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceMemory.class);
    private static final Cleaner CLEANER = Cleaner.create();

    private final MemoryDriver driver;
    private final long limitBytes;
    private final LeakTracking tracking;
    private final BlockPool pool;
    private final Staging staging;

    private final Set<Allocation> live = new LinkedHashSet<>();
    private final List<Allocation> closing = new ArrayList<>(); // closed, but not back in the pool yet
    private final Set<Stream> streams = new LinkedHashSet<>();
    private long bytesInUse;
    private long peakBytes;
    private long tensorsMade;
    private boolean closed;

    /**
     * Memory on {@code driver}, which it closes in the end.
     *
     * @param limitBytes what may be taken from the driver in all
     * @param cacheLimitBytes how much of what tensors gave back is kept for the next ones
     */
    public DeviceMemory(MemoryDriver driver, long limitBytes, long cacheLimitBytes, LeakTracking tracking) {
        this.driver = driver;
        this.limitBytes = limitBytes;
        this.tracking = tracking;
        this.pool = new BlockPool(driver, limitBytes, cacheLimitBytes);
        this.staging = new Staging(driver);
    }

    /**
     * A new tensor with undefined content.
     *
     * @throws DeviceOutOfMemoryException if device or limit leave too little, closed tensors' memory included
     */
    public synchronized Tensor allocate(DType dtype, Layout layout) {
        requireOpen();
        long bytes = Math.max(1, byteSpan(dtype, layout));
        retireClosed();
        Block block = pool.take(bytes);
        Allocation allocation = new Allocation(nextName(dtype, layout), block.address, block, site("made here"));
        live.add(allocation);
        bytesInUse += block.bytes;
        peakBytes = Math.max(peakBytes, bytesInUse);
        Tensor tensor = new Tensor(this, allocation, dtype, layout);
        CLEANER.register(tensor, () -> collect(allocation));
        return tensor;
    }

    /**
     * Memory of others as a tensor; never freed here.
     *
     * @throws IllegalArgumentException unless the device can reach all of it and it is aligned to its elements
     */
    public synchronized Tensor wrap(long address, DType dtype, Layout layout) {
        requireOpen();
        if (address % dtype.bytes() != 0) {
            throw new IllegalArgumentException("wrap: address must be a multiple of the element size: address=0x"
                    + Long.toHexString(address) + ", dtype=" + dtype);
        }
        if (!driver.isAccessible(address, byteSpan(dtype, layout))) {
            throw new IllegalArgumentException("wrap: not device memory of this size: address=0x"
                    + Long.toHexString(address) + ", dtype=" + dtype + ", shape=" + layout);
        }
        Allocation foreign = new Allocation(nextName(dtype, layout), address, null, site("made here"));
        return new Tensor(this, foreign, dtype, layout);
    }

    /** New tensors of these shapes without padding: all of them, or none if one cannot be had. */
    public List<Tensor> allocateAll(DType dtype, Shape... shapes) {
        List<Tensor> made = new ArrayList<>();
        try {
            for (Shape shape : shapes) {
                made.add(allocate(dtype, Layout.dense(shape)));
            }
            return made;
        } catch (RuntimeException e) {
            Resources.closeAfter(e, made);
            throw e;
        }
    }

    /** A new stream. */
    public synchronized Stream newStream() {
        requireOpen();
        Stream stream = new Stream(this, driver.createStream(), Stream.Owner.SESSION, site("made here"));
        streams.add(stream);
        return stream;
    }

    /**
     * A stream of others; never destroyed here.
     *
     * @throws IllegalArgumentException if the device has no such stream
     */
    public synchronized Stream wrapStream(long handle) {
        requireOpen();
        if (!driver.isStream(handle)) {
            throw new IllegalArgumentException("wrapStream: not a stream of this device: handle=0x"
                    + Long.toHexString(handle) + ", device=" + driver.device());
        }
        Stream stream = new Stream(this, handle, Stream.Owner.OTHERS, site("made here"));
        streams.add(stream);
        return stream;
    }

    /** What is held at this moment. */
    public synchronized MemoryStatistics statistics() {
        return new MemoryStatistics(live.size(), bytesInUse, peakBytes, pool.heldBytes(), limitBytes);
    }

    /**
     * Waits for all work, reports every tensor and stream that was never closed as a leak at WARN, and gives everything back.
     * All of it is tried, whatever fails. Closing again does nothing.
     */
    @Override
    public void close() {
        List<AutoCloseable> steps;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            steps = closingSteps();
        }
        Resources.closeAll(steps); // not under the lock: checks of streams take others
    }

    private List<AutoCloseable> closingSteps() {
        List<AutoCloseable> steps = new ArrayList<>();
        for (Stream stream : streams) {
            if (!stream.closeTried()) {
                LOG.warn(
                        "{} was not closed before its session, made at {}",
                        stream,
                        stream.madeAt(),
                        stream.madeAt().trace());
            }
            steps.add(stream);
        }
        for (Allocation leaked : live) {
            reportLeak(leaked, "was not closed before its session");
            steps.add(() -> close(leaked));
        }
        steps.add(this::freeAll);
        steps.add(staging);
        steps.add(driver);
        return steps;
    }

    private synchronized void freeAll() {
        Resources.closeAll(List.of(this::retireClosed, pool::shrink));
    }

    /** Ends a tensor's life; its memory goes back to the pool. */
    synchronized void close(Allocation allocation) {
        if (!allocation.close(site("closed here"))) {
            return;
        }
        if (live.remove(allocation)) {
            bytesInUse -= allocation.bytes();
            closing.add(allocation);
            retireClosed();
        }
    }

    /** Gives back a stream whose work is done. */
    synchronized void destroy(Stream stream) {
        stream.destroy(driver);
        streams.remove(stream);
    }

    MemoryDriver driver() {
        return driver;
    }

    Staging staging() {
        return staging;
    }

    Site site(String what) {
        return Site.here(tracking, what);
    }

    private synchronized void collect(Allocation unreachable) {
        if (live.contains(unreachable)) {
            reportLeak(unreachable, "was never closed and is out of reach");
            close(unreachable);
        }
    }

    private static void reportLeak(Allocation leaked, String what) {
        LOG.warn("{} {}, made at {}", leaked.name, what, leaked.madeAt, leaked.madeAt.trace());
    }

    /** Gives closed tensors' blocks to the pool. If the device refuses one, the others are tried, and that one next time. */
    private void retireClosed() {
        RuntimeException first = null;
        for (Iterator<Allocation> each = closing.iterator(); each.hasNext(); ) {
            try {
                Block block = each.next().retire();
                each.remove();
                pool.giveBack(block);
            } catch (RuntimeException e) {
                first = Resources.combine(first, e);
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private String nextName(DType dtype, Layout layout) {
        return "#" + ++tensorsMade + " " + dtype + layout;
    }

    private static long byteSpan(DType dtype, Layout layout) {
        try {
            return Math.multiplyExact(layout.span(), (long) dtype.bytes());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "tensor: more than 2^63-1 bytes: dtype=" + dtype + ", shape=" + layout, e);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("session: used after close");
        }
    }
}

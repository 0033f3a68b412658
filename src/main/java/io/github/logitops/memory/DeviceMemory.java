package io.github.logitops.memory;

import io.github.logitops.driver.Calls;
import io.github.logitops.driver.DeviceOutOfMemoryException;
import io.github.logitops.driver.DriverException;
import io.github.logitops.driver.MemoryDriver;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory of one session: makes its tensors and streams, knows which are open, frees memory when the work that uses it is
 * done, and reports what was never closed. Closing it closes all that is left, once the calls under way have ended. Safe for
 * use by threads.
 */
public final class DeviceMemory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceMemory.class);

    private final MemoryDriver driver;
    private final long limitBytes;
    private final LeakTracking tracking;
    private final BlockPool pool;
    private final Staging staging;
    private final Calls calls = new Calls(); // on anything of this session

    private final Set<Allocation> live = new LinkedHashSet<>();
    private final List<Allocation> closing = new ArrayList<>(); // closed, but not back in the pool yet
    private final Set<WorkQueue> queues = new LinkedHashSet<>();
    private long bytesInUse;
    private long peakBytes;
    private long tensorsMade;
    private volatile Site closedAt; // since a close began
    private volatile boolean dropped; // nobody can make anything new here

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
    public Tensor allocate(DType dtype, Layout layout) {
        return during(() -> allocateNow(dtype, layout));
    }

    private synchronized Tensor allocateNow(DType dtype, Layout layout) {
        long bytes = Math.max(1, byteSpan(dtype, layout));
        retireClosed();
        Block block = pool.take(bytes);
        Allocation allocation = new Allocation(nextName(dtype, layout), block.address, block, site("made here"));
        live.add(allocation);
        bytesInUse += block.bytes;
        peakBytes = Math.max(peakBytes, bytesInUse);
        Tensor tensor = new Tensor(this, allocation, dtype, layout);
        Leaks.watch(tensor, () -> collect(allocation));
        return tensor;
    }

    /**
     * Memory of others as a tensor; never freed here.
     *
     * @throws IllegalArgumentException unless the device can reach all of it and it is aligned to its elements
     */
    public Tensor wrap(long address, DType dtype, Layout layout) {
        return during(() -> wrapNow(address, dtype, layout));
    }

    private synchronized Tensor wrapNow(long address, DType dtype, Layout layout) {
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
        } catch (RuntimeException | Error e) {
            Resources.closeAfter(e, made);
            throw e;
        }
    }

    /** A new stream. */
    public Stream newStream() {
        return during(() -> newStream(driver.createStream(), WorkQueue.Owner.SESSION));
    }

    /**
     * A stream of others; never destroyed here.
     *
     * @throws IllegalArgumentException if the device has no such stream
     */
    public Stream wrapStream(long handle) {
        return during(() -> {
            if (!driver.isStream(handle)) {
                throw new IllegalArgumentException("wrapStream: not a stream of this device: handle=0x"
                        + Long.toHexString(handle) + ", device=" + driver.device());
            }
            return newStream(handle, WorkQueue.Owner.OTHERS);
        });
    }

    private synchronized Stream newStream(long handle, WorkQueue.Owner owner) {
        WorkQueue queue = new WorkQueue(this, handle, owner, site("made here"));
        queues.add(queue);
        Stream stream = new Stream(queue);
        Leaks.watch(stream, () -> collect(queue));
        return stream;
    }

    /** Whether {@code stream} was made here. */
    public boolean made(Stream stream) {
        return stream.memory() == this;
    }

    /** What is held at this moment. */
    public synchronized MemoryStatistics statistics() {
        return new MemoryStatistics(live.size(), bytesInUse, peakBytes, pool.heldBytes(), limitBytes);
    }

    /** Makes what {@code call} does one call: whoever closes this session waits for the end of it. */
    public <R> R during(Supplier<R> call) {
        begin(null);
        try {
            return call.get();
        } finally {
            end();
        }
    }

    /** Runs {@code work}, which uses these tensors on {@code stream}: their memory stays until it ends, whoever closes them. */
    public void use(List<Tensor> tensors, Stream stream, Runnable work) {
        WorkQueue queue = stream.queue();
        queue.begin();
        try {
            useNow(tensors, queue, work);
        } finally {
            queue.end();
        }
    }

    private void useNow(List<Tensor> tensors, WorkQueue queue, Runnable work) {
        int begun = 0;
        try {
            for (; begun < tensors.size(); begun++) {
                tensors.get(begun).allocation().beginUse(queue);
            }
            work.run();
        } finally {
            for (int i = 0; i < begun; i++) {
                endUse(tensors.get(i).allocation());
            }
        }
    }

    private void endUse(Allocation allocation) {
        if (allocation.endUse()) {
            try {
                retireClosed();
            } catch (DriverException e) {
                LOG.debug("{} is not free yet: the next close or allocation tries again", allocation.name, e);
            }
        }
    }

    /**
     * Reports and closes this memory once {@code owner}, without which nobody can make tensors and streams here, is out of
     * reach. What is left of them lives on, and the end of the last one that somebody holds closes the memory.
     */
    public void closeWithout(Object owner) {
        Site madeAt = Site.here(LeakTracking.SITES, "opened here"); // sessions are few
        Leaks.watch(owner, () -> {
            if (closedAt == null) {
                Leaks.reportOutOfReach("session on " + driver.device(), madeAt);
                dropped = true;
                closeIfDropped();
            }
        });
    }

    private void closeIfDropped() {
        synchronized (this) {
            if (!dropped
                    || closedAt != null
                    || !live.isEmpty()
                    || !queues.stream().allMatch(WorkQueue::isDropped)) {
                return;
            }
        }
        try {
            close();
        } catch (RuntimeException e) {
            LOG.warn("a session that was never closed could not be closed", e);
        }
    }

    /** Begins a call, on a stream if {@code user} is not null; throws if the session is closed. */
    void begin(WorkQueue user) {
        if (!calls.begin()) {
            throw user == null
                    ? new IllegalStateException("session: used after close: closedAt=" + closedAt, closedAt.trace())
                    : Closed.withSession(closedAt).refusal(user.name());
        }
    }

    void end() {
        calls.end();
        if (dropped && !calls.isInside()) {
            closeIfDropped();
        }
    }

    /**
     * Waits for calls under way and for all work, reports every tensor and stream that was never closed as a leak at WARN,
     * and gives everything back. All of it is tried, whatever fails, and the first failure thrown: an error of the device, or
     * a label out of range that nobody waited for. Closing again does nothing, but waits for a close under way.
     *
     * @throws IllegalStateException if it is called in the midst of a call on this session
     */
    @Override
    public void close() {
        if (closedAt == null && !calls.isInside()) {
            closedAt = site("closed here");
        }
        if (calls.beginClose("session", "device=" + driver.device())) {
            try {
                Resources.closeAll(closingSteps()); // not under this object's lock: checks of streams take others
            } finally {
                calls.endClose(true);
            }
        }
    }

    private synchronized List<AutoCloseable> closingSteps() {
        List<AutoCloseable> steps = new ArrayList<>();
        for (WorkQueue queue : queues) {
            if (queue.isUnreportedLeak()) {
                Leaks.reportAtClose(queue, queue.madeAt);
            }
            int at = queue.isOwn() ? steps.size() : 0; // those of others first: they may be around one of ours
            steps.add(at, () -> queue.closeWithSession(closedAt));
        }
        for (Allocation leaked : live) {
            Leaks.reportAtClose(leaked, leaked.madeAt);
            steps.add(() -> closeNow(leaked, Closed.withSession(closedAt)));
        }
        steps.add(this::freeAll);
        steps.add(staging);
        steps.add(driver);
        return steps;
    }

    private synchronized void freeAll() {
        Resources.closeAll(List.of(this::retireClosed, pool::shrink));
    }

    /** Ends a tensor's life; its memory goes back to the pool once no call uses it any more. */
    void close(Allocation allocation) {
        if (calls.begin()) { // else the session closes it
            try {
                closeNow(allocation, Closed.byItself("tensor", site("closed here")));
            } finally {
                end();
            }
        }
    }

    private synchronized void closeNow(Allocation allocation, Closed how) {
        if (!allocation.close(how)) {
            return;
        }
        if (live.remove(allocation)) {
            bytesInUse -= allocation.bytes();
            closing.add(allocation);
            retireClosed();
        }
    }

    /** Ends a stream's life; where its session is being closed, with that. */
    void close(WorkQueue queue) {
        if (calls.begin()) {
            try {
                queue.close(site("closed here"));
            } finally {
                end();
            }
        } else {
            close();
        }
    }

    /** Gives back a stream whose work is done. */
    synchronized void destroy(WorkQueue queue) {
        queue.destroy();
        queues.remove(queue);
    }

    MemoryDriver driver() {
        return driver;
    }

    Staging staging() {
        return staging;
    }

    private Site site(String what) {
        return Site.here(tracking, what);
    }

    private void collect(Allocation unreachable) {
        synchronized (this) {
            if (!live.contains(unreachable)) {
                return;
            }
        }
        Leaks.reportOutOfReach(unreachable, unreachable.madeAt);
        close(unreachable);
    }

    /** Those of others, which may be no more, are left alone. */
    private void collect(WorkQueue unreachable) {
        if (unreachable.isOpen() && closedAt == null) {
            if (unreachable.isUnreportedLeak()) {
                Leaks.reportOutOfReach(unreachable, unreachable.madeAt);
            }
            unreachable.drop();
            try {
                if (unreachable.isOwn()) {
                    close(unreachable);
                }
            } catch (RuntimeException e) { // such as a label out of range, which nobody waited for
                LOG.warn("{} that was never closed has an error that nobody saw", unreachable, e);
            } finally {
                closeIfDropped();
            }
        }
    }

    /** Gives closed tensors' blocks to the pool. If the device refuses one, the others are tried, and that one next time. */
    private synchronized void retireClosed() {
        RuntimeException first = null;
        for (Iterator<Allocation> each = closing.iterator(); each.hasNext(); ) {
            try {
                Block block = each.next().retire();
                if (block != null) {
                    each.remove();
                    pool.giveBack(block);
                }
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
}

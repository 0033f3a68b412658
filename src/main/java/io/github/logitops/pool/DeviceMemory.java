package io.github.logitops.pool;

import io.github.logitops.base.Resources;
import io.github.logitops.driver.Calls;
import io.github.logitops.driver.MemoryDriver;
import io.github.logitops.memory.DeviceOutOfMemoryException;
import io.github.logitops.memory.DriverException;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.LeakTracking;
import io.github.logitops.memory.MemoryStatistics;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
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
    private final LeakTracking tracking;
    private final Staging staging;
    private final Calls calls = new Calls(); // on anything of this session

    private final Allocations allocations;
    private final Queues queues;
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
        this.tracking = tracking;
        this.allocations = new Allocations(new BlockPool(driver, limitBytes, cacheLimitBytes), limitBytes);
        this.staging = new Staging(driver);
        this.queues = new Queues(driver);
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
        TensorName name = nextName(dtype, layout);
        Allocation allocation = allocations.add(name, name.bytes(), site("made here"));
        Tensor tensor = new DeviceTensor(this, allocation, 0, name, null);
        allocation.watch(Leaks.watch(tensor, () -> collect(allocation)));
        return tensor;
    }

    /**
     * New tensors without padding, with undefined content, that share one piece of memory and one life. Each is aligned to 256
     * bytes, or to 16 if it is smaller than that: small ones that follow one another lie side by side.
     *
     * @throws DeviceOutOfMemoryException if device or limit leave too little, closed tensors' memory included
     */
    public TensorGroup allocate(List<TensorGroup.Part> parts) {
        return during(() -> allocateNow(parts));
    }

    private synchronized TensorGroup allocateNow(List<TensorGroup.Part> parts) {
        TensorRun run = new TensorRun();
        parts.forEach(part -> run.append(nextName(part.dtype(), Layout.dense(part.shape()))));
        Allocation allocation = allocations.add(run, run.bytes(), site("made here"));
        TensorGroup group = new TensorGroup(this, allocation, run);
        allocation.watch(Leaks.watch(group, () -> collect(allocation)));
        return group;
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
        TensorName name = nextName(dtype, layout);
        if (!driver.isAccessible(address, name.bytes())) {
            throw new IllegalArgumentException("wrap: not device memory of this size: address=0x"
                    + Long.toHexString(address) + ", dtype=" + dtype + ", shape=" + layout);
        }
        return new DeviceTensor(this, new Allocation(name, address, null, site("made here")), 0, name, null);
    }

    /** Whether the device can use arrays of callers as they are. */
    public boolean lends() {
        return driver.lends();
    }

    /** A caller's memory as a tensor; null if the device cannot use it. Once the tensor is closed, its address is to be taken back. */
    public Tensor lend(HostTensor memory) {
        long address = driver.lend(memory);
        return address == 0 ? null : wrap(address, memory.dtype(), Layout.dense(memory.shape()));
    }

    /** Ends what {@link #lend} began, at the address of its tensor. */
    public void takeBack(long address) {
        driver.takeBack(address);
    }

    /** A new stream. */
    public Stream newStream() {
        return during(() -> newStream(driver.createStream(), WorkQueue.Owner.SESSION));
    }

    /** What {@code call} makes on a stream that it has for itself and that is closed at its end; all of it is one call. */
    public <R> R onOwnStream(Function<Stream, R> call) {
        return during(() -> {
            try (Stream stream = newStreamOfCall()) {
                return call.apply(stream);
            }
        });
    }

    private synchronized Stream newStreamOfCall() {
        return newStream(queues.take(), WorkQueue.Owner.CALL);
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
        Stream stream = new DeviceStream(queue);
        queue.watch(Leaks.watch(stream, () -> collect(queue)));
        return stream;
    }

    /** Whether {@code stream} was made here. */
    public boolean made(Stream stream) {
        return stream instanceof DeviceStream made && made.memory() == this;
    }

    /** What is held at this moment. */
    public synchronized MemoryStatistics statistics() {
        return allocations.statistics();
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
        WorkQueue queue = DeviceStream.of(stream).queue();
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
                DeviceTensor.of(tensors.get(begun)).beginUse(queue);
            }
            work.run();
        } finally {
            for (int i = 0; i < begun; i++) {
                DeviceTensor.of(tensors.get(i)).endUse();
            }
        }
    }

    /** Ends a use of it: a call's, or one that keeps it. */
    void endUse(Allocation allocation) {
        if (allocation.endUse()) {
            try {
                retireClosed();
            } catch (DriverException e) {
                LOG.debug("{} is not free yet: the next close or allocation tries again", allocation, e);
            }
        }
    }

    private synchronized void retireClosed() {
        allocations.retireClosed();
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
            if (!dropped || closedAt != null || !allocations.live().isEmpty() || !queues.areDropped()) {
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
        for (WorkQueue queue : queues.open()) {
            if (queue.isUnreportedLeak()) {
                Leaks.reportAtClose(queue, queue.madeAt);
            }
            int at = queue.isOwn() ? steps.size() : 0; // those of others first: they may be around one of ours
            steps.add(at, () -> queue.closeWithSession(closedAt));
        }
        for (Allocation leaked : allocations.live()) {
            if (!leaked.isLeftToSession()) {
                Leaks.reportAtClose(leaked, leaked.madeAt);
            }
            steps.add(() -> closeNow(leaked, Closed.withSession(closedAt)));
        }
        steps.add(this::freeAll);
        steps.add(staging);
        steps.add(driver);
        return steps;
    }

    private synchronized void freeAll() {
        Resources.closeAll(List.of(queues::destroySpare, allocations::freeAll));
    }

    /** Ends a tensor's life; its memory goes back to the pool once no call uses it any more. */
    void close(Allocation allocation) {
        if (calls.begin()) {
            try {
                closeNow(allocation, Closed.byItself("tensor", site("closed here")));
            } finally {
                end();
            }
        } else {
            allocation.leaveToSession();
        }
    }

    private synchronized void closeNow(Allocation allocation, Closed how) {
        allocations.close(allocation, how);
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
            if (!allocations.isLive(unreachable)) {
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

    private TensorName nextName(DType dtype, Layout layout) {
        return new TensorName(++tensorsMade, dtype, layout);
    }
}

package io.github.logitops.pool;

import io.github.logitops.base.Resources;
import io.github.logitops.driver.Calls;
import io.github.logitops.driver.MemoryDriver;
import io.github.logitops.memory.Stream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The life of one stream, apart from the {@link Stream} so that one nobody holds any more can be told from one that was
 * closed. Its methods are for use within a call ({@link #begin}), but for those that say otherwise.
 */
final class WorkQueue {
    final DeviceMemory memory;
    final long handle;
    final Site madeAt;
    final Owner owner;

    private final Calls calls = new Calls();
    private final Set<DeviceStream.Check> checks = new LinkedHashSet<>();
    private volatile Closed closed; // since a close began; null before the first
    private volatile boolean open = true;
    private volatile boolean dropped; // by everybody
    private Leaks.Watch watch; // over its stream, under the memory's lock

    /** Whose the driver's stream is. */
    enum Owner {
        /** One call's, which leaves it to the next. */
        CALL,
        SESSION,
        OTHERS
    }

    WorkQueue(DeviceMemory memory, long handle, Owner owner, Site madeAt) {
        this.memory = memory;
        this.handle = handle;
        this.owner = owner;
        this.madeAt = madeAt;
    }

    /** Begins a call on this queue: neither it nor its session is closed before {@link #end}. Throws if a close has begun. */
    void begin() {
        requireOpen();
        memory.begin(this);
        boolean begun = false;
        try {
            begun = calls.begin();
        } finally {
            if (!begun) {
                memory.end();
            }
        }
        if (!begun) {
            throw closed.refusal(name());
        }
    }

    void end() {
        calls.end();
        memory.end();
    }

    /** Whether it is not closed. Outside a call it may be closed at any time; not while the memory's lock is held. */
    boolean isOpen() {
        return open;
    }

    /** Whether it is a leak that was not reported yet. One that somebody closed in vain is for the session to close, but none. */
    boolean isUnreportedLeak() {
        return closed == null && !dropped;
    }

    /** From anywhere: throws if it is closed. */
    void requireOpen() {
        if (!open) {
            throw closed.refusal(name());
        }
    }

    /** Whether what is put here is recorded into a graph, and not done. */
    boolean isCapturing() {
        return memory.driver().isCapturing(handle);
    }

    /** For what would end a capture in failure: waits, and copies by way of buffers that others use next. */
    void requireNotCapturing(String call) {
        if (isCapturing()) {
            throw new IllegalStateException(call + ": cannot be captured into a graph: " + name());
        }
    }

    /** A new event, recorded here and now. */
    long mark() {
        MemoryDriver driver = memory.driver();
        long event = driver.createEvent();
        try {
            driver.recordEvent(event, handle);
        } catch (RuntimeException | Error e) {
            Resources.closeAfter(e, List.of(() -> driver.destroyEvent(event)));
            throw e;
        }
        return event;
    }

    /** From a call on {@code next}: has work put there from now on wait, on the device, for all work now here. */
    void orderBefore(WorkQueue next) {
        synchronized (memory) {
            if (open) { // a closed one has done its work
                if (next.isCapturing() && !isCapturing()) {
                    throw new IllegalStateException("waitFor: work outside a graph cannot be waited for in it: "
                            + next.name() + ", other=" + handle);
                }
                MemoryDriver driver = memory.driver();
                long event = mark();
                try {
                    driver.waitEvent(next.handle, event);
                } finally {
                    driver.destroyEvent(event);
                }
            }
        }
    }

    void synchronize() {
        memory.driver().synchronize(handle);
    }

    /** From any call on the session: waits until what is here now is done. */
    void awaitWork() {
        synchronized (memory) {
            if (open) {
                synchronize();
            }
        }
    }

    boolean addCheck(DeviceStream.Check check) {
        synchronized (checks) {
            return checks.add(check);
        }
    }

    /** Takes a check out; false if it does not wait its turn. */
    boolean removeCheck(DeviceStream.Check check) {
        synchronized (checks) {
            return checks.remove(check);
        }
    }

    /** Runs every check that waits its turn; throws the first failure with the others suppressed. */
    void runChecks() {
        List<AutoCloseable> due = new ArrayList<>();
        synchronized (checks) {
            checks.forEach(check -> due.add(() -> check.run(new DeviceStream(this))));
            checks.clear();
        }
        Resources.closeAll(due);
    }

    /** From within a call on the session, but none on this queue: {@link Stream#close}. */
    void close(Site at) {
        close(at, Closed.byItself("stream", at));
    }

    /** From the session's close: whatever fails, this is closed, for the driver is next. */
    void closeWithSession(Site at) {
        Closed how = Closed.withSession(at);
        try {
            close(at, how);
        } finally {
            closed = how;
            open = false;
        }
    }

    private void close(Site at, Closed how) {
        if (!open) {
            return;
        }
        if (closed == null && !calls.isInside()) {
            closed = Closed.whileInUse("stream", at);
        }
        if (!calls.beginClose("stream", name())) {
            return;
        }
        try {
            finishWork();
        } finally {
            if (!open) {
                closed = how;
            }
            calls.endClose(!open);
        }
    }

    private void finishWork() {
        if (dropped && owner == Owner.OTHERS) {
            memory.destroy(this); // who knows whether there is such a stream
            return;
        }
        requireNotCapturing("close");
        synchronize();
        try {
            runChecks();
        } finally {
            if (!hasChecks()) { // a check that could not run stays, and the queue with it, for the session to close
                synchronize(); // checks may have queued copies
                memory.destroy(this);
            }
        }
    }

    private boolean hasChecks() {
        synchronized (checks) {
            return !checks.isEmpty();
        }
    }

    void watch(Leaks.Watch newWatch) {
        watch = newWatch;
    }

    /** Under the memory's lock: notes that its stream is given back. */
    void markClosed() {
        open = false;
        watch.end();
    }

    /** Notes that nobody holds it any more. */
    void drop() {
        dropped = true;
    }

    boolean isDropped() {
        return dropped;
    }

    /** Whether it may be closed at any time: others may have destroyed their stream long ago. */
    boolean isOwn() {
        return owner != Owner.OTHERS;
    }

    /** What errors call it. */
    String name() {
        return "stream=" + handle;
    }

    @Override
    public String toString() {
        return "stream#" + handle;
    }
}

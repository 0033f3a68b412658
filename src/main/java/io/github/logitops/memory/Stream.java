package io.github.logitops.memory;

import io.github.logitops.driver.MemoryDriver;
import java.util.ArrayList;
import java.util.List;

/**
 * A queue of work on the device. Ops on one stream run in the order in which they were called; ops on different streams may
 * run at the same time. Made by {@code LogitOps.newStream}.
 *
 * <p>An op that finds bad input on the device (a class label out of range) leaves word here: the next call that waits on this
 * stream ({@link #synchronize}, {@link Tensor#download}, {@link #close}) throws it, once.
 */
public final class Stream implements AutoCloseable {
    private final DeviceMemory memory;
    private final long handle;
    private final Owner owner;
    private final Site madeAt;
    private final List<Check> checks = new ArrayList<>();
    private Site closedAt;
    private volatile boolean closeTried;

    /** What an op wants looked at once its work is done. */
    @FunctionalInterface
    public interface Check {
        /** Throws what the device found. The stream's work is done when it is called. */
        void run(Stream stream);
    }

    /** Who destroys the driver's stream. */
    enum Owner {
        SESSION,
        OTHERS
    }

    Stream(DeviceMemory memory, long handle, Owner owner, Site madeAt) {
        this.memory = memory;
        this.handle = handle;
        this.owner = owner;
        this.madeAt = madeAt;
    }

    /** The driver's handle of this stream. */
    public long handle() {
        requireOpen();
        return handle;
    }

    /**
     * Waits until all work queued on this stream is done.
     *
     * @throws IllegalArgumentException if an op before found a label out of range; thrown once
     */
    public void synchronize() {
        requireOpen();
        memory.driver().synchronize(handle);
        runChecks();
    }

    /** Has work queued here from now on wait, on the device, for all work now queued on {@code other}. Does not wait itself. */
    public void waitFor(Stream other) {
        requireOpen();
        other.requireOpen();
        if (other.memory != memory) {
            throw new IllegalArgumentException(
                    "waitFor: streams must come from one session: stream=" + this + ", other=" + other);
        }
        long event = other.mark();
        try {
            memory.driver().waitEvent(handle, event);
        } finally {
            memory.driver().destroyEvent(event);
        }
    }

    /**
     * Has {@code check} run after the next wait on this stream.
     *
     * @return whether it was added: one that already waits its turn stays as it is
     */
    public boolean addCheck(Check check) {
        synchronized (checks) {
            return !checks.contains(check) && checks.add(check);
        }
    }

    /** Waits until all work queued on this stream is done and runs {@code check} now, if it still waits its turn. */
    public void settle(Check check) {
        requireOpen();
        memory.driver().synchronize(handle);
        boolean waiting;
        synchronized (checks) {
            waiting = checks.remove(check);
        }
        if (waiting) {
            check.run(this);
        }
    }

    /**
     * Waits until all work queued on this stream is done, then gives it back; a stream of others ({@code LogitOps.wrapStream})
     * stays theirs. Closing again does nothing.
     *
     * @throws IllegalArgumentException if an op found a label out of range and no wait before threw it
     */
    @Override
    public void close() {
        if (!isOpen()) {
            return;
        }
        closeTried = true;
        memory.driver().synchronize(handle);
        try {
            runChecks();
        } finally {
            if (!hasChecks()) { // a check that could not run stays, and the stream with it, for the session to close
                memory.driver().synchronize(handle); // checks may have queued copies
                memory.destroy(this);
            }
        }
    }

    private boolean hasChecks() {
        synchronized (checks) {
            return !checks.isEmpty();
        }
    }

    synchronized void destroy(MemoryDriver driver) {
        if (owner == Owner.SESSION) {
            driver.destroyStream(handle);
        }
        closedAt = memory.site("closed here");
    }

    /** Runs every check that waits its turn; throws the first failure with the others suppressed. */
    void runChecks() {
        List<Check> due;
        synchronized (checks) {
            due = List.copyOf(checks);
            checks.clear();
        }
        RuntimeException first = null;
        for (Check check : due) {
            try {
                check.run(this);
            } catch (RuntimeException e) {
                first = Resources.combine(first, e);
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** A new event, recorded here and now. */
    long mark() {
        long event = memory.driver().createEvent();
        try {
            memory.driver().recordEvent(event, handle);
        } catch (RuntimeException e) {
            Resources.closeAfter(e, List.of(() -> memory.driver().destroyEvent(event)));
            throw e;
        }
        return event;
    }

    /** Whether it is not closed. */
    public synchronized boolean isOpen() {
        return closedAt == null;
    }

    /** Throws {@link IllegalStateException}, with the place if it is known, if this stream is closed. */
    public synchronized void requireOpen() {
        if (closedAt != null) {
            throw new IllegalStateException(
                    "stream: used after close: stream=" + handle + ", closedAt=" + closedAt, closedAt.trace());
        }
    }

    DeviceMemory memory() {
        return memory;
    }

    /** Whether {@link #close} was called, though it may have failed: such a stream is the session's to close, but no leak. */
    boolean closeTried() {
        return closeTried;
    }

    Site madeAt() {
        return madeAt;
    }

    @Override
    public String toString() {
        return "stream#" + handle;
    }
}

package io.github.logitops.memory;

import io.github.logitops.spec.Arguments;
import java.lang.ref.Reference;
import java.util.function.Supplier;

/**
 * A queue of work on the device. Ops on one stream run in the order in which they were called; ops on different streams may
 * run at the same time. Made by {@code LogitOps.newStream}.
 *
 * <p>An op that finds bad input on the device (a class label out of range) leaves word here: the next call that waits on this
 * stream ({@link #synchronize}, {@link Tensor#download}, {@link #close}) throws it, once.
 *
 * <p>Any thread may close it: the close waits for the calls on it that are under way, and those that begin meanwhile are
 * refused with an {@link IllegalStateException}. One that is dropped instead is reported as a leak, and closed.
 */
public final class Stream implements AutoCloseable {
    private final WorkQueue queue;

    /** What an op wants looked at once its work is done. */
    @FunctionalInterface
    public interface Check {
        /** Throws what the device found. The stream's work is done when it is called. */
        void run(Stream stream);
    }

    Stream(WorkQueue queue) {
        this.queue = queue;
    }

    /** The driver's handle of this stream. */
    public long handle() {
        queue.requireOpen();
        return queue.handle;
    }

    /**
     * Waits until all work queued on this stream is done.
     *
     * @throws IllegalArgumentException if an op before found a label out of range; thrown once
     */
    public void synchronize() {
        during(() -> {
            queue.requireNotCapturing("synchronize");
            queue.synchronize();
            queue.runChecks();
        });
    }

    /**
     * Has work queued here from now on wait, on the device, for all work now queued on {@code other}; a closed one has none
     * left. Does not wait itself.
     */
    public void waitFor(Stream other) {
        if (equals(Arguments.notNull("waitFor", "other", other))) {
            return; // in order anyway
        }
        if (other.memory() != memory()) {
            throw new IllegalArgumentException(
                    "waitFor: streams must come from one session: stream=" + this + ", other=" + other);
        }
        during(() -> other.queue.orderBefore(queue));
    }

    /** As {@link #during(Supplier)}, for a call that returns nothing. */
    public void during(Runnable call) {
        Arguments.notNull("during", "call", call);
        queue.begin();
        try {
            call.run();
        } finally {
            queue.end();
        }
    }

    /**
     * Whether work that is queued here is recorded into a CUDA graph and not done, because its owner captures it. Ops whose
     * outputs are given can be captured; what allocates, copies to or from the host or waits is refused
     * ({@code docs/cuda-graphs.md}).
     */
    public boolean isCapturing() {
        queue.begin();
        try {
            return queue.isCapturing();
        } finally {
            queue.end();
        }
    }

    /**
     * Makes what {@code call} does one call: whoever closes this stream or its session waits for the end of it. It must not
     * close other streams or sessions, nor end the virtual machine: calls that close each other's would wait for ever.
     */
    public <R> R during(Supplier<R> call) {
        Arguments.notNull("during", "call", call);
        queue.begin();
        try {
            return call.get();
        } finally {
            queue.end();
        }
    }

    /**
     * Has {@code check} run after the next wait on this stream.
     *
     * @return whether it was added: one that already waits its turn stays as it is
     */
    public boolean addCheck(Check check) {
        queue.requireOpen();
        return queue.addCheck(Arguments.notNull("addCheck", "check", check));
    }

    /**
     * Takes out a check, for a caller who waits for this stream's work next and then looks himself.
     *
     * @return whether it waited its turn
     * @throws IllegalStateException if the stream is captured, which nobody can wait for, or closed
     */
    public boolean takeCheck(Check check) {
        Arguments.notNull("takeCheck", "check", check);
        queue.begin();
        try {
            queue.requireNotCapturing("await");
            return queue.removeCheck(check);
        } finally {
            queue.end();
        }
    }

    /**
     * Waits for calls on this stream by other threads and until all work queued on it is done, then gives it back; a stream of
     * others ({@code LogitOps.wrapStream}) stays theirs. Closing again does nothing.
     *
     * @throws IllegalArgumentException if an op found a label out of range and no wait before threw it
     * @throws IllegalStateException if it is called in the midst of a call on this stream
     */
    @Override
    public void close() {
        try {
            memory().close(queue);
        } finally {
            Reference.reachabilityFence(this); // else it may count as dropped
        }
    }

    /** Whether it is not closed. */
    public boolean isOpen() {
        return queue.isOpen();
    }

    /** Throws {@link IllegalStateException}, with the place if it is known, if this stream is closed. */
    public void requireOpen() {
        queue.requireOpen();
    }

    DeviceMemory memory() {
        return queue.memory;
    }

    WorkQueue queue() {
        return queue;
    }

    /** Whether the other is a handle of the same stream. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Stream that && that.queue == queue;
    }

    @Override
    public int hashCode() {
        return queue.hashCode();
    }

    @Override
    public String toString() {
        return queue.toString();
    }
}

package io.github.logitops.memory;

import java.util.function.Supplier;

/**
 * A queue of work on the device. Ops on one stream run in the order in which they were called; ops on different streams may
 * run at the same time. Made by {@link io.github.logitops.LogitOps#newStream}.
 *
 * <p>An op that finds bad input on the device (a class label out of range) leaves word here: the next call that waits on this
 * stream ({@link #synchronize}, {@link Tensor#download}, {@link #close}) throws it, once.
 *
 * <p>Any thread may close it: the close waits for the calls on it that are under way, and those that begin meanwhile are
 * refused with an {@link IllegalStateException}. One that is dropped instead is reported as a leak, and closed.
 *
 * <p>Two are equal if they are handles of one stream. Only sessions make streams: calls take no other implementation.
 */
public interface Stream extends AutoCloseable {
    /** The driver's handle of this stream. */
    long handle();

    /**
     * Waits until all work queued on this stream is done.
     *
     * @throws IllegalArgumentException if an op before found a label out of range; thrown once
     */
    void synchronize();

    /**
     * Has work queued here from now on wait, on the device, for all work now queued on {@code other}; a closed one has none
     * left. Does not wait itself.
     */
    void waitFor(Stream other);

    /** As {@link #during(Supplier)}, for a call that returns nothing. */
    void during(Runnable call);

    /**
     * Whether work that is queued here is recorded into a CUDA graph and not done, because its owner captures it. Ops whose
     * outputs are given can be captured; what allocates, copies to or from the host or waits is refused
     * ({@code docs/cuda-graphs.md}).
     */
    boolean isCapturing();

    /**
     * Makes what {@code call} does one call: whoever closes this stream or its session waits for the end of it. It must not
     * close other streams or sessions, nor end the virtual machine: calls that close each other's would wait for ever.
     */
    <R> R during(Supplier<R> call);

    /**
     * Waits for calls on this stream by other threads and until all work queued on it is done, then gives it back; a stream of
     * others ({@link io.github.logitops.LogitOps#wrapStream}) stays theirs. Closing again does nothing.
     *
     * @throws IllegalArgumentException if an op found a label out of range and no wait before threw it
     * @throws IllegalStateException if it is called in the midst of a call on this stream
     */
    @Override
    void close();

    /** Whether it is not closed. */
    boolean isOpen();

    /** Throws {@link IllegalStateException}, with the place if it is known, if this stream is closed. */
    void requireOpen();
}

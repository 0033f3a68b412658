package io.github.logitops.driver;

import io.github.logitops.memory.DeviceOutOfMemoryException;
import io.github.logitops.memory.DriverException;
import java.nio.ByteBuffer;

/**
 * The memory half of a device: allocations, copies, streams and events, in CUDA's vocabulary. Addresses, streams and
 * events are the driver's own 64-bit handles. Work on one stream runs in order; copies are queued and do not wait unless
 * they say so.
 *
 * <p>Every method throws {@link DriverException} if the device refuses, and has then changed nothing. Methods may be called
 * from any thread. This is mechanics only: who owns what, and when memory may be reused, is decided above.
 */
public interface MemoryDriver extends AutoCloseable {
    /** The device in words, such as its name and memory. */
    String device();

    /**
     * The address of new memory of this many bytes (at least 1), aligned to 256 bytes, with undefined content.
     *
     * @throws DeviceOutOfMemoryException if there is not enough
     */
    long allocate(long bytes);

    /** Gives memory back at once: no queued work may still use it. */
    void free(long address);

    /** Whether the device can use arrays and buffers of callers as they are: most cannot. */
    default boolean lends() {
        return false;
    }

    /**
     * The address of a caller's memory as device memory, until it is {@linkplain #takeBack taken back}; 0 if it cannot be used as it is.
     * It is no allocation, and not freed.
     *
     * @param memory a {@code HostTensor}
     */
    default long lend(Object memory) {
        return 0;
    }

    /** Ends what {@link #lend} began: no queued work may still use it. */
    default void takeBack(long address) {
        throw new DriverException("memory: nothing was lent: address=0x" + Long.toHexString(address));
    }

    /** Whether the device can reach {@code bytes} bytes from {@code address} on, in one live allocation. */
    boolean isAccessible(long address, long bytes);

    /** Host memory that copies may use, in native byte order; page-locked where the device has use for that. */
    ByteBuffer allocateHost(int bytes);

    /** Gives back what {@link #allocateHost} returned: no queued copy may still use it. */
    void freeHost(ByteBuffer buffer);

    /** Queues a copy of all of {@code source} (position to limit), which must stay unchanged until the stream got there. */
    void copyToDevice(long destination, ByteBuffer source, long stream);

    /** Queues a copy that fills {@code destination} (position to limit), to be read once the stream got there. */
    void copyToHost(ByteBuffer destination, long source, long stream);

    /** Queues an overwrite of {@code bytes} bytes (at least 1) with {@code value}. */
    void fill(long destination, byte value, long bytes, long stream);

    /** A new stream, independent of all others. */
    long createStream();

    /** Gives a stream back. Its work must be done. */
    void destroyStream(long stream);

    /** Whether the handle is a stream that work of this device can be queued on. */
    boolean isStream(long stream);

    /** Waits until all work queued on the stream is done. */
    void synchronize(long stream);

    /**
     * Whether work that is queued on the stream is recorded into a graph, to be replayed later, instead of being done: its owner
     * captures it. Never on a device without graphs.
     */
    default boolean isCapturing(long stream) {
        return false;
    }

    /** A new event, complete until it is recorded. */
    long createEvent();

    /** Gives an event back. */
    void destroyEvent(long event);

    /** Lets the event complete when the work now queued on the stream is done. */
    void recordEvent(long event, long stream);

    /** Has work queued on the stream from now on wait, on the device, until the event is complete. */
    void waitEvent(long stream, long event);

    /** Whether the event is complete, without waiting. */
    boolean isComplete(long event);

    /** Waits until the event is complete. */
    void awaitEvent(long event);

    /**
     * Waits for calls under way in other threads, refuses those that begin later with {@link IllegalStateException}, and gives
     * everything back, host memory too: its buffers must not be touched any more.
     */
    @Override
    void close();
}

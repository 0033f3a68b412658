package io.github.logitops.cpu;

import io.github.logitops.driver.MemoryDriver;
import io.github.logitops.memory.DeviceOutOfMemoryException;
import io.github.logitops.memory.DriverException;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The device of the CPU mode: memory on the Java heap behind made-up addresses, which are never used twice, so that stale
 * ones are found out. Everything runs at once on the calling thread: streams and events are mere numbers and always done.
 * An allocation is one array.
 */
public final class HostDriver implements MemoryDriver {
    private static final long ALIGNMENT = 256;
    private static final String FULL = "host memory: the Java heap is full";
    /** The largest allocation: the longest array of common virtual machines. */
    public static final int MAX_BYTES = Integer.MAX_VALUE - 8;

    private final ConcurrentSkipListMap<Long, HostMemory> allocations = new ConcurrentSkipListMap<>();
    private final Set<Long> streams = ConcurrentHashMap.newKeySet();
    private final AtomicLong nextAddress = new AtomicLong(1L << 32);
    private final AtomicLong nextHandle = new AtomicLong(1);
    private final AtomicLong inUse = new AtomicLong();

    /**
     * What {@code allocation} makes on the heap, {@code bytes} bytes of arrays.
     *
     * @param failure what to say if the heap has no room for them
     * @throws DeviceOutOfMemoryException with that; the heap is sound nonetheless
     */
    <T> T onHeap(String failure, long bytes, Supplier<T> allocation) {
        try {
            return allocation.get();
        } catch (OutOfMemoryError e) {
            throw new DeviceOutOfMemoryException(failure, bytes, inUse.get());
        }
    }

    /** The memory of a tensor, from its first element to its last. */
    ByteBuffer memory(Tensor tensor) {
        return memory(tensor.address(), tensor.bytes());
    }

    /** The same as elements of its dtype, a floating one. */
    ElementBuffer elements(Tensor tensor) {
        Map.Entry<Long, HostMemory> in = requireHolding(tensor.address(), tensor.bytes());
        return in.getValue().elements(tensor.dtype(), (int) (tensor.address() - in.getKey()), (int) tensor.bytes());
    }

    private ByteBuffer memory(long address, long bytes) {
        Map.Entry<Long, HostMemory> in = requireHolding(address, bytes);
        return in.getValue().bytes((int) (address - in.getKey()), (int) bytes);
    }

    private Map.Entry<Long, HostMemory> requireHolding(long address, long bytes) {
        Map.Entry<Long, HostMemory> allocation = holding(address, bytes);
        if (allocation == null) {
            throw new DriverException("host memory: no live allocation holds this range: address=0x"
                    + Long.toHexString(address) + ", bytes=" + bytes);
        }
        return allocation;
    }

    /** The allocation that holds this range, with its address; or null. */
    private Map.Entry<Long, HostMemory> holding(long address, long bytes) {
        Map.Entry<Long, HostMemory> below = allocations.floorEntry(address);
        return below != null && bytes <= below.getValue().bytes() - (address - below.getKey()) ? below : null;
    }

    @Override
    public String device() {
        Runtime runtime = Runtime.getRuntime();
        return "CPU, " + System.getProperty("os.arch") + ", " + runtime.availableProcessors() + " threads, "
                + (runtime.maxMemory() >> 20) + " MiB heap";
    }

    @Override
    public long allocate(long bytes) {
        if (bytes > MAX_BYTES) {
            throw new DeviceOutOfMemoryException(
                    "host memory: a tensor of the CPU mode is one Java array, of at most " + MAX_BYTES + " bytes",
                    bytes,
                    inUse.get());
        }
        ByteBuffer memory = onHeap(FULL, bytes, () -> ByteBuffer.allocate((int) bytes));
        inUse.addAndGet(bytes);
        return place(new HostMemory.Bytes(memory));
    }

    private long place(HostMemory memory) {
        // A gap after every allocation keeps an overrun from reaching the next one.
        long address = nextAddress.getAndAdd((memory.bytes() + 2 * ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        allocations.put(address, memory);
        return address;
    }

    @Override
    public boolean lends() {
        return true;
    }

    @Override
    public long lend(Object lent) {
        HostMemory memory = HostMemory.lent((HostTensor) lent);
        return memory == null || memory.bytes() == 0 || memory.bytes() > MAX_BYTES ? 0 : place(memory);
    }

    @Override
    public void takeBack(long address) {
        allocations.remove(address);
    }

    @Override
    public void free(long address) {
        HostMemory memory = allocations.remove(address);
        if (memory == null) {
            throw new DriverException("host memory: not an allocation: address=0x" + Long.toHexString(address));
        }
        inUse.addAndGet(-memory.bytes());
    }

    @Override
    public boolean isAccessible(long address, long bytes) {
        return holding(address, bytes) != null;
    }

    @Override
    public ByteBuffer allocateHost(int bytes) {
        return onHeap(FULL, bytes, () -> ByteBuffer.allocate(bytes)).order(ByteOrder.nativeOrder());
    }

    @Override
    public void freeHost(ByteBuffer buffer) {
        // the garbage collector's
    }

    @Override
    public void copyToDevice(long destination, ByteBuffer source, long stream) {
        Map.Entry<Long, HostMemory> in = requireHolding(destination, source.remaining());
        in.getValue().put((int) (destination - in.getKey()), source);
    }

    @Override
    public void copyToHost(ByteBuffer destination, long source, long stream) {
        Map.Entry<Long, HostMemory> in = requireHolding(source, destination.remaining());
        in.getValue().get((int) (source - in.getKey()), destination);
    }

    @Override
    public void fill(long destination, byte value, long bytes, long stream) {
        ByteBuffer memory = memory(destination, bytes);
        while (memory.hasRemaining()) {
            memory.put(value);
        }
    }

    @Override
    public long createStream() {
        long stream = nextHandle.getAndIncrement();
        streams.add(stream);
        return stream;
    }

    @Override
    public void destroyStream(long stream) {
        streams.remove(stream);
    }

    @Override
    public boolean isStream(long stream) {
        return stream == 0 || streams.contains(stream); // 0 is everybody's default stream, as in CUDA
    }

    @Override
    public void synchronize(long stream) {
        // always done
    }

    @Override
    public long createEvent() {
        return nextHandle.getAndIncrement();
    }

    @Override
    public void destroyEvent(long event) {
        // holds nothing
    }

    @Override
    public void recordEvent(long event, long stream) {
        // always complete
    }

    @Override
    public void waitEvent(long stream, long event) {
        // always complete
    }

    @Override
    public boolean isComplete(long event) {
        return true;
    }

    @Override
    public void awaitEvent(long event) {
        // always complete
    }

    @Override
    public void close() {
        allocations.clear();
        inUse.set(0);
    }
}

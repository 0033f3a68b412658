package io.github.logitops.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.logitops.driver.InstrumentedDriver;
import io.github.logitops.driver.Launch;
import io.github.logitops.driver.MatrixProducts;
import io.github.logitops.driver.MemoryDriver;
import io.github.logitops.memory.DeviceOutOfMemoryException;
import io.github.logitops.memory.DriverException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * A driver that passes each call on the memory half on, notes kernel launches without running anything, keeps account of what is held,
 * can be told to refuse the n-th call or to have no memory left, and can hold events and copies back until somebody waits, as a slow
 * device would.
 */
public final class WatchedDriver implements InstrumentedDriver {
    private final MemoryDriver driver;
    private final int computeCapability;
    private final Map<Long, Long> allocations = new ConcurrentHashMap<>();
    private final Set<Long> streams = ConcurrentHashMap.newKeySet();
    private final Set<Long> busy = ConcurrentHashMap.newKeySet(); // streams with work that nobody waited for
    private final Map<Long, Long> events =
            new ConcurrentHashMap<>(); // event -> stream whose work it stands for, 0 if complete
    private final List<String> waits = new ArrayList<>();
    private final List<String> modules = new ArrayList<>();
    private final List<Launch> launches = new ArrayList<>();
    private final Map<Long, Callable<Void>> hooks = new ConcurrentHashMap<>();
    private final AtomicInteger hostBuffers = new AtomicInteger(); // threads may need some at the same time
    private final Map<Long, Deque<Runnable>> late = new HashMap<>(); // what streams have still to do
    private int calls;
    private int refusedCall = -1;
    private int fullFor;
    private boolean slow;
    private boolean copiesAreLate;
    private volatile boolean closed;

    public WatchedDriver(MemoryDriver driver) {
        this(driver, 90);
    }

    /** Of a device with this compute capability. */
    public WatchedDriver(MemoryDriver driver, int computeCapability) {
        this.driver = driver;
        this.computeCapability = computeCapability;
    }

    /** Refuses the n-th call from now on, counted from 1, once; none if it is 0. */
    public void refuse(int n) {
        calls = 0;
        refusedCall = n;
    }

    /** Whether the call to refuse came. */
    public boolean hasRefused() {
        return refusedCall > 0 && calls >= refusedCall;
    }

    /** Has {@code hook} run once, in the midst of the next wait for this stream. */
    public void whenSynchronizing(long stream, Callable<Void> hook) {
        hooks.put(stream, hook);
    }

    /** From now on work on streams is not done before somebody waits for it. */
    public void beSlow() {
        slow = true;
    }

    /**
     * Is slow from now on, and does copies only when somebody waits for them: a host buffer that is used again or freed too early
     * shows in what arrives.
     */
    public void copyLate() {
        beSlow();
        copiesAreLate = true;
    }

    /** Has the next allocations find no memory, as many as this says. */
    public void beFull(int allocations) {
        fullFor = allocations;
    }

    /** Which stream was told to wait for work on which other stream, in order. */
    public List<String> waits() {
        return waits;
    }

    /** The names of the modules that were loaded, in order. */
    public List<String> modules() {
        return modules;
    }

    /** The kernel launches, in order. */
    public List<Launch> launches() {
        return launches;
    }

    public int streamsHeld() {
        return streams.size();
    }

    public boolean isClosed() {
        return closed;
    }

    public int eventsHeld() {
        return events.size();
    }

    public long bytesHeld() {
        return allocations.values().stream().mapToLong(Long::longValue).sum();
    }

    public int hostBuffersHeld() {
        return hostBuffers.get();
    }

    public void assertNothingHeld() {
        assertEquals(Map.of(), allocations, "device memory");
        assertEquals(Set.of(), streams, "streams");
        assertEquals(Map.of(), events, "events");
        assertEquals(0, hostBuffersHeld(), "host buffers");
    }

    private void count(String call) {
        calls++;
        if (calls == refusedCall) {
            throw new DriverException(call + " refused");
        }
    }

    private void copy(long stream, Runnable copy) {
        busy.add(stream);
        if (copiesAreLate) {
            putLate(stream, copy);
        } else {
            copy.run();
        }
    }

    private void putLate(long stream, Runnable work) {
        synchronized (late) {
            late.computeIfAbsent(stream, first -> new ArrayDeque<>()).add(work);
        }
    }

    /** Does what the stream has still to do, in order, until it is enough. */
    private void catchUp(long stream, BooleanSupplier enough) {
        synchronized (late) {
            Deque<Runnable> work = late.getOrDefault(stream, new ArrayDeque<>());
            while (!work.isEmpty() && !enough.getAsBoolean()) {
                work.poll().run();
            }
        }
    }

    private void catchUpWith(long event) {
        catchUp(events.get(event), () -> events.get(event) == 0);
    }

    @Override
    public int maxSharedBytes() {
        return 99 << 10;
    }

    @Override
    public String device() {
        return driver.device();
    }

    @Override
    public long allocate(long bytes) {
        count("allocate");
        if (fullFor > 0) {
            fullFor--;
            throw new DeviceOutOfMemoryException("allocate: the device is full", bytes, bytesHeld());
        }
        long address = driver.allocate(bytes);
        allocations.put(address, bytes);
        return address;
    }

    @Override
    public void free(long address) {
        count("free");
        driver.free(address);
        allocations.remove(address);
    }

    @Override
    public boolean isAccessible(long address, long bytes) {
        count("isAccessible");
        return driver.isAccessible(address, bytes);
    }

    @Override
    public ByteBuffer allocateHost(int bytes) {
        count("allocateHost");
        ByteBuffer buffer = driver.allocateHost(bytes);
        hostBuffers.incrementAndGet();
        return buffer;
    }

    @Override
    public void freeHost(ByteBuffer buffer) {
        count("freeHost");
        if (copiesAreLate) {
            buffer.clear().put(new byte[buffer.capacity()]); // what a copy would find that still reads it
        }
        driver.freeHost(buffer);
        hostBuffers.decrementAndGet();
    }

    @Override
    public void copyToDevice(long destination, ByteBuffer source, long stream) {
        count("copyToDevice");
        ByteBuffer asItIs = source.duplicate(); // position and limit are the caller's again
        copy(stream, () -> driver.copyToDevice(destination, asItIs, stream));
    }

    @Override
    public void copyToHost(ByteBuffer destination, long source, long stream) {
        count("copyToHost");
        ByteBuffer asItIs = destination.duplicate();
        copy(stream, () -> driver.copyToHost(asItIs, source, stream));
    }

    @Override
    public void fill(long destination, byte value, long bytes, long stream) {
        count("fill");
        copy(stream, () -> driver.fill(destination, value, bytes, stream));
    }

    @Override
    public long createStream() {
        count("createStream");
        long stream = driver.createStream();
        streams.add(stream);
        return stream;
    }

    @Override
    public void destroyStream(long stream) {
        count("destroyStream");
        assertFalse(busy.contains(stream), "a stream was destroyed before its work was done");
        driver.destroyStream(stream);
        streams.remove(stream);
    }

    @Override
    public boolean isStream(long stream) {
        count("isStream");
        return driver.isStream(stream);
    }

    @Override
    public void synchronize(long stream) {
        count("synchronize");
        Callable<Void> hook = hooks.remove(stream);
        if (hook != null) {
            try {
                hook.call();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
        catchUp(stream, () -> false);
        driver.synchronize(stream);
        busy.remove(stream);
        events.replaceAll((event, of) -> of == stream ? 0 : of);
    }

    @Override
    public long createEvent() {
        count("createEvent");
        long event = driver.createEvent();
        events.put(event, 0L);
        return event;
    }

    @Override
    public void destroyEvent(long event) {
        count("destroyEvent");
        driver.destroyEvent(event);
        events.remove(event);
    }

    @Override
    public void recordEvent(long event, long stream) {
        count("recordEvent");
        driver.recordEvent(event, stream);
        events.put(event, slow ? stream : 0);
        if (copiesAreLate) {
            putLate(stream, () -> events.replace(event, stream, 0L));
        }
    }

    @Override
    public void waitEvent(long stream, long event) {
        count("waitEvent");
        long of = events.get(event);
        catchUpWith(event); // sooner than it must
        driver.waitEvent(stream, event);
        waits.add(stream + " waits for " + of);
    }

    @Override
    public boolean isComplete(long event) {
        count("isComplete");
        return events.get(event) == 0 && driver.isComplete(event);
    }

    @Override
    public void awaitEvent(long event) {
        count("awaitEvent");
        catchUpWith(event);
        driver.awaitEvent(event);
        events.put(event, 0L);
    }

    @Override
    public int computeCapability() {
        return computeCapability;
    }

    @Override
    public long loadModule(String name, byte[] ptx) {
        count("loadModule");
        modules.add(name);
        return modules.size();
    }

    @Override
    public long function(long module, String entry) {
        count("function");
        return module * 1000 + entry.length();
    }

    @Override
    public void allowLargeClusters(long function) {
        count("allowLargeClusters");
    }

    @Override
    public void launch(Launch launch, int times, long stream) {
        count("launch");
        launches.addAll(Collections.nCopies(times, launch));
        busy.add(stream);
    }

    @Override
    public MatrixProducts matrixProducts() {
        count("matrixProducts");
        return new WatchedProducts(stream -> {
            count("multiply");
            busy.add(stream);
        });
    }

    @Override
    public void copyOnDevice(long destination, long source, long bytes, long stream) {
        count("copyOnDevice");
        busy.add(stream);
    }

    @Override
    public long createTimingEvent() {
        return createEvent();
    }

    @Override
    public float elapsedMillis(long start, long end) {
        count("elapsedMillis");
        return 0;
    }

    @Override
    public void close() {
        driver.close();
        closed = true;
    }
}

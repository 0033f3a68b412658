package io.github.logitops.emulator;

import io.github.logitops.driver.Driver;
import io.github.logitops.driver.DriverException;
import io.github.logitops.driver.Launch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A device that interprets PTX, with checks that no device makes. Everything is done when a call returns. What a kernel must
 * not do is an {@link EmulatorException} of the launch, what the host must not do a {@link DriverException}.
 */
public final class PtxEmulatorDriver implements Driver {
    private static final Pattern TARGET = Pattern.compile("^\\.target (sm_\\d+)", Pattern.MULTILINE);

    /** What was parsed, for all drivers: sessions are many and modules few. Comparing bytes is faster than hashing them. */
    private static final List<Parsed> PARSED = new CopyOnWriteArrayList<>();

    private record Parsed(String name, byte[] ptx, Map<String, Entry> entries) {}

    private final int computeCapability;
    private final GlobalMemory memory = new GlobalMemory();
    private final Set<Long> streams = ConcurrentHashMap.newKeySet();
    private final AtomicLong nextHandle = new AtomicLong(1);
    private final List<Map<String, Entry>> modules = new ArrayList<>();
    private final List<Entry> functions = new ArrayList<>();

    /** A device of this compute capability, as in 90. */
    public PtxEmulatorDriver(int computeCapability) {
        this.computeCapability = computeCapability;
    }

    @Override
    public String device() {
        return "emulated, compute capability " + computeCapability / 10 + "." + computeCapability % 10;
    }

    @Override
    public int computeCapability() {
        return computeCapability;
    }

    @Override
    public synchronized long loadModule(String name, byte[] ptx) {
        modules.add(parsed(name, ptx));
        return modules.size() - 1;
    }

    private static Map<String, Entry> parsed(String name, byte[] ptx) {
        for (Parsed known : PARSED) {
            if (known.name().equals(name) && Arrays.equals(known.ptx(), ptx)) {
                return known.entries();
            }
        }
        String text = new String(ptx, StandardCharsets.UTF_8);
        Matcher target = TARGET.matcher(text);
        String file = name + (target.find() ? "." + target.group(1) : "") + ".ptx";
        Map<String, Entry> entries = Parser.parse(file, text);
        PARSED.add(new Parsed(name, ptx, entries));
        return entries;
    }

    @Override
    public synchronized long function(long module, String entry) {
        Entry function = modules.get((int) module).get(entry);
        if (function == null) {
            throw new DriverException("emulator: no such kernel: entry=" + entry + ", module=" + module);
        }
        functions.add(function);
        return functions.size() - 1;
    }

    @Override
    public void launch(Launch launch, long stream) {
        requireStream(stream);
        Entry entry;
        synchronized (this) {
            entry = functions.get((int) launch.function());
        }
        if (launch.blocks() < 1) {
            throw new EmulatorException("emulator: a launch needs a block: " + launch);
        }
        new Grid(entry, launch.blocks(), launch.threads(), launch.arguments(), memory).run();
    }

    @Override
    public long allocate(long bytes) {
        return memory.allocate(bytes);
    }

    @Override
    public void free(long address) {
        onHost(() -> memory.free(address));
    }

    @Override
    public boolean isAccessible(long address, long bytes) {
        return memory.isAccessible(address, bytes);
    }

    @Override
    public ByteBuffer allocateHost(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }

    @Override
    public void freeHost(ByteBuffer buffer) {
        // the garbage collector's
    }

    @Override
    public void copyToDevice(long destination, ByteBuffer source, long stream) {
        requireStream(stream);
        onHost(() -> memory.copyIn(destination, source));
    }

    @Override
    public void copyToHost(ByteBuffer destination, long source, long stream) {
        requireStream(stream);
        onHost(() -> memory.copyOut(source, destination));
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
        return stream == 0 || streams.contains(stream);
    }

    @Override
    public void synchronize(long stream) {
        requireStream(stream);
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
        requireStream(stream);
    }

    @Override
    public void waitEvent(long stream, long event) {
        requireStream(stream);
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
    public void copyOnDevice(long destination, long source, long bytes, long stream) {
        ByteBuffer copy = allocateHost(Math.toIntExact(bytes));
        copyToHost(copy, source, stream);
        copyToDevice(destination, copy, stream);
    }

    @Override
    public long createTimingEvent() {
        return createEvent();
    }

    /** An emulated device has no time of its own. */
    @Override
    public float elapsedMillis(long start, long end) {
        return 1;
    }

    @Override
    public void close() {
        streams.clear();
    }

    private void requireStream(long stream) {
        if (!isStream(stream)) {
            throw new DriverException("emulator: not a stream: stream=" + stream);
        }
    }

    private static void onHost(Runnable access) {
        try {
            access.run();
        } catch (Fault e) {
            throw new DriverException("emulator: " + e.getMessage());
        }
    }
}

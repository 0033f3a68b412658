package io.github.logitops.emulator;

import io.github.logitops.driver.ClusterRefusedException;
import io.github.logitops.driver.InstrumentedDriver;
import io.github.logitops.driver.Launch;
import io.github.logitops.driver.MatrixProducts;
import io.github.logitops.memory.DriverException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;

/**
 * A device that interprets PTX, with checks that no device makes. Queued work runs when somebody waits, as late and in as bad an
 * order as streams and events allow. What a kernel must not do is an {@link EmulatorException} of the wait in which it ran,
 * what the host must not do a {@link DriverException}.
 */
public final class PtxEmulatorDriver implements InstrumentedDriver {
    private static final int PORTABLE_CLUSTER = 8; // blocks that every device of an architecture with clusters has
    private static final byte POISON =
            (byte) 0xCB; // in what no copy has filled: a large negative number of every dtype

    /** What was parsed, for all drivers: sessions are many and modules few. Comparing bytes is faster than hashing them. */
    private static final List<Parsed> PARSED = new CopyOnWriteArrayList<>();

    private record Parsed(String name, byte[] ptx, Approximations approximations, Map<String, Entry> entries) {}

    private final int computeCapability;
    private final Schedule schedule;
    private final Approximations approximations;
    private final GlobalMemory memory = new GlobalMemory();
    private final Queues queues;
    private final Products products;
    private final AtomicLong nextHandle = new AtomicLong(1);
    private final List<Map<String, Entry>> modules = new ArrayList<>();
    private final List<Entry> functions = new ArrayList<>();
    private final Map<String, Integer> omitted = new ConcurrentHashMap<>(); // barriers by kernel
    private final Set<Long> largeClusters = ConcurrentHashMap.newKeySet(); // functions that may have them
    private int mostClusterBlocks = SharedMemory.MOST_RANKS;
    private int mostBlocks = Integer.MAX_VALUE;
    private Path replacements;
    private List<LaunchProfile> profiles; // null: nobody asked
    private Consumer<String> onLaunch = entry -> {};

    /** A device of this compute capability, as in 90, in lockstep and with exact approximations. */
    public PtxEmulatorDriver(int computeCapability) {
        this(computeCapability, Schedule.of(Schedule.Order.LOCKSTEP, 0), Approximations.NEAREST);
    }

    /** A device that runs kernels and streams on this schedule. */
    public PtxEmulatorDriver(int computeCapability, Schedule schedule, Approximations approximations) {
        this.computeCapability = computeCapability;
        this.schedule = schedule;
        this.approximations = approximations;
        queues = new Queues(schedule.random(-1));
        products = new Products(memory, queues);
    }

    /** Tells this the name of each kernel that is launched. */
    public void onLaunch(Consumer<String> listener) {
        onLaunch = listener;
    }

    /** Gives launches no more blocks than this, as where rows are more than a grid may have: kernels step through the rest. */
    public void limitBlocks(int most) {
        mostBlocks = most;
    }

    /** Makes this a device that has no clusters of more blocks than this. */
    public void refuseClusters(int most) {
        mostClusterBlocks = most;
    }

    /** Modules of which this folder has other PTX, as in {@code softmax_fwd_rows_f32.sm_80.ptx}, are loaded from there. */
    public void replacePtx(Path folder) {
        replacements = folder;
    }

    /** How many instructions of a kernel have threads wait for others, or end such waits; it must have been used. */
    public int barriers(String entry) {
        return (int) Arrays.stream(loaded(entry).code())
                .filter(Instruction::synchronises)
                .count();
    }

    /** Leaves the n-th of those {@link #barriers} of a kernel out, to see whether that is noticed. */
    public void omitBarrier(String entry, int n) {
        omitted.put(entry, n);
    }

    private synchronized Entry loaded(String entry) {
        return functions.stream()
                .filter(function -> function.name().equals(entry))
                .findFirst()
                .orElseThrow();
    }

    /** From now on launches are counted. */
    public void startProfiling() {
        profiles = new CopyOnWriteArrayList<>();
    }

    /** The launches since {@link #startProfiling} that have run, in the order in which they did. */
    public List<LaunchProfile> profiles() {
        return profiles;
    }

    @Override
    public String device() {
        return "emulated, compute capability " + computeCapability / 10 + "." + computeCapability % 10 + ", schedule "
                + schedule;
    }

    @Override
    public int computeCapability() {
        return computeCapability;
    }

    /** As the CUDA programming guide lists it for each compute capability. */
    @Override
    public int maxSharedBytes() {
        return 1024
                * switch (computeCapability) {
                    case 75 -> 64;
                    case 80 -> 163;
                    case 86, 89 -> 99;
                    default -> 227;
                };
    }

    @Override
    public synchronized long loadModule(String name, byte[] ptx) {
        Matcher target = PtxText.TARGET.matcher(PtxText.of(ptx));
        if (target.find() && Integer.parseInt(target.group(1)) > computeCapability) {
            throw new DriverException("emulator: a module for newer devices: target=sm_" + target.group(1)
                    + ", compute capability=" + computeCapability + ", module=" + name);
        }
        modules.add(parsed(name, PtxText.replacement(replacements, name, ptx)));
        return modules.size() - 1;
    }

    private Map<String, Entry> parsed(String name, byte[] ptx) {
        for (Parsed known : PARSED) {
            if (known.name().equals(name)
                    && known.approximations() == approximations
                    && Arrays.equals(known.ptx(), ptx)) {
                return known.entries();
            }
        }
        Map<String, Entry> entries = Parser.parse(PtxText.file(name, ptx), PtxText.of(ptx), approximations);
        PARSED.add(new Parsed(name, ptx, approximations, entries));
        return entries;
    }

    @Override
    public synchronized long function(long module, String entry) {
        Entry function = modules.get((int) module).get(entry);
        if (function == null) {
            throw new DriverException("emulator: no such kernel: entry=" + entry + ", module=" + module);
        }
        Integer barrier = omitted.get(entry);
        functions.add(barrier == null ? function : function.withoutBarrier(barrier));
        return functions.size() - 1;
    }

    @Override
    public void allowLargeClusters(long function) {
        entry(function);
        largeClusters.add(function);
    }

    @Override
    public void launch(Launch launch, int times, long stream) {
        for (int i = 0; i < times; i++) {
            queue(launch, stream);
        }
    }

    @Override
    public MatrixProducts matrixProducts() {
        return products;
    }

    /** Fails, as {@link #launch} would, unless a kernel takes a launch's arguments and threads; runs nothing. */
    public void requireTaken(long function, Launch launch) {
        entry(function).values(launch.arguments(), launch.threads() * launch.threadsY());
    }

    private synchronized Entry entry(long function) {
        return functions.get((int) function);
    }

    private void queue(Launch launch, long stream) {
        Entry entry = entry(launch.function());
        onLaunch.accept(entry.name());
        if (launch.blocks() < 1) {
            throw new EmulatorException("emulator: a launch needs a block: " + launch);
        }
        boolean steps = !launch.entry().matches("\\w+_(held\\d?|tile)_\\w+|batch_sums_\\w+");
        int cluster = entry.clusterBlocks();
        requireCluster(launch, cluster);
        int blocks =
                steps ? Math.min(launch.blocks(), Math.max(cluster, mostBlocks / cluster * cluster)) : launch.blocks();
        Counters counters = profiles == null ? null : new Counters(entry);
        int sharedBytes = launch.sharedBytes() + Entry.Variable.bytes(entry.shared());
        if (sharedBytes > maxSharedBytes()) {
            throw new EmulatorException("emulator: more shared memory than a block can have: bytes=" + sharedBytes
                    + ", maximum=" + maxSharedBytes() + ", " + launch);
        }
        Grid grid = new Grid(entry, blocks, launch, memory, schedule, counters);
        queues.add(stream, () -> {
            grid.run();
            if (counters != null) {
                profiles.add(counters.profile(blocks, grid.threads()));
            }
        });
    }

    private void requireCluster(Launch launch, int blocks) {
        int most = largeClusters.contains(launch.function())
                ? mostClusterBlocks
                : Math.min(mostClusterBlocks, PORTABLE_CLUSTER);
        if (blocks > most) {
            throw new ClusterRefusedException(
                    "emulator: cuLaunchKernel failed: CUDA_ERROR_INVALID_CLUSTER_SIZE (912): " + launch);
        }
        if (launch.blocks() % blocks != 0) {
            throw new DriverException("emulator: a grid must be whole clusters: blocks=" + launch.blocks()
                    + ", cluster=" + blocks + ", " + launch);
        }
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
        poison(buffer.duplicate().clear());
    }

    @Override
    public void copyToDevice(long destination, ByteBuffer source, long stream) {
        ByteBuffer bytes = source.duplicate();
        queues.add(stream, () -> onHost(() -> memory.copyIn(destination, bytes)));
    }

    @Override
    public void copyToHost(ByteBuffer destination, long source, long stream) {
        ByteBuffer bytes = destination.duplicate();
        poison(destination.duplicate());
        queues.add(stream, () -> onHost(() -> memory.copyOut(source, bytes)));
    }

    private static void poison(ByteBuffer buffer) {
        while (buffer.hasRemaining()) {
            buffer.put(POISON);
        }
    }

    @Override
    public long createStream() {
        long stream = nextHandle.getAndIncrement();
        queues.create(stream);
        return stream;
    }

    @Override
    public void destroyStream(long stream) {
        queues.destroy(stream);
    }

    @Override
    public boolean isStream(long stream) {
        return queues.isStream(stream);
    }

    @Override
    public void synchronize(long stream) {
        queues.synchronize(stream);
    }

    @Override
    public long createEvent() {
        return nextHandle.getAndIncrement();
    }

    @Override
    public void destroyEvent(long event) {
        queues.forget(event);
    }

    @Override
    public void recordEvent(long event, long stream) {
        queues.record(event, stream);
    }

    @Override
    public void waitEvent(long stream, long event) {
        queues.waitFor(stream, event);
    }

    @Override
    public boolean isComplete(long event) {
        return queues.isComplete(event);
    }

    @Override
    public void awaitEvent(long event) {
        queues.await(event);
    }

    @Override
    public void copyOnDevice(long destination, long source, long bytes, long stream) {
        ByteBuffer copy = allocateHost(Math.toIntExact(bytes));
        copyToHost(copy, source, stream);
        copyToDevice(destination, copy, stream);
    }

    @Override
    public void fill(long destination, byte value, long bytes, long stream) {
        ByteBuffer copy = allocateHost(Math.toIntExact(bytes));
        Arrays.fill(copy.array(), value);
        copyToDevice(destination, copy, stream);
    }

    @Override
    public long createTimingEvent() {
        return createEvent();
    }

    /** An emulated device has no time of its own: whatever it is given takes a second. */
    @Override
    public float elapsedMillis(long start, long end) {
        return 1000;
    }

    @Override
    public void close() {
        queues.requireDone();
    }

    static void onHost(Runnable access) {
        try {
            access.run();
        } catch (Fault e) {
            throw new DriverException("emulator: " + e.getMessage());
        }
    }
}

package io.github.logitops.pool;

import io.github.logitops.cpu.HostDriver;
import io.github.logitops.memory.LeakTracking;
import io.github.logitops.memory.Stream;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.WatchedDriver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** Staging on a watched driver, with a stream and device memory of its own, and labels to copy. */
final class StagingBench implements AutoCloseable {
    static final int SLOT = 1 << 20;
    static final int INTS = SLOT / Integer.BYTES; // of a slot
    static final int MOST_SLOTS = 4;
    static final byte UNTOUCHED = 0x55;

    final WatchedDriver driver;
    final DeviceMemory memory;
    final Stream stream;
    final WorkQueue queue;
    final Staging staging;

    private final HostDriver host = new HostDriver();
    private final List<Long> allocations = new ArrayList<>();

    StagingBench() {
        driver = new WatchedDriver(host);
        memory = new DeviceMemory(driver, 0, 0, LeakTracking.OFF);
        stream = memory.newStream();
        queue = DeviceStream.of(stream).queue();
        staging = new Staging(driver);
    }

    /** Device memory that nobody has written. */
    long allocate(int bytes) {
        long address = driver.allocate(bytes);
        allocations.add(address);
        wipe(address, bytes);
        return address;
    }

    /** Makes it as it was before anybody had written it. */
    void wipe(long address, int bytes) {
        host.fill(address, UNTOUCHED, bytes, 0);
    }

    List<Long> allocate(int count, int bytes) {
        return LongStream.generate(() -> allocate(bytes)).limit(count).boxed().toList();
    }

    /** What is on the device now, whatever is queued. */
    ByteBuffer onDevice(long address, int bytes) {
        ByteBuffer now = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
        host.copyToHost(now, address, 0);
        return now;
    }

    boolean isThere(int[] values, long address) {
        int[] now = new int[values.length];
        onDevice(address, values.length * Integer.BYTES).asIntBuffer().get(now);
        return Arrays.equals(values, now);
    }

    static int[] ints(int count, int first) {
        int[] values = new int[count];
        Arrays.setAll(values, i -> first + i);
        return values;
    }

    void upload(int[] values, long address) {
        upload(values, address, Layout.dense(Shape.of(values.length)));
    }

    void upload(int[] values, long address, Layout layout) {
        staging.upload(new HostArray.Ints(values), address, DType.I32, layout, queue);
    }

    int[] download(int count, long address) {
        int[] values = new int[count];
        staging.download(new HostArray.Ints(values), address, DType.I32, Layout.dense(Shape.of(count)), queue);
        return values;
    }

    /** One buffer each, none of them done. */
    void fillSlots(int slots) {
        for (int i = 0; i < slots; i++) {
            upload(ints(1, i), allocate(Integer.BYTES));
        }
    }

    @Override
    public void close() {
        stream.synchronize();
        staging.close();
        allocations.forEach(driver::free);
        stream.close();
        memory.close();
    }
}

package io.github.logitops.pool;

import static io.github.logitops.pool.StagingBench.INTS;
import static io.github.logitops.pool.StagingBench.MOST_SLOTS;
import static io.github.logitops.pool.StagingBench.SLOT;
import static io.github.logitops.pool.StagingBench.UNTOUCHED;
import static io.github.logitops.pool.StagingBench.ints;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Host copies by way of buffers: what arrives where, how many buffers there are, and what is waited for. */
class StagingTest {
    private final StagingBench bench = new StagingBench();
    private final WatchedDriver driver = bench.driver;

    @AfterEach
    void nothingIsHeld() {
        bench.close();
        driver.assertNothingHeld();
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "I32", "F64", "BOOL"})
    void elementsArriveInOrderAndPaddingIsLeftAlone(DType dtype) {
        driver.copyLate();
        int slot = SLOT / dtype.bytes();
        List<Layout> layouts = List.of(
                Layout.dense(Shape.of()),
                Layout.dense(Shape.of(slot - 1)),
                Layout.dense(Shape.of(slot)),
                Layout.dense(Shape.of(slot + 1)),
                Layout.dense(Shape.of(2, slot + 3)),
                Layout.dense(Shape.of(5, 2, 3)),
                new Layout(Shape.of(1, 7), 9),
                new Layout(Shape.of(2, 2 * slot + 5), 2 * slot + 8),
                new Layout(Shape.of(3, slot), slot + 1),
                new Layout(Shape.of(7, slot / 3), slot / 3 + 2),
                new Layout(Shape.of(2, 50, slot / 64 - 1), slot / 64),
                new Layout(Shape.of(400, 1), 3));
        for (Layout layout : layouts) {
            arrives(dtype, layout);
        }
    }

    private void arrives(DType dtype, Layout layout) {
        int around = 16;
        int size = dtype.bytes();
        int elements = (int) layout.shape().elements();
        byte[] source = new byte[elements * size];
        new Random(elements).nextBytes(source);
        byte[] expected = new byte[(int) layout.span() * size + 2 * around];
        Arrays.fill(expected, UNTOUCHED);
        int length = (int) layout.rowLength() * size;
        for (int row = 0; row < layout.rows(); row++) {
            int at = around + row * (int) layout.rowStride() * size;
            System.arraycopy(source, row * length, expected, at, length);
        }
        long address = bench.allocate(expected.length);
        HostArray values = new HostArray.Bytes(ByteBuffer.wrap(source).order(ByteOrder.nativeOrder()));
        bench.staging.upload(values, address + around, dtype, layout, bench.queue);
        bench.stream.synchronize();
        assertArrayEquals(expected, bench.onDevice(address, expected.length).array(), dtype + " " + layout);
        byte[] target = new byte[source.length];
        HostArray back = new HostArray.Bytes(ByteBuffer.wrap(target).order(ByteOrder.nativeOrder()));
        bench.staging.download(back, address + around, dtype, layout, bench.queue);
        assertArrayEquals(source, target, dtype + " " + layout);
    }

    @Test
    void manyShortRowsShareASlot() throws Exception {
        driver.beSlow();
        Layout layout = new Layout(Shape.of(INTS / 8, 8), 9);
        long address = bench.allocate((int) layout.span() * Integer.BYTES);
        bench.upload(ints(INTS, 1), address, layout);
        assertEquals(1, driver.hostBuffersHeld());
        assertEquals(1, driver.eventsHeld());
        assertEquals(
                1,
                synchronizations(() -> bench.staging.download(
                        new HostArray.Ints(new int[INTS]), address, DType.I32, layout, bench.queue)));
        Layout more = new Layout(Shape.of(INTS / 8 + 1, 8), 9);
        long next = bench.allocate((int) more.span() * Integer.BYTES);
        assertEquals(
                2,
                synchronizations(() -> bench.staging.download(
                        new HostArray.Ints(new int[INTS + 8]), next, DType.I32, more, bench.queue)));
        bench.upload(ints(INTS + 8, 1), next, more);
        assertEquals(2, driver.eventsHeld());
    }

    /** How often {@code call} waits for the stream. */
    private int synchronizations(Runnable call) {
        AtomicInteger count = new AtomicInteger();
        countNext(count);
        call.run();
        driver.whenSynchronizing(bench.queue.handle, () -> null);
        return count.get();
    }

    private void countNext(AtomicInteger count) {
        driver.whenSynchronizing(bench.queue.handle, () -> {
            count.incrementAndGet();
            countNext(count);
            return null;
        });
    }

    @Test
    void aSlotThatIsFreeIsUsedAgain() {
        for (int i = 0; i < 10; i++) {
            bench.upload(ints(INTS, i), bench.allocate(SLOT));
            assertEquals(1, driver.hostBuffersHeld());
            assertEquals(1, driver.eventsHeld());
        }
        driver.beSlow();
        bench.upload(ints(1, 0), bench.allocate(Integer.BYTES));
        bench.upload(ints(1, 1), bench.allocate(Integer.BYTES));
        assertEquals(2, driver.hostBuffersHeld());
        bench.stream.synchronize();
        bench.upload(ints(1, 2), bench.allocate(Integer.BYTES));
        assertEquals(2, driver.hostBuffersHeld());
    }

    @Test
    void oneThreadHasFourSlotsAtMost() {
        driver.copyLate();
        bench.fillSlots(3);
        assertEquals(3, driver.hostBuffersHeld());
        int[] values = ints(9 * INTS + 1, 7);
        long address = bench.allocate(values.length * Integer.BYTES);
        bench.upload(values, address);
        assertEquals(MOST_SLOTS, driver.hostBuffersHeld());
        assertEquals(MOST_SLOTS, driver.eventsHeld());
        assertArrayEquals(values, bench.download(values.length, address));
        assertEquals(MOST_SLOTS, driver.hostBuffersHeld());
    }

    @Test
    void thereAreMoreSlotsOnlyForThreadsThatCopyAtTheSameTime() throws Exception {
        int threads = MOST_SLOTS + 2;
        CyclicBarrier allCopy = new CyclicBarrier(threads);
        List<Stream> streams = new ArrayList<>();
        List<CompletableFuture<int[]>> downloads = new ArrayList<>();
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        for (int i = 0; i < threads; i++) {
            long address = bench.allocate(Integer.BYTES);
            bench.upload(ints(1, i), address);
            Stream own = bench.memory.newStream();
            streams.add(own);
            driver.whenSynchronizing(own.handle(), () -> {
                allCopy.await(10, TimeUnit.SECONDS);
                return null;
            });
            downloads.add(CompletableFuture.supplyAsync(
                    () -> {
                        int[] value = new int[1];
                        WorkQueue ofThread = DeviceStream.of(own).queue();
                        bench.staging.download(
                                new HostArray.Ints(value), address, DType.I32, Layout.dense(Shape.of(1)), ofThread);
                        return value;
                    },
                    executor));
        }
        for (int i = 0; i < threads; i++) {
            assertArrayEquals(ints(1, i), downloads.get(i).get(10, TimeUnit.SECONDS));
        }
        executor.shutdown();
        assertEquals(threads, driver.hostBuffersHeld());
        driver.copyLate();
        bench.fillSlots(2 * threads);
        assertEquals(threads, driver.hostBuffersHeld(), "one thread makes no more");
        streams.forEach(Stream::close);
    }

    @Test
    void anUploadWaitsForTheOldestSlotOnceNoneIsFree() {
        driver.copyLate();
        List<Long> addresses = bench.allocate(3 * MOST_SLOTS, 12);
        for (int i = 0; i < MOST_SLOTS; i++) {
            int[] values = ints(3, 10 * i);
            bench.upload(values, addresses.get(i));
            Arrays.fill(values, -1); // it is the caller's again, though nothing has arrived yet
        }
        for (int i = 0; i < MOST_SLOTS; i++) {
            assertFalse(bench.isThere(ints(3, 10 * i), addresses.get(i)), "upload " + i + " was waited for");
        }
        for (int i = 0; i < 2 * MOST_SLOTS; i++) {
            bench.upload(ints(3, 10 * (MOST_SLOTS + i)), addresses.get(MOST_SLOTS + i));
            assertTrue(bench.isThere(ints(3, 10 * i), addresses.get(i)), "the slot of upload " + i + " is needed");
            assertFalse(
                    bench.isThere(ints(3, 10 * (i + 1)), addresses.get(i + 1)),
                    "upload " + (i + 1) + " was waited for");
        }
        bench.stream.synchronize();
        for (int i = 0; i < addresses.size(); i++) {
            assertTrue(bench.isThere(ints(3, 10 * i), addresses.get(i)), "upload " + i);
        }
    }

    @Test
    void aDownloadLeavesItsSlotFree() {
        driver.copyLate();
        long address = bench.allocate(12);
        bench.upload(ints(3, 5), address);
        for (int i = 0; i < 10; i++) {
            assertArrayEquals(ints(3, 5), bench.download(3, address));
        }
        assertEquals(2, driver.hostBuffersHeld());
    }

    @Test
    void nothingIsCopiedWithoutABufferButWaitedFor() {
        driver.copyLate();
        long address = bench.allocate(12);
        driver.fill(address, (byte) 0, 12, bench.queue.handle);
        for (Shape shape : List.of(Shape.of(0), Shape.of(3, 0), Shape.of(0, 3))) {
            bench.upload(new int[0], address, Layout.dense(shape));
            bench.upload(new int[0], address, new Layout(shape, 5));
        }
        assertEquals(0, driver.hostBuffersHeld());
        assertEquals(UNTOUCHED, bench.onDevice(address, 12).get(0), "an upload waits for nothing");
        bench.download(0, address);
        assertEquals(0, bench.onDevice(address, 12).get(0), "a download waits for the stream");
        assertEquals(0, driver.hostBuffersHeld());
    }

    @Test
    void aCloseWaitsAndFreesEveryBuffer() {
        driver.copyLate();
        List<Long> addresses = bench.allocate(MOST_SLOTS, 12);
        for (int i = 0; i < MOST_SLOTS; i++) {
            bench.upload(ints(3, 10 * i + 1), addresses.get(i));
        }
        bench.staging.close();
        for (int i = 0; i < MOST_SLOTS; i++) {
            assertTrue(bench.isThere(ints(3, 10 * i + 1), addresses.get(i)), "upload " + i);
        }
        assertEquals(0, driver.hostBuffersHeld());
        assertEquals(0, driver.eventsHeld());
        bench.staging.close();
    }
}

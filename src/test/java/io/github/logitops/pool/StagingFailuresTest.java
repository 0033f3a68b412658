package io.github.logitops.pool;

import static io.github.logitops.pool.StagingBench.INTS;
import static io.github.logitops.pool.StagingBench.MOST_SLOTS;
import static io.github.logitops.pool.StagingBench.SLOT;
import static io.github.logitops.pool.StagingBench.ints;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.cpu.HostDriver;
import io.github.logitops.memory.DriverException;
import io.github.logitops.memory.LeakTracking;
import io.github.logitops.memory.Stream;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.WatchedDriver;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is left of host copies that fail: slots that work, and a close that frees what it can. */
class StagingFailuresTest {
    private final StagingBench bench = new StagingBench();
    private final WatchedDriver driver = bench.driver;

    @AfterEach
    void nothingIsHeld() {
        bench.close();
        driver.assertNothingHeld();
    }

    /** Each call of the driver in an upload of padded rows over two slots, whose copies go on, too. */
    @Test
    void anUploadThatFailsLeavesItsSlotsUsable() {
        driver.copyLate();
        bench.fillSlots(MOST_SLOTS); // so that slots are used again at once
        Layout layout = new Layout(Shape.of(3, INTS / 2), INTS / 2 + 1);
        int[] values = ints(3 * INTS / 2, 1);
        int bytes = (int) layout.span() * Integer.BYTES;
        long address = bench.allocate(bytes);
        List<Long> next = bench.allocate(2 * MOST_SLOTS, SLOT);
        int call = 1;
        for (boolean refused = true; refused; call++) {
            bench.wipe(address, bytes);
            driver.refuse(call);
            refused = failed(() -> bench.upload(values, address, layout)) != null;
            driver.refuse(0);
            for (int i = 0; i < next.size(); i++) {
                bench.upload(ints(INTS, -i - call), next.get(i));
            }
            bench.stream.synchronize();
            assertRowsAreWhole(values, address, layout, refused, "call " + call);
            for (int i = 0; i < next.size(); i++) {
                assertTrue(bench.isThere(ints(INTS, -i - call), next.get(i)), "call " + call + ", upload " + i);
            }
            assertEquals(MOST_SLOTS, driver.hostBuffersHeld(), "call " + call);
        }
        assertTrue(call > 10, "refused before its end: " + call);
    }

    private void assertRowsAreWhole(int[] values, long address, Layout layout, boolean someAreNotThere, String what) {
        int missing = 0;
        int length = (int) layout.rowLength();
        for (int row = 0; row < layout.rows(); row++) {
            long at = address + row * layout.rowStride() * Integer.BYTES;
            if (bench.onDevice(at, Integer.BYTES).getInt(0) == 0x55555555) {
                missing++;
            } else {
                int[] expected = Arrays.copyOfRange(values, row * length, (row + 1) * length);
                assertTrue(bench.isThere(expected, at), what + ", row " + row);
            }
        }
        assertTrue(someAreNotThere || missing == 0, what + ", missing " + missing);
    }

    /** Each call of the driver in a download over two slots, whose copies go on while others take the slots. */
    @Test
    void aDownloadThatFailsLeavesItsSlotsUsable() {
        driver.copyLate();
        bench.fillSlots(MOST_SLOTS);
        int[] values = ints(INTS + 1, 1);
        long address = bench.allocate(values.length * Integer.BYTES);
        bench.upload(values, address);
        long next = bench.allocate(MOST_SLOTS * SLOT);
        int call = 1;
        for (boolean refused = true; refused; call++) {
            driver.refuse(call);
            refused = failed(() -> bench.download(values.length, address)) != null;
            driver.refuse(0);
            int[] others = ints(MOST_SLOTS * INTS, -call);
            bench.upload(others, next);
            assertArrayEquals(others, bench.download(others.length, next), "call " + call);
            assertArrayEquals(values, bench.download(values.length, address), "call " + call);
            assertEquals(MOST_SLOTS, driver.hostBuffersHeld(), "call " + call);
        }
        assertTrue(call > 4, "refused before its end: " + call);
    }

    @Test
    void aSlotThatCouldNotBeMadeIsNoneOfTheFour() {
        driver.copyLate();
        long address = bench.allocate(Integer.BYTES);
        for (int i = 0; i < MOST_SLOTS; i++) {
            driver.refuse(1);
            assertEquals(
                    "allocateHost refused",
                    failed(() -> bench.upload(new int[1], address)).getMessage());
        }
        assertEquals(0, driver.hostBuffersHeld());
        bench.fillSlots(2 * MOST_SLOTS);
        assertEquals(MOST_SLOTS, driver.hostBuffersHeld());
    }

    @Test
    void aSlotThatNoEventStandsForIsNotFree() {
        driver.copyLate();
        long address = bench.allocate(12);
        driver.refuse(3); // a buffer, a copy, and then an event
        assertEquals(
                "createEvent refused",
                failed(() -> bench.upload(ints(3, 1), address)).getMessage());
        bench.fillSlots(MOST_SLOTS - 1);
        assertFalse(bench.isThere(ints(3, 1), address), "it was waited for, though there may be another slot");
        assertEquals(MOST_SLOTS, driver.hostBuffersHeld());
        bench.fillSlots(1);
        assertTrue(bench.isThere(ints(3, 1), address), "its slot is needed");
    }

    @Test
    void aCloseWaitsForWhatNoEventStandsFor() {
        driver.copyLate();
        long address = bench.allocate(12);
        driver.refuse(4); // a buffer, a copy, an event, and then that it is recorded
        assertEquals(
                "recordEvent refused",
                failed(() -> bench.upload(ints(3, 1), address)).getMessage());
        bench.staging.close();
        assertTrue(bench.isThere(ints(3, 1), address));
        assertEquals(0, driver.hostBuffersHeld());
        assertEquals(0, driver.eventsHeld());
    }

    @Test
    void aCloseFreesTheOthersWhateverFails() {
        WatchedDriver failing = new WatchedDriver(new HostDriver());
        DeviceMemory around = new DeviceMemory(failing, 0, 0, LeakTracking.OFF);
        Staging closed = new Staging(failing);
        failing.copyLate();
        try (Stream own = around.newStream()) {
            WorkQueue ofOwn = DeviceStream.of(own).queue();
            long address = failing.allocate(12);
            for (int i = 0; i < MOST_SLOTS; i++) {
                closed.upload(new HostArray.Ints(ints(3, 1)), address, DType.I32, Layout.dense(Shape.of(3)), ofOwn);
            }
            assertEquals(MOST_SLOTS, failing.eventsHeld());
            failing.refuse(4); // the wait for the second slot, after wait, event and buffer of the first
            assertEquals("awaitEvent refused", failed(closed::close).getMessage());
            assertEquals(0, failing.hostBuffersHeld());
            assertEquals(1, failing.eventsHeld(), "who knows whether it is complete");
        }
        around.close();
    }

    private static DriverException failed(Runnable call) {
        try {
            call.run();
            return null;
        } catch (DriverException e) {
            return e;
        }
    }
}

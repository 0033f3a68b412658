package io.github.logitops.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.emulator.Schedule.Order;
import io.github.logitops.memory.DriverException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/** Streams do what CUDA promises of them and nothing that a host might merely hope for. */
class QueuesTest {
    private static final int SEEDS = 50;

    private static PtxEmulatorDriver driver(long seed) {
        return new PtxEmulatorDriver(80, Schedule.of(Order.LOCKSTEP, seed), Approximations.NEAREST);
    }

    private static ByteBuffer number(long value) {
        return ByteBuffer.allocate(8).putLong(0, value);
    }

    private static long read(PtxEmulatorDriver driver, long address, long stream) {
        ByteBuffer bytes = ByteBuffer.allocate(8);
        driver.copyToHost(bytes, address, stream);
        driver.synchronize(stream);
        return bytes.getLong(0);
    }

    @Test
    void whoReadsBeforeWaitingReadsPoison() {
        try (PtxEmulatorDriver driver = driver(0)) {
            long address = driver.allocate(8);
            driver.copyToDevice(address, number(7), 0);
            ByteBuffer bytes = ByteBuffer.allocate(8);
            driver.copyToHost(bytes, address, 0);
            assertNotEquals(7, bytes.getLong(0));
            assertNotEquals(0, bytes.getLong(0));
            driver.synchronize(0);
            assertEquals(7, bytes.getLong(0));
        }
    }

    @Test
    void whoWritesOverASourceThatIsStillToBeCopiedSendsTheNewValue() {
        try (PtxEmulatorDriver driver = driver(0)) {
            long address = driver.allocate(8);
            ByteBuffer source = number(7);
            driver.copyToDevice(address, source, 0);
            source.putLong(0, 8);
            assertEquals(8, read(driver, address, 0));
        }
    }

    /** The numbers that a second stream may find where a first one writes 7 over 5, depending on how they are ordered. */
    private static Set<Long> found(LongUnaryOperator order) {
        Set<Long> found = new HashSet<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            try (PtxEmulatorDriver driver = driver(seed)) {
                long address = driver.allocate(8);
                long first = driver.createStream();
                driver.copyToDevice(address, number(5), first);
                driver.synchronize(first);
                driver.copyToDevice(address, number(7), first);
                long second = order.applyAsLong(0) == 0 ? driver.createStream() : 0;
                if (order.applyAsLong(1) == 1) {
                    long event = driver.createEvent();
                    driver.recordEvent(event, first);
                    driver.waitEvent(second, event);
                    driver.destroyEvent(event); // at once, as CUDA allows
                }
                found.add(read(driver, address, second));
                driver.synchronize(first);
            }
        }
        return found;
    }

    @Test
    void streamsKnowNothingOfEachOther() {
        assertEquals(Set.of(5L, 7L), found(question -> 0));
    }

    @Test
    void anEventOrdersThem() {
        assertEquals(Set.of(7L), found(question -> question));
    }

    @Test
    void theDefaultStreamWaitsForAll() {
        assertEquals(Set.of(7L), found(question -> 1 - question));
    }

    @Test
    void anEventIsCompleteAtSomeTimeAndSurelyOnceAwaited() {
        int early = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            try (PtxEmulatorDriver driver = driver(seed)) {
                long address = driver.allocate(8);
                long event = driver.createEvent();
                assertTrue(driver.isComplete(event), "never recorded");
                driver.copyToDevice(address, number(7), 0);
                driver.recordEvent(event, 0);
                early += driver.isComplete(event) ? 1 : 0;
                driver.awaitEvent(event);
                assertTrue(driver.isComplete(event));
            }
        }
        assertTrue(early > 0 && early < SEEDS, "early=" + early);
    }

    @Test
    void whatIsStillToBeDoneMustNotBeThrownAway() {
        PtxEmulatorDriver driver = driver(0);
        long stream = driver.createStream();
        driver.copyToDevice(driver.allocate(8), number(7), stream);
        assertThrows(DriverException.class, () -> driver.destroyStream(stream));
        assertThrows(DriverException.class, driver::close);
        driver.synchronize(stream);
        driver.destroyStream(stream);
        assertThrows(DriverException.class, () -> driver.synchronize(stream));
        driver.close();
    }
}

package io.github.logitops.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.cpu.HostDriver;
import io.github.logitops.memory.DeviceOutOfMemoryException;
import io.github.logitops.memory.DriverException;
import io.github.logitops.memory.LeakTracking;
import io.github.logitops.memory.Stream;
import io.github.logitops.support.WatchedDriver;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The blocks of a session: which are kept, which are freed and when, and what is held meanwhile. */
class BlockPoolTest {
    private static final long NO_LIMIT = Long.MAX_VALUE;
    private static final long LARGE = 1 << 20;

    private final WatchedDriver driver = new WatchedDriver(new HostDriver());
    private final DeviceMemory memory = new DeviceMemory(driver, 0, 0, LeakTracking.OFF);
    private final Stream stream = memory.newStream();
    private final WorkQueue queue = DeviceStream.of(stream).queue();

    @AfterEach
    void nothingIsHeld() {
        stream.close();
        memory.close();
        driver.assertNothingHeld();
    }

    private BlockPool pool(long limitBytes, long cacheLimitBytes) {
        return new BlockPool(driver, limitBytes, cacheLimitBytes);
    }

    /** A block that was used by work which is not done. */
    private Block takeAndUse(BlockPool pool, long bytes) {
        driver.beSlow();
        Block block = pool.take(bytes);
        block.usedOn(queue);
        return block;
    }

    private void assertHeld(long bytes, BlockPool pool) {
        assertEquals(bytes, pool.heldBytes(), "by the pool's account");
        assertEquals(bytes, driver.bytesHeld(), "of the driver's");
    }

    @ParameterizedTest
    @CsvSource({
        "1, 512",
        "512, 512",
        "513, 1024",
        "4096, 4096",
        "4097, 4608",
        "7000, 7168",
        "7169, 7680",
        "8191, 8192",
        "8193, 9216",
        "1048577, 1179648",
        "67108863, 67108864",
        "67108865, 69206016",
        "262668288, 264241152"
    })
    void sizesComeInStepsOfAPartOfAPowerOfTwo(long bytes, long size) {
        BlockPool pool = pool(NO_LIMIT, 1);
        Block block = pool.take(bytes);
        assertEquals(size, block.bytes);
        assertHeld(size, pool);
        pool.giveBack(block);
        assertHeld(0, pool);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 511, 513, 1_048_577})
    void sizesThatAreNotCachedAreExact(long bytes) {
        BlockPool pool = pool(NO_LIMIT, 0);
        Block block = pool.take(bytes);
        assertEquals(bytes, block.bytes);
        assertHeld(bytes, pool);
        pool.giveBack(block);
        assertHeld(0, pool);
    }

    @ParameterizedTest
    @CsvSource({
        "4611686018427387903, 4611686018427387904",
        "4611686018427387904, 4611686018427387904",
        "4611686018427387905, 4611686018427387905",
        "9223372036854775807, 9223372036854775807"
    })
    void sizesBeyondAllSizesAreNotRounded(long bytes, long size) {
        BlockPool pool = pool(1000, LARGE);
        assertEquals(
                "allocate: over the session's memory limit of 1000 bytes: requestedBytes=" + size + ", inUseBytes=0",
                assertThrows(DeviceOutOfMemoryException.class, () -> pool.take(bytes))
                        .getMessage());
        assertHeld(0, pool);
    }

    @Test
    void theBlockGivenBackFirstIsTakenFirst() {
        BlockPool pool = pool(NO_LIMIT, LARGE);
        List<Block> blocks = List.of(pool.take(700), pool.take(700), pool.take(700));
        pool.giveBack(blocks.get(1));
        pool.giveBack(blocks.get(0));
        pool.giveBack(blocks.get(2));
        Block other = pool.take(512);
        assertHeld(3 * 1024 + 512, pool);
        assertSame(blocks.get(1), pool.take(513));
        assertSame(blocks.get(0), pool.take(1024));
        assertSame(blocks.get(2), pool.take(700));
        Block next = pool.take(700);
        assertFalse(blocks.contains(next), "none is had twice");
        assertHeld(4 * 1024 + 512, pool);
        blocks.forEach(pool::giveBack);
        pool.giveBack(next);
        pool.giveBack(other);
        assertHeld(4 * 1024 + 512, pool);
        pool.shrink();
        assertHeld(0, pool);
        pool.giveBack(pool.take(700)); // none of those freed
        assertHeld(1024, pool);
        pool.shrink();
    }

    @Test
    void theCacheTakesBlocksUpToItsLimit() {
        BlockPool pool = pool(NO_LIMIT, 2048);
        Block first = pool.take(1024);
        Block second = pool.take(1024);
        Block third = pool.take(512);
        Block large = pool.take(2049);
        pool.giveBack(large);
        assertHeld(2560, pool);
        pool.giveBack(first);
        pool.giveBack(second);
        pool.giveBack(third);
        assertHeld(2048, pool);
        assertSame(first, pool.take(1024));
        Block fourth = pool.take(512);
        pool.giveBack(fourth); // into what the one taken left
        assertHeld(2560, pool);
        pool.giveBack(first); // there is room for half of it
        assertHeld(1536, pool);
        pool.shrink();
        assertHeld(0, pool);
        Block afterwards = pool.take(2048);
        pool.giveBack(afterwards);
        assertHeld(2048, pool);
        pool.shrink();
    }

    @Test
    void whatIsOverTheCachesLimitLeavesWhenItIsIdle() {
        BlockPool pool = pool(NO_LIMIT, 512);
        Block cached = pool.take(512);
        Block inUse = takeAndUse(pool, 1024);
        Block other = takeAndUse(pool, 1536);
        pool.giveBack(cached);
        pool.giveBack(inUse);
        pool.giveBack(other);
        assertHeld(3072, pool);
        Block next = pool.take(1024);
        assertNotSame(inUse, next, "what leaves does not come back");
        assertHeld(4096, pool);
        stream.synchronize();
        assertSame(cached, pool.take(512));
        assertHeld(4096, pool);
        pool.giveBack(next); // this, too, is over the limit, which has all of them looked at
        assertHeld(512 + 1024 - 1024, pool);
        pool.giveBack(cached);
        pool.shrink();
    }

    @Test
    void aBlockOfANewSizeHasThoseThatLeaveLookedAt() {
        BlockPool pool = pool(NO_LIMIT, 1);
        pool.giveBack(takeAndUse(pool, 1024));
        Block first = pool.take(512);
        assertHeld(1536, pool);
        stream.synchronize();
        Block second = pool.take(512);
        assertHeld(1024, pool);
        pool.giveBack(first);
        pool.giveBack(second);
        assertHeld(0, pool);
    }

    @Test
    void aBlockInUseIsHandedOnWithoutAWait() {
        BlockPool pool = pool(NO_LIMIT, LARGE);
        Block block = takeAndUse(pool, 512);
        pool.giveBack(block);
        assertSame(block, pool.take(512));
        assertFalse(block.isIdle());
        assertEquals(1, driver.eventsHeld());
        block.usedOn(queue);
        assertEquals(2, driver.eventsHeld());
        pool.giveBack(block);
        stream.synchronize();
        assertSame(block, pool.take(512));
        assertEquals(0, driver.eventsHeld(), "what is done is forgotten");
        pool.giveBack(block);
        pool.shrink();
    }

    @Test
    void onlyAShrinkWaits() {
        BlockPool pool = pool(4096, 512);
        Block cached = takeAndUse(pool, 512);
        Block leaving = takeAndUse(pool, 1024);
        Block taken = takeAndUse(pool, 1024);
        pool.giveBack(cached);
        pool.giveBack(leaving);
        Block other = pool.take(1536);
        assertHeld(4096, pool);
        pool.giveBack(other);
        assertHeld(2560, pool);
        assertFalse(cached.isIdle());
        assertFalse(leaving.isIdle());
        pool.shrink();
        assertTrue(cached.isIdle());
        assertTrue(leaving.isIdle());
        assertFalse(taken.isIdle(), "what a tensor has is not waited for");
        assertHeld(1024, pool);
        pool.giveBack(taken);
        assertHeld(1024, pool);
        pool.shrink();
        assertHeld(0, pool);
    }

    @Test
    void theLimitIsForAllThatIsHeld() {
        BlockPool pool = pool(4096, LARGE);
        Block first = pool.take(2048);
        Block second = takeAndUse(pool, 2048);
        assertHeld(4096, pool);
        DeviceOutOfMemoryException e = assertThrows(DeviceOutOfMemoryException.class, () -> pool.take(500));
        assertEquals(
                "allocate: over the session's memory limit of 4096 bytes: requestedBytes=512, inUseBytes=4096",
                e.getMessage());
        assertEquals(512, e.requestedBytes());
        assertEquals(4096, e.inUseBytes());
        pool.giveBack(second);
        assertHeld(4096, pool);
        Block third = pool.take(1000); // the cache makes room, once its work is done
        assertTrue(second.isIdle());
        assertHeld(3072, pool);
        pool.giveBack(third);
        assertEquals(
                "allocate: over the session's memory limit of 4096 bytes: requestedBytes=2560, inUseBytes=2048",
                assertThrows(DeviceOutOfMemoryException.class, () -> pool.take(2049))
                        .getMessage());
        assertHeld(2048, pool);
        pool.giveBack(first);
        pool.giveBack(pool.take(4096));
        assertHeld(4096, pool);
        pool.shrink();
    }

    @Test
    void aFullDeviceIsAskedAgainWithoutTheCache() {
        BlockPool pool = pool(NO_LIMIT, 1024);
        Block cached = takeAndUse(pool, 1024);
        Block leaving = takeAndUse(pool, 512);
        pool.giveBack(cached);
        pool.giveBack(leaving);
        driver.beFull(1);
        Block first = pool.take(1536);
        assertHeld(1536, pool);
        pool.giveBack(first);
        assertHeld(0, pool);
        pool.giveBack(takeAndUse(pool, 2048)); // nothing is cached now, but this leaves
        driver.beFull(1);
        Block second = pool.take(1536);
        assertHeld(1536, pool);
        pool.giveBack(second);
        pool.giveBack(takeAndUse(pool, 1024));
        driver.beFull(2);
        assertEquals(
                "allocate: the device is full: requestedBytes=1536, inUseBytes=0",
                assertThrows(DeviceOutOfMemoryException.class, () -> pool.take(1536))
                        .getMessage());
        assertHeld(0, pool);
        pool.giveBack(pool.take(1536));
        assertHeld(0, pool);
    }

    @Test
    void aFullDeviceIsNotAskedAgainIfNothingIsCached() {
        BlockPool pool = pool(NO_LIMIT, LARGE);
        Block block = pool.take(512);
        driver.beFull(1);
        assertEquals(
                "allocate: the device is full: requestedBytes=1024, inUseBytes=512",
                assertThrows(DeviceOutOfMemoryException.class, () -> pool.take(1024))
                        .getMessage());
        assertHeld(512, pool);
        pool.giveBack(block);
        pool.shrink();
    }

    @Test
    void whatTheDeviceRefusesIsNotHeld() {
        BlockPool pool = pool(1024, LARGE);
        driver.refuse(1);
        assertEquals(
                "allocate refused",
                assertThrows(DriverException.class, () -> pool.take(1024)).getMessage());
        assertHeld(0, pool);
        Block block = pool.take(1024);
        assertHeld(1024, pool);
        pool.giveBack(block);
        pool.shrink();
    }

    /** Each call of the driver when two blocks leave: isComplete, destroyEvent and free for either. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void aBlockThatTheDeviceDoesNotTakeIsTriedAgain(int call) {
        BlockPool pool = pool(NO_LIMIT, 1);
        pool.giveBack(takeAndUse(pool, 512));
        pool.giveBack(takeAndUse(pool, 512));
        Block third = pool.take(1024);
        stream.synchronize();
        assertHeld(2048, pool);
        driver.refuse(call);
        assertThrows(DriverException.class, () -> pool.giveBack(third));
        assertTrue(driver.hasRefused());
        assertHeld(512, pool); // whichever it is, the others are gone
        pool.giveBack(pool.take(1536));
        assertHeld(0, pool);
    }

    /** Each call of the driver when two blocks are waited for, and then freed. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void aShrinkThatFailsLeavesOnlyWhatItFailedFor(int call) {
        BlockPool pool = pool(NO_LIMIT, LARGE);
        Block first = takeAndUse(pool, 512);
        Block second = takeAndUse(pool, 512);
        pool.giveBack(first);
        pool.giveBack(second);
        driver.refuse(call);
        assertThrows(DriverException.class, pool::shrink);
        assertTrue(driver.hasRefused());
        assertHeld(512, pool);
        Block next = pool.take(512);
        assertTrue(next != first && next != second, "what leaves does not come back");
        pool.giveBack(next);
        pool.shrink();
        assertHeld(0, pool);
    }

    @Test
    void aFreeThatFailsForANewBlockTakesNone() {
        BlockPool pool = pool(NO_LIMIT, 1);
        pool.giveBack(takeAndUse(pool, 1024));
        stream.synchronize();
        driver.refuse(3);
        assertEquals(
                "free refused",
                assertThrows(DriverException.class, () -> pool.take(512)).getMessage());
        assertHeld(1024, pool);
        Block block = pool.take(512);
        assertHeld(512, pool);
        pool.giveBack(block);
    }
}

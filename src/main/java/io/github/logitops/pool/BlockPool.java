package io.github.logitops.pool;

import io.github.logitops.base.Resources;
import io.github.logitops.driver.MemoryDriver;
import io.github.logitops.memory.DeviceOutOfMemoryException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The blocks of a session. Blocks that tensors gave back are kept, up to a limit, for the next tensors of their size: a device's
 * own allocation and freeing wait for its work. Not for use by several threads at once.
 */
final class BlockPool {
    private static final long SMALLEST = 512;
    private static final long LARGE = 64L << 20; // from here on an eighth is too much to waste

    private final MemoryDriver driver;
    private final long limitBytes;
    private final long cacheLimitBytes;

    private final Map<Long, Deque<Block>> cached = new HashMap<>(); // by size
    private final List<Block> leaving = new ArrayList<>(); // over the cache's limit: freed when idle
    private long heldBytes;
    private long cachedBytes;

    BlockPool(MemoryDriver driver, long limitBytes, long cacheLimitBytes) {
        this.driver = driver;
        this.limitBytes = limitBytes;
        this.cacheLimitBytes = cacheLimitBytes;
    }

    /**
     * A block of at least {@code bytes} bytes, cached or new. Waits for the device only before it gives up.
     *
     * @throws DeviceOutOfMemoryException if limit or device leave too little, everything cached given back
     */
    Block take(long bytes) {
        long size = roundUp(bytes);
        Deque<Block> same = cached.get(size);
        if (same != null && !same.isEmpty()) {
            same.peek().isIdle(); // whether or not: forgets what is done, so that uses do not pile up
            cachedBytes -= size;
            return same.poll(); // the one given back first, as the likeliest to be idle
        }
        freeIdle();
        if (size > limitBytes - heldBytes) {
            shrink();
        }
        if (size > limitBytes - heldBytes) {
            throw new DeviceOutOfMemoryException(
                    "allocate: over the session's memory limit of " + limitBytes + " bytes", size, heldBytes);
        }
        Block block = new Block(driver, allocate(size), size);
        heldBytes += size;
        return block;
    }

    /** Takes a block back, to be cached, or freed as soon as no work uses it. */
    void giveBack(Block block) {
        if (block.bytes <= cacheLimitBytes - cachedBytes) {
            cached.computeIfAbsent(block.bytes, size -> new ArrayDeque<>()).add(block);
            cachedBytes += block.bytes;
        } else {
            leaving.add(block);
            freeIdle();
        }
    }

    /** Waits for the work on all blocks that no tensor has and frees them. */
    void shrink() {
        cached.values().forEach(leaving::addAll);
        cached.clear();
        cachedBytes = 0;
        List<AutoCloseable> steps = new ArrayList<>();
        leaving.forEach(block -> steps.add(block::awaitIdle));
        steps.add(this::freeIdle);
        Resources.closeAll(steps); // whichever fails
    }

    /** What the driver gave and has not got back. */
    long heldBytes() {
        return heldBytes;
    }

    private void freeIdle() {
        RuntimeException first = null;
        for (Iterator<Block> each = leaving.iterator(); each.hasNext(); ) {
            Block block = each.next();
            try {
                if (block.isIdle()) {
                    driver.free(block.address);
                    each.remove();
                    heldBytes -= block.bytes;
                }
            } catch (RuntimeException e) { // it stays, and is tried again next time
                first = Resources.combine(first, e);
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private long allocate(long size) {
        try {
            return driver.allocate(size);
        } catch (DeviceOutOfMemoryException e) {
            if (cached.isEmpty() && leaving.isEmpty()) {
                throw e;
            }
            shrink();
            return driver.allocate(size);
        }
    }

    /** Sizes that are cached come in steps of a part of a power of two, so that near sizes share blocks. */
    private long roundUp(long bytes) {
        if (cacheLimitBytes == 0 || bytes > Long.MAX_VALUE / 2) {
            return bytes;
        }
        long step = Math.max(SMALLEST, Long.highestOneBit(bytes) / (bytes < LARGE ? 8 : 32));
        return (bytes + step - 1) / step * step;
    }
}

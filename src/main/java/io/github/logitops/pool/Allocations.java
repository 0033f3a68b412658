package io.github.logitops.pool;

import io.github.logitops.base.Resources;
import io.github.logitops.memory.DeviceOutOfMemoryException;
import io.github.logitops.memory.MemoryStatistics;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The memory of a session's tensors: what is in use, and what closed tensors left that calls or work may still use. Under the
 * memory's lock.
 */
final class Allocations {
    private final BlockPool pool;
    private final long limitBytes;
    private final Set<Allocation> live = new LinkedHashSet<>();
    private final List<Allocation> closing = new ArrayList<>(); // closed, but not back in the pool yet
    private long bytesInUse;
    private long peakBytes;

    Allocations(BlockPool pool, long limitBytes) {
        this.pool = pool;
        this.limitBytes = limitBytes;
    }

    /**
     * New memory.
     *
     * @param name of the tensors that it is for, in messages
     * @throws DeviceOutOfMemoryException if device or limit leave too little, closed tensors' memory included
     */
    Allocation add(Object name, long bytes, Site madeAt) {
        retireClosed();
        Block block = pool.take(Math.max(1, bytes));
        Allocation allocation = new Allocation(name, block.address, block, madeAt);
        live.add(allocation);
        bytesInUse += block.bytes;
        peakBytes = Math.max(peakBytes, bytesInUse);
        return allocation;
    }

    /** Ends its tensors' life; the memory goes back to the pool once nothing uses it any more. Closing again does nothing. */
    void close(Allocation allocation, Closed how) {
        if (allocation.close(how) && live.remove(allocation)) {
            bytesInUse -= allocation.bytes();
            allocation.endWatch();
            closing.add(allocation);
            retireClosed();
        }
    }

    /** Gives closed tensors' blocks to the pool. If the device refuses one, the others are tried, and that one next time. */
    void retireClosed() {
        RuntimeException first = null;
        for (Iterator<Allocation> each = closing.iterator(); each.hasNext(); ) {
            try {
                Block block = each.next().retire();
                if (block != null) {
                    each.remove();
                    pool.giveBack(block);
                }
            } catch (RuntimeException e) {
                first = Resources.combine(first, e);
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Gives everything back once all are closed. Waits for the work that uses it. */
    void freeAll() {
        closing.forEach(Allocation::endUses);
        Resources.closeAll(List.of(this::retireClosed, pool::shrink));
    }

    /** Those that are not closed. */
    List<Allocation> live() {
        return List.copyOf(live);
    }

    boolean isLive(Allocation allocation) {
        return live.contains(allocation);
    }

    MemoryStatistics statistics() {
        return new MemoryStatistics(live.size(), bytesInUse, peakBytes, pool.heldBytes(), limitBytes);
    }
}

package io.github.logitops.memory;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The life of one tensor's memory, apart from the {@link Tensor} so that a tensor nobody holds any more can be told from one
 * that was closed.
 */
final class Allocation {
    final String name;
    final long address;
    final Site madeAt;

    private final Block block; // null: memory of others
    private final Set<Stream> users = new LinkedHashSet<>();
    private final Deque<Stream> unmarked = new ArrayDeque<>(); // after the close: users the block does not know of yet
    private Site closedAt;

    Allocation(String name, long address, Block block, Site madeAt) {
        this.name = name;
        this.address = address;
        this.block = block;
        this.madeAt = madeAt;
    }

    synchronized void requireOpen() {
        if (closedAt != null) {
            throw new IllegalStateException(
                    "tensor: used after close: tensor=" + name + ", closedAt=" + closedAt, closedAt.trace());
        }
    }

    /** Notes that work on {@code stream} uses this memory, and orders it after the work of those who had it before. */
    synchronized void useOn(Stream stream) {
        requireOpen();
        if (!users.contains(stream)) {
            if (block != null) {
                block.orderBefore(stream);
            }
            users.removeIf(user -> !user.isOpen()); // their work is done
            users.add(stream);
        }
    }

    /** Whether this call closed it: only the first one does. */
    synchronized boolean close(Site site) {
        if (closedAt != null) {
            return false;
        }
        closedAt = site;
        unmarked.addAll(users);
        return true;
    }

    /** Tells the block who used it. Throws if the device refuses a step; the next call goes on from there. */
    synchronized Block retire() {
        while (!unmarked.isEmpty()) {
            block.usedOn(unmarked.peek());
            unmarked.remove();
        }
        return block;
    }

    long bytes() {
        return block.bytes;
    }
}

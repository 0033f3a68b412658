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
    final Site madeAt;

    private final long address;
    private final Block block; // null: memory of others
    private final Set<WorkQueue> users = new LinkedHashSet<>();
    private final Deque<WorkQueue> unmarked =
            new ArrayDeque<>(); // after the close: users the block does not know of yet
    private int calls; // under way, which the memory stays for
    private Closed closed;

    Allocation(String name, long address, Block block, Site madeAt) {
        this.name = name;
        this.address = address;
        this.block = block;
        this.madeAt = madeAt;
    }

    synchronized void requireOpen() {
        if (closed != null) {
            throw closed.refusal("tensor=" + name);
        }
    }

    /** Where it lies: as long as it is open, and to the end of the calls that were under way when it was closed. */
    synchronized long address() {
        if (calls == 0) {
            requireOpen();
        }
        return address;
    }

    /**
     * Begins a call whose work on {@code queue} uses this memory: orders it after the work of those who had the memory before.
     * The memory stays until {@link #endUse}, whoever closes it.
     */
    synchronized void beginUse(WorkQueue queue) {
        requireOpen();
        if (!users.contains(queue)) {
            if (block != null) {
                block.orderBefore(queue);
            }
            users.removeIf(user -> !user.isOpen()); // their work is done
            users.add(queue);
        }
        calls++;
    }

    /** Ends a call. True: it was closed meanwhile, and nothing is left that keeps it from being retired. */
    synchronized boolean endUse() {
        calls--;
        return calls == 0 && closed != null;
    }

    /** Whether this call closed it: only the first one does. */
    synchronized boolean close(Closed how) {
        if (closed != null) {
            return false;
        }
        closed = how;
        unmarked.addAll(users);
        return true;
    }

    /**
     * Under the memory's lock: tells the block who used it. Null while a call still does, or while a user is captured: no
     * event of a graph says when it is done. Throws if the device refuses a step; the next call goes on from there.
     */
    synchronized Block retire() {
        if (calls > 0) {
            return null;
        }
        while (!unmarked.isEmpty()) {
            WorkQueue user = unmarked.peek();
            if (user.isOpen() && user.isCapturing()) {
                return null;
            }
            block.usedOn(user);
            unmarked.remove();
        }
        return block;
    }

    long bytes() {
        return block.bytes;
    }

    @Override
    public String toString() {
        return name;
    }
}

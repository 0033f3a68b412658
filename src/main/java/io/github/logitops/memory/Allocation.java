package io.github.logitops.memory;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The life of one tensor's memory, apart from the {@link Tensor} so that a tensor nobody holds any more can be told from one
 * that was closed. After the close it stays until every stream that used it is past that use.
 */
final class Allocation {
    final String name;
    final long address;
    final long bytes;
    final Site madeAt;

    private final Set<Stream> users = new LinkedHashSet<>();
    private Site closedAt;

    // After the close: the streams without an event yet, and the events not seen complete yet.
    private final Deque<Stream> unmarked = new ArrayDeque<>();
    private final Deque<Long> events = new ArrayDeque<>();

    Allocation(String name, long address, long bytes, Site madeAt) {
        this.name = name;
        this.address = address;
        this.bytes = bytes;
        this.madeAt = madeAt;
    }

    synchronized void requireOpen() {
        if (closedAt != null) {
            throw new IllegalStateException(
                    "tensor: used after close: tensor=" + name + ", closedAt=" + closedAt, closedAt.trace());
        }
    }

    synchronized void useOn(Stream stream) {
        requireOpen();
        users.add(stream);
    }

    /** Whether this call closed it: only the first one does. */
    synchronized boolean close(Site site) {
        if (closedAt != null) {
            return false;
        }
        closedAt = site;
        unmarked.addAll(users);
        users.clear();
        return true;
    }

    /**
     * Frees the memory if all work that may use it is done. Throws if the device refuses a step; the next call goes on from
     * there.
     *
     * @param wait whether to wait for that work
     * @return whether the memory is free
     */
    synchronized boolean free(DeviceMemory memory, boolean wait) {
        while (!unmarked.isEmpty()) {
            if (unmarked.peek().isOpen()) { // a closed stream has done all its work
                events.add(unmarked.peek().mark());
            }
            unmarked.remove();
        }
        while (!events.isEmpty()) {
            if (wait) {
                memory.driver().awaitEvent(events.peek());
            } else if (!memory.driver().isComplete(events.peek())) {
                return false;
            }
            memory.driver().destroyEvent(events.peek());
            events.remove();
        }
        memory.driver().free(address);
        return true;
    }
}

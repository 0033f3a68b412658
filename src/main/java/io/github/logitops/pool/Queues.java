package io.github.logitops.pool;

import io.github.logitops.base.Resources;
import io.github.logitops.driver.MemoryDriver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The streams of a session: which are open, and a few of the driver's that calls have for themselves one after the other, as making
 * one takes longer than a small op. Under the memory's lock.
 */
final class Queues {
    private static final int SPARE = 4;

    private final MemoryDriver driver;
    private final Set<WorkQueue> open = new LinkedHashSet<>();
    private final Deque<Long> spare = new ArrayDeque<>(); // without work

    Queues(MemoryDriver driver) {
        this.driver = driver;
    }

    /** A stream of the driver's for one call. */
    long take() {
        return spare.isEmpty() ? driver.createStream() : spare.pop();
    }

    void add(WorkQueue queue) {
        open.add(queue);
    }

    /** Ends the life of a stream whose work is done. */
    void remove(WorkQueue queue) {
        switch (queue.owner) {
            case CALL -> giveBack(queue.handle);
            case SESSION -> driver.destroyStream(queue.handle);
            case OTHERS -> {} // theirs
        }
        open.remove(queue);
        queue.markClosed();
    }

    private void giveBack(long handle) {
        if (spare.size() < SPARE) {
            spare.push(handle);
        } else {
            driver.destroyStream(handle);
        }
    }

    /** Those that are open. */
    List<WorkQueue> open() {
        return List.copyOf(open);
    }

    /** Whether nobody holds any of those that are open. */
    boolean areDropped() {
        return open.stream().allMatch(WorkQueue::isDropped);
    }

    /** Destroys the spare ones, at the end of the session. */
    void destroySpare() {
        Resources.closeAll(spare.stream()
                .map(handle -> (AutoCloseable) () -> driver.destroyStream(handle))
                .toList());
        spare.clear();
    }
}

package io.github.logitops.pool;

import io.github.logitops.driver.MemoryDriver;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A piece of device memory, which outlives the tensors that have it one after the other. It knows the work that may still use it
 * on behalf of tensors already closed: the next tensor's streams are ordered after that work on the device, so that nobody on
 * the host has to wait for it.
 */
final class Block {
    final long address;
    final long bytes;

    private final MemoryDriver driver;
    private final List<Use> uses = new ArrayList<>();

    /** Work on a queue up to an event. */
    private record Use(WorkQueue queue, long event) {}

    Block(MemoryDriver driver, long address, long bytes) {
        this.driver = driver;
        this.address = address;
        this.bytes = bytes;
    }

    /** Notes that all work now on {@code queue} may use this block. A closed one has done its work. */
    void usedOn(WorkQueue queue) {
        if (queue.isOpen()) {
            uses.add(new Use(queue, queue.mark()));
        }
    }

    /** Has work that is put on {@code next} from now on wait for the earlier uses on other queues. */
    void orderBefore(WorkQueue next) {
        for (Use use : uses) {
            if (use.queue != next) {
                if (next.isCapturing()) {
                    throw new IllegalStateException(
                            "capture: what other streams used last must be used on this one before: stream="
                                    + next.handle + ", other=" + use.queue.handle);
                }
                driver.waitEvent(next.handle, use.event);
            }
        }
    }

    /** Whether no work can use this block any more, without waiting; forgets the uses that are done. */
    boolean isIdle() {
        for (Iterator<Use> each = uses.iterator(); each.hasNext(); ) {
            Use use = each.next();
            if (driver.isComplete(use.event)) {
                driver.destroyEvent(use.event);
                each.remove();
            }
        }
        return uses.isEmpty();
    }

    /** Waits until no work can use this block any more. */
    void awaitIdle() {
        for (Use use : uses) {
            driver.awaitEvent(use.event);
        }
    }
}

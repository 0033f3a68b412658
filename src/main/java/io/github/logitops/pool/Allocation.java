package io.github.logitops.pool;

import io.github.logitops.memory.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The life of one tensor's memory, apart from the {@link Tensor} so that a tensor nobody holds any more can be told from one
 * that was closed.
 */
final class Allocation {
    private static final int CLOSED = Integer.MIN_VALUE;

    final Site madeAt;

    private final Object name; // of its tensors, in reports
    private final long address;
    private final Block block; // null: memory of others
    private final List<WorkQueue> users =
            new ArrayList<>(1); // after the close those that the block does not know of yet
    private final AtomicInteger calls = new AtomicInteger(); // under way, which the memory stays for; and CLOSED
    private volatile WorkQueue lastUser; // one of the users, which most calls are on
    private volatile Closed closed;
    private Leaks.Watch watch; // over its handle, under the memory's lock
    private volatile boolean leftToSession; // whose close was under way when its own was called

    Allocation(Object name, long address, Block block, Site madeAt) {
        this.name = name;
        this.address = address;
        this.block = block;
        this.madeAt = madeAt;
    }

    /** Throws if it is closed, naming the tensor that was to be used. */
    void requireOpen(TensorName tensor) {
        Closed how = closed;
        if (how != null) {
            throw how.refusal("tensor=" + tensor);
        }
    }

    /** Where it lies: as long as it is open, and to the end of the calls that were under way when it was closed. */
    long address(TensorName tensor) {
        if (calls.get() == CLOSED) {
            requireOpen(tensor);
        }
        return address;
    }

    /**
     * Begins a call whose work on {@code queue} uses this memory: orders it after the work of those who had the memory before.
     * The memory stays until {@link #endUse}, whoever closes it.
     */
    void beginUse(WorkQueue queue, TensorName tensor) {
        if (queue != lastUser || !countIn()) {
            addUser(queue, tensor);
        }
    }

    /** False: it is closed. */
    private boolean countIn() {
        for (int before = calls.get(); before >= 0; before = calls.get()) {
            if (calls.compareAndSet(before, before + 1)) {
                return true;
            }
        }
        return false;
    }

    private synchronized void addUser(WorkQueue queue, TensorName tensor) {
        requireOpen(tensor);
        if (!users.contains(queue)) {
            if (block != null) {
                block.orderBefore(queue);
            }
            users.removeIf(user -> !user.isOpen()); // their work is done
            users.add(queue);
        }
        lastUser = queue;
        calls.incrementAndGet();
    }

    /** Keeps the memory as a call does, whoever closes it, until {@link #endUse}; if it is closed, one must be under way. */
    void keep(TensorName tensor) {
        for (int before = calls.get(); before != CLOSED; before = calls.get()) {
            if (calls.compareAndSet(before, before + 1)) {
                return;
            }
        }
        requireOpen(tensor);
    }

    /** Ends a call. True: it was closed meanwhile, and nothing is left that keeps it from being retired. */
    boolean endUse() {
        return calls.decrementAndGet() == CLOSED;
    }

    void watch(Leaks.Watch newWatch) {
        watch = newWatch;
    }

    /** It is closed: nobody needs to know when its handle is out of reach. */
    void endWatch() {
        watch.end();
    }

    /** Has its session close it, which has begun to close all: it is no leak. */
    void leaveToSession() {
        leftToSession = true;
    }

    boolean isLeftToSession() {
        return leftToSession;
    }

    /** Whether this call closed it: only the first one does. */
    synchronized boolean close(Closed how) {
        if (closed != null) {
            return false;
        }
        closed = how;
        calls.getAndAdd(CLOSED);
        return true;
    }

    /**
     * Under the memory's lock: tells the block who used it. Null while a call still does, or while a user is captured: no
     * event of a graph says when it is done. Throws if the device refuses a step; the next call goes on from there.
     */
    synchronized Block retire() {
        if (calls.get() != CLOSED) {
            return null;
        }
        while (!users.isEmpty()) {
            int last = users.size() - 1;
            WorkQueue user = users.get(last);
            if (user.isOpen() && user.isCapturing()) {
                return null;
            }
            block.usedOn(user);
            users.remove(last);
        }
        return block;
    }

    /** Ends all uses of a closed one: its session is closed, and whoever kept it does no longer. */
    void endUses() {
        calls.set(CLOSED);
    }

    long bytes() {
        return block.bytes;
    }

    @Override
    public String toString() {
        return name.toString();
    }
}

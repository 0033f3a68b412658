package io.github.logitops.pool;

import io.github.logitops.base.Resources;
import io.github.logitops.driver.MemoryDriver;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Copies between host arrays and device memory by way of buffers that the driver's copies may use: a few for each session, and
 * more only if threads copy at the same time. An upload returns as soon as the array has been read; it waits only for a
 * buffer that an earlier copy still uses. No thread waits for another one's copies.
 */
final class Staging implements AutoCloseable {
    private static final int SLOT_BYTES = 1 << 20;
    private static final int SLOTS = 4;

    private final MemoryDriver driver;
    private final Deque<Slot> unused = new ArrayDeque<>(); // in the order in which copies began to use them
    private int slots;

    /** What moves one run of elements, contiguous on both sides, through a slot. */
    private interface Mover {
        void move(int element, int count, long address, Slot slot);
    }

    /** A buffer, in the hands of one thread or unused. */
    private final class Slot {
        final ByteBuffer buffer = driver.allocateHost(SLOT_BYTES);
        private WorkQueue usedBy; // the queue whose copies may still use the buffer
        private Long event; // completes when they are done; null if recording it failed

        boolean isFree() {
            return usedBy == null || (event != null && driver.isComplete(event));
        }

        void awaitFree() {
            if (event != null) {
                driver.awaitEvent(event);
                driver.destroyEvent(event);
                event = null;
            } else if (usedBy != null) {
                usedBy.awaitWork();
            }
            usedBy = null;
            buffer.clear();
        }

        void markUsed() {
            event = usedBy.mark();
        }
    }

    Staging(MemoryDriver driver) {
        this.driver = driver;
    }

    void upload(HostArray source, long address, DType dtype, Layout layout, WorkQueue queue) {
        Mover mover = (element, count, at, slot) -> {
            int start = slot.buffer.position();
            source.encode(element, count, dtype, slot.buffer);
            slot.usedBy = queue;
            driver.copyToDevice(at, slot.buffer.slice(start, count * dtype.bytes()), queue.handle);
        };
        forEachSlot(layout, dtype, address, mover, Slot::markUsed);
    }

    /** Waits until the queue's work is done, also where there is nothing to copy. */
    void download(HostArray target, long address, DType dtype, Layout layout, WorkQueue queue) {
        if (layout.shape().elements() == 0) {
            driver.synchronize(queue.handle);
            return;
        }
        List<Runnable> decodes = new ArrayList<>();
        Mover mover = (element, count, at, slot) -> {
            ByteBuffer run = slot.buffer.slice(slot.buffer.position(), count * dtype.bytes());
            slot.buffer.position(slot.buffer.position() + run.capacity());
            slot.usedBy = queue;
            driver.copyToHost(run, at, queue.handle);
            decodes.add(() -> target.decode(run.order(slot.buffer.order()), dtype, element, count));
        };
        forEachSlot(layout, dtype, address, mover, slot -> {
            driver.synchronize(queue.handle);
            slot.usedBy = null;
            decodes.forEach(Runnable::run);
            decodes.clear();
        });
    }

    /** Walks the tensor's rows in runs that fit a slot, many short rows to a slot, and finishes each slot when it is full. */
    private void forEachSlot(Layout layout, DType dtype, long address, Mover mover, Consumer<Slot> finish) {
        long runs = layout.isDense() ? 1 : layout.rows();
        long runLength = layout.isDense() ? layout.shape().elements() : layout.rowLength();
        long run = 0;
        long done = 0; // of the run
        while (run < runs && runLength > 0) {
            Slot slot = take();
            try {
                for (int room = SLOT_BYTES / dtype.bytes(); run < runs && room > 0; ) {
                    int count = (int) Math.min(room, runLength - done);
                    long at = address + (run * layout.rowStride() + done) * dtype.bytes();
                    mover.move((int) (run * runLength + done), count, at, slot);
                    room -= count;
                    done += count;
                    if (done == runLength) {
                        run++;
                        done = 0;
                    }
                }
                finish.accept(slot);
            } finally {
                giveBack(slot);
            }
        }
    }

    private Slot take() {
        Slot slot = takeUnused();
        if (slot == null) {
            return newSlot();
        }
        try {
            slot.awaitFree();
            return slot;
        } catch (RuntimeException | Error e) {
            giveBack(slot);
            throw e;
        }
    }

    private Slot newSlot() {
        try {
            return new Slot();
        } catch (RuntimeException | Error e) {
            synchronized (this) {
                slots--; // else it would count for good
            }
            throw e;
        }
    }

    /** The slot unused for longest; or null, for a new one to be made. */
    private synchronized Slot takeUnused() {
        if (unused.isEmpty() || (slots < SLOTS && !unused.peek().isFree())) {
            slots++;
            return null;
        }
        return unused.poll();
    }

    private synchronized void giveBack(Slot slot) {
        unused.add(slot);
    }

    @Override
    public synchronized void close() {
        List<AutoCloseable> steps = new ArrayList<>();
        for (Slot slot : unused) {
            steps.add(slot::awaitFree);
            steps.add(() -> driver.freeHost(slot.buffer));
        }
        unused.clear();
        Resources.closeAll(steps);
    }
}

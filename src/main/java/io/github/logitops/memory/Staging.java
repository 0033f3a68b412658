package io.github.logitops.memory;

import io.github.logitops.driver.MemoryDriver;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Copies between host arrays and device memory by way of a small ring of buffers that the driver's copies may use. An upload
 * returns as soon as the array has been read; it waits only for a buffer of the ring that an earlier copy still uses.
 */
final class Staging implements AutoCloseable {
    private static final int SLOT_BYTES = 1 << 20;
    private static final int SLOTS = 4;

    private final MemoryDriver driver;
    private final List<Slot> ring = new ArrayList<>();
    private int next;

    /** What moves one run of elements, contiguous on both sides, through a slot. */
    private interface Mover {
        void move(int element, int count, long address, Slot slot);
    }

    private final class Slot {
        final ByteBuffer buffer = driver.allocateHost(SLOT_BYTES);
        private Stream usedBy; // the stream whose copies may still use the buffer
        private Long event; // completes when they are done; null if recording it failed

        void awaitFree() {
            if (event != null) {
                driver.awaitEvent(event);
                driver.destroyEvent(event);
                event = null;
            } else if (usedBy != null && usedBy.isOpen()) {
                driver.synchronize(usedBy.handle());
            }
            usedBy = null;
            buffer.clear();
        }

        void markUsed(Stream stream) {
            usedBy = stream;
            event = stream.mark();
        }
    }

    Staging(MemoryDriver driver) {
        this.driver = driver;
    }

    synchronized void upload(HostArray source, long address, DType dtype, Layout layout, Stream stream) {
        forEachSlot(
                layout,
                dtype,
                address,
                (element, count, at, slot) -> {
                    int start = slot.buffer.position();
                    source.encode(element, count, dtype, slot.buffer);
                    slot.usedBy = stream;
                    driver.copyToDevice(at, slot.buffer.slice(start, count * dtype.bytes()), stream.handle());
                },
                slot -> slot.markUsed(stream));
    }

    synchronized void download(HostArray target, long address, DType dtype, Layout layout, Stream stream) {
        List<Runnable> decodes = new ArrayList<>();
        forEachSlot(
                layout,
                dtype,
                address,
                (element, count, at, slot) -> {
                    ByteBuffer run = slot.buffer.slice(slot.buffer.position(), count * dtype.bytes());
                    slot.buffer.position(slot.buffer.position() + run.capacity());
                    slot.usedBy = stream;
                    driver.copyToHost(run, at, stream.handle());
                    decodes.add(() -> target.decode(run.order(slot.buffer.order()), dtype, element, count));
                },
                slot -> {
                    driver.synchronize(stream.handle());
                    slot.usedBy = null;
                    decodes.forEach(Runnable::run);
                    decodes.clear();
                });
    }

    /** Walks the tensor's rows in runs that fit a slot, many short rows to a slot, and finishes each slot when it is full. */
    private void forEachSlot(Layout layout, DType dtype, long address, Mover mover, Consumer<Slot> finish) {
        long runs = layout.isDense() ? 1 : layout.rows();
        long runLength = layout.isDense() ? layout.shape().elements() : layout.rowLength();
        if (layout.shape().elements() == 0) {
            return;
        }
        int slotElements = SLOT_BYTES / dtype.bytes();
        Slot slot = null;
        int room = 0;
        for (long run = 0; run < runs; run++) {
            for (long done = 0; done < runLength; ) {
                if (room == 0) {
                    if (slot != null) {
                        finish.accept(slot);
                    }
                    slot = nextSlot();
                    room = slotElements;
                }
                int count = (int) Math.min(room, runLength - done);
                long at = address + (run * layout.rowStride() + done) * dtype.bytes();
                mover.move((int) (run * runLength + done), count, at, slot);
                room -= count;
                done += count;
            }
        }
        finish.accept(slot);
    }

    private Slot nextSlot() {
        if (ring.size() < SLOTS) {
            ring.add(new Slot());
            next = 0;
            return ring.get(ring.size() - 1);
        }
        Slot slot = ring.get(next);
        next = (next + 1) % SLOTS;
        slot.awaitFree();
        return slot;
    }

    @Override
    public synchronized void close() {
        List<AutoCloseable> steps = new ArrayList<>();
        for (Slot slot : ring) {
            steps.add(slot::awaitFree);
            steps.add(() -> driver.freeHost(slot.buffer));
        }
        ring.clear();
        Resources.closeAll(steps);
    }
}

package io.github.logitops.pool;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.ObjLongConsumer;

/**
 * Tensors that share one piece of memory and one life, such as those of a result. To use one is to use all; they are closed
 * together, and closing one of them does nothing.
 */
public final class TensorGroup implements AutoCloseable {
    private final DeviceMemory memory;
    private final Allocation allocation;
    private final TensorRun run;
    private final List<DeviceTensor> tensors = new ArrayList<>();

    /** One of the tensors that there are to be, without padding. */
    public record Part(DType dtype, Shape shape) {}

    TensorGroup(DeviceMemory memory, Allocation allocation, TensorRun run) {
        this.memory = memory;
        this.allocation = allocation;
        this.run = run;
        for (int i = 0; i < run.size(); i++) {
            tensors.add(new DeviceTensor(memory, allocation, run.offset(i), run.name(i), this));
        }
    }

    /** The tensors, in the order of the parts. */
    public List<Tensor> tensors() {
        return Collections.unmodifiableList(tensors);
    }

    /** Where the bytes of a tensor are in what {@link #peek} copies. */
    public int offset(int index) {
        return Math.toIntExact(run.offset(index));
    }

    /**
     * Queues an overwrite of all of their bytes, and of those between them, with {@code value}. Waits for nothing.
     *
     * @throws IllegalStateException if they or the stream are closed
     */
    public void fill(byte value, Stream stream) {
        DeviceTensor first = tensors.get(0);
        first.requireOneSession("fill", stream);
        memory.use(
                List.of(first),
                stream,
                () -> memory.driver()
                        .fill(
                                first.address(),
                                value,
                                run.bytes(),
                                DeviceStream.of(stream).queue().handle));
    }

    /** Whether a byte of the tensor lies between the first of these and the last. */
    public boolean overlaps(Tensor tensor) {
        long start = tensors.get(0).address();
        return tensor.address() < start + run.bytes() && start < tensor.address() + tensor.bytes();
    }

    /** Throws if they are closed. */
    public void requireOpen() {
        allocation.requireOpen(run.name(0));
    }

    /**
     * Keeps the memory, whoever closes it, until {@link #release}.
     *
     * @throws IllegalStateException if it is closed and nobody keeps it
     */
    public void keep() {
        allocation.keep(run.name(0));
    }

    /** Ends a {@link #keep}. */
    public void release() {
        memory.endUse(allocation);
    }

    /**
     * Copies bytes from the first tensor on into {@code target}, as many as it has room for, which is in native order. Waits until the stream's work is done, but
     * leaves what ops found on the device for the next call that waits. The stream must not be captured, and comes after those
     * that wrote here. What is closed can be read while it is kept.
     *
     * @throws IllegalStateException if it is closed and nobody keeps it, or the stream is closed
     */
    public void peek(ByteBuffer target, Stream stream) {
        Layout layout = Layout.dense(Shape.of(target.remaining()));
        HostArray bytes = new HostArray.Bytes(target);
        during(stream, (queue, address) -> memory.staging().download(bytes, address, DType.BOOL, layout, queue));
    }

    /** Overwrites {@code bytes} bytes from {@code offset} on with {@code value}. Waits and throws as {@link #peek} does. */
    public void poke(int offset, int bytes, byte value, Stream stream) {
        during(stream, (queue, address) -> {
            memory.driver().fill(address + offset, value, bytes, queue.handle);
            queue.synchronize(); // nothing else keeps the memory for it
        });
    }

    private void during(Stream stream, ObjLongConsumer<WorkQueue> work) {
        stream.during(() -> {
            keep();
            try {
                work.accept(DeviceStream.of(stream).queue(), allocation.address(run.name(0)));
            } finally {
                release();
            }
        });
    }

    /** Gives the memory back, once the streams that used it are past that use. Waits for nothing. Closing again does nothing. */
    @Override
    public void close() {
        try {
            memory.close(allocation);
        } finally {
            Reference.reachabilityFence(this); // else it may count as dropped
        }
    }
}

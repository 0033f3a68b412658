package io.github.logitops.memory;

import io.github.logitops.spec.Arguments;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Elements of one dtype in device memory (in the CPU mode: on the Java heap). Made by {@code LogitOps.empty}, {@code upload},
 * {@code labels}, {@code vector} and {@code wrap}.
 *
 * <p>A tensor remembers the streams that used it: it may be closed while they still work, before or after them, and its
 * memory is given to nobody else before they are done. Any thread may close it: calls that take it and are under way keep the
 * memory until they end, those that begin later are refused. A tensor that is dropped instead is reported as a leak, and its
 * memory taken back.
 *
 * <p>Uploads and downloads convert: values from {@code float[]} and {@code double[]} are rounded once, to nearest even;
 * F16 and BF16 also go as bits in {@code short[]}, and every dtype goes as bytes in a {@link ByteBuffer}, each
 * element in the buffer's byte order (big-endian unless you set it; {@code ByteOrder.nativeOrder()} is the fastest). On the host, rows lie without padding; padding on the device is left as it is.
 */
public final class Tensor implements AutoCloseable {
    private final DeviceMemory memory;
    private final Allocation allocation;
    private final long offset; // in it
    private final TensorName name;
    private final DType dtype;
    private final Layout layout;
    private final TensorGroup group; // that it is part of, and keeps in reach; null: none

    Tensor(DeviceMemory memory, Allocation allocation, long offset, TensorName name, TensorGroup group) {
        this.memory = memory;
        this.allocation = allocation;
        this.offset = offset;
        this.name = name;
        this.dtype = name.dtype();
        this.layout = name.layout();
        this.group = group;
    }

    /** The type of the elements. */
    public DType dtype() {
        return dtype;
    }

    /** The extents. */
    public Shape shape() {
        return layout.shape();
    }

    /** The extents, and where the rows lie. */
    public Layout layout() {
        return layout;
    }

    /**
     * The device address of the first element. The memory may have been another tensor's, and work of that one may still be
     * under way: before code outside this library works on it, call {@link #useOn} with the stream that the code works on
     * ({@code LogitOps.wrapStream}), which orders that stream after it. For tensors that come from {@code wrap} around this
     * address, do so on this tensor.
     *
     * @throws IllegalStateException if the tensor is closed and no call that was under way then still uses it
     */
    public long address() {
        return allocation.address(name) + offset;
    }

    /** The number of bytes from the first to the last element, padding between rows counted. */
    public long bytes() {
        return layout.span() * dtype.bytes();
    }

    /**
     * Queues an overwrite with {@code source}, which may be changed once this returns. May wait for a staging buffer, not for
     * the device's other work.
     *
     * @throws IllegalArgumentException if the array does not go with the dtype or its length is not the number of elements
     * @throws IllegalStateException if the tensor or the stream is closed
     */
    public void upload(float[] source, Stream stream) {
        upload(new HostArray.Floats(source), stream);
    }

    /** As {@link #upload(float[], Stream)}; doubles are rounded to F32, F16 and BF16 in one step. */
    public void upload(double[] source, Stream stream) {
        upload(new HostArray.Doubles(source), stream);
    }

    /** As {@link #upload(float[], Stream)}, the bits of F16 or BF16 elements. */
    public void upload(short[] source, Stream stream) {
        upload(new HostArray.Bits(source), stream);
    }

    /** As {@link #upload(float[], Stream)}, labels. */
    public void upload(int[] source, Stream stream) {
        upload(new HostArray.Ints(source), stream);
    }

    /** As {@link #upload(float[], Stream)}, labels; only into I64. */
    public void upload(long[] source, Stream stream) {
        if (dtype == DType.I32) {
            throw new IllegalArgumentException("upload: long[] fits only I64: tensor=" + this);
        }
        upload(new HostArray.Longs(source), stream);
    }

    /** As {@link #upload(float[], Stream)}, a mask. */
    public void upload(boolean[] source, Stream stream) {
        upload(new HostArray.Booleans(source), stream);
    }

    /** As {@link #upload(float[], Stream)}, elements in the buffer's byte order between its position and limit; neither is moved. */
    public void upload(ByteBuffer source, Stream stream) {
        upload(new HostArray.Bytes(source), stream);
    }

    /**
     * The elements as floats, in a new array. Waits until the stream's work is done.
     *
     * @throws IllegalArgumentException if an op before on this stream found a label out of range (thrown once), or the dtype
     *     is a label type
     * @throws IllegalStateException if the tensor or the stream is closed
     */
    public float[] download(Stream stream) {
        float[] target = new float[arrayLength()];
        download(target, stream);
        return target;
    }

    /** As {@link #download(Stream)}, as doubles: exact for every floating dtype. */
    public double[] downloadDoubles(Stream stream) {
        double[] target = new double[arrayLength()];
        download(target, stream);
        return target;
    }

    /** As {@link #download(Stream)}, the bits of F16 or BF16 elements. */
    public short[] downloadBits(Stream stream) {
        short[] target = new short[arrayLength()];
        download(target, stream);
        return target;
    }

    /** As {@link #download(Stream)}, labels of either type. */
    public long[] downloadLabels(Stream stream) {
        long[] target = new long[arrayLength()];
        download(target, stream);
        return target;
    }

    /** As {@link #download(Stream)}, into {@code target}; values of F64 are rounded to float. */
    public void download(float[] target, Stream stream) {
        download(new HostArray.Floats(target), stream);
    }

    /** As {@link #downloadDoubles(Stream)}, into {@code target}. */
    public void download(double[] target, Stream stream) {
        download(new HostArray.Doubles(target), stream);
    }

    /** As {@link #downloadBits(Stream)}, into {@code target}. */
    public void download(short[] target, Stream stream) {
        download(new HostArray.Bits(target), stream);
    }

    /** As {@link #downloadLabels(Stream)}, into {@code target}; only from I32. */
    public void download(int[] target, Stream stream) {
        if (dtype == DType.I64) {
            throw new IllegalArgumentException("download: int[] takes only I32: tensor=" + this);
        }
        download(new HostArray.Ints(target), stream);
    }

    /** As {@link #downloadLabels(Stream)}, into {@code target}. */
    public void download(long[] target, Stream stream) {
        download(new HostArray.Longs(target), stream);
    }

    /** As {@link #download(Stream)}, a mask into {@code target}. */
    public void download(boolean[] target, Stream stream) {
        download(new HostArray.Booleans(target), stream);
    }

    /**
     * As {@link #download(Stream)}, elements in the buffer's byte order between its position and limit; neither is moved.
     *
     * @throws IllegalArgumentException also if the buffer is read-only
     */
    public void download(ByteBuffer target, Stream stream) {
        if (Arguments.notNull("download", "target", target).isReadOnly()) {
            throw new IllegalArgumentException("download: the buffer is read-only: tensor=" + this);
        }
        download(new HostArray.Bytes(target), stream);
    }

    /**
     * Gives the memory back, once the streams that used it are past that use. Waits for nothing. Closing again does nothing;
     * memory of others ({@code LogitOps.wrap}) stays theirs, and a tensor of a result stays open until that is closed.
     */
    @Override
    public void close() {
        if (group == null) {
            try {
                memory.close(allocation);
            } finally {
                Reference.reachabilityFence(this); // else it may count as dropped
            }
        }
    }

    /**
     * Notes that work on {@code stream} uses this tensor, and orders it after work for those who had the memory before. Ops call
     * it themselves; work of others on the tensor's address needs it.
     */
    public void useOn(Stream stream) {
        requireOneSession("useOn", stream);
        memory.use(List.of(this), stream, () -> {});
    }

    /** Whether tensor and stream were made by the same session. */
    public boolean belongsWith(Stream stream) {
        return Arguments.notNull("belongsWith", "stream", stream).memory() == memory;
    }

    /** Number, dtype and shape. */
    @Override
    public String toString() {
        return name.toString();
    }

    private void upload(HostArray source, Stream stream) {
        requireFit("upload", "source", source, stream);
        WorkQueue queue = stream.queue();
        memory.use(List.of(this), stream, () -> {
            queue.requireNotCapturing("upload");
            memory.staging().upload(source, address(), dtype, layout, queue);
        });
    }

    private void download(HostArray target, Stream stream) {
        requireFit("download", "target", target, stream);
        WorkQueue queue = stream.queue();
        memory.use(List.of(this), stream, () -> {
            queue.requireNotCapturing("download");
            memory.staging().download(target, address(), dtype, layout, queue);
            queue.runChecks();
        });
    }

    /** Begins a call whose work on {@code queue} uses this; the memory stays until {@link #endUse}. */
    void beginUse(WorkQueue queue) {
        allocation.beginUse(queue, name);
    }

    void endUse() {
        memory.endUse(allocation);
    }

    private void requireFit(String call, String name, HostArray array, Stream stream) {
        Arguments.notNull(call, name, array.array());
        Arguments.notNull(call, "stream", stream);
        allocation.requireOpen(this.name);
        stream.requireOpen();
        requireOneSession(call, stream);
        array.requireFit(call, this);
    }

    void requireOneSession(String call, Stream stream) {
        if (!belongsWith(Arguments.notNull(call, "stream", stream))) {
            throw new IllegalArgumentException(
                    call + ": tensor and stream must come from one session: tensor=" + this + ", stream=" + stream);
        }
    }

    private int arrayLength() {
        if (shape().elements() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("download: too many elements for one array: tensor=" + this);
        }
        return (int) shape().elements();
    }
}

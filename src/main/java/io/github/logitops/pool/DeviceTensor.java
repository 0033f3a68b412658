package io.github.logitops.pool;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.List;

/** A tensor of a session: a part of an {@link Allocation}. */
public final class DeviceTensor implements Tensor {
    private final DeviceMemory memory;
    private final Allocation allocation;
    private final long offset; // in it
    private final TensorName name;
    private final DType dtype;
    private final Layout layout;
    private final Object whole; // that it is part of, and keeps in reach; null: none

    DeviceTensor(DeviceMemory memory, Allocation allocation, long offset, TensorName name, Object whole) {
        this.memory = memory;
        this.allocation = allocation;
        this.offset = offset;
        this.name = name;
        this.dtype = name.dtype();
        this.layout = name.layout();
        this.whole = whole;
    }

    /**
     * What a session made of it.
     *
     * @throws IllegalArgumentException if none made this tensor
     */
    static DeviceTensor of(Tensor tensor) {
        if (tensor instanceof DeviceTensor made) {
            return made;
        }
        throw new IllegalArgumentException("tensor: no session made it: tensor=" + tensor);
    }

    /** Elements of a tensor from the first-th on as a tensor of their own, which is open as long as that is. */
    public static Tensor view(Tensor tensor, long first, Layout layout) {
        DeviceTensor of = of(tensor);
        if (layout.span() == 0) { // it lies nowhere: what comes after padding may not be there
            return part(of, 0, layout);
        }
        if (first < 0 || first + layout.span() > of.layout.span()) {
            throw new IllegalArgumentException("tensor: a view reaches beyond its tensor: first=" + first + ", view="
                    + layout + ", tensor=" + tensor);
        }
        return part(of, first, layout);
    }

    private static Tensor part(DeviceTensor of, long first, Layout layout) {
        TensorName name = new TensorName(of.name.number(), of.dtype, layout);
        return new DeviceTensor(of.memory, of.allocation, of.offset + first * of.dtype.bytes(), name, of);
    }

    @Override
    public Tensor slice(long first, long count) {
        Shape shape = shape();
        if (shape.rank() == 0 || first < 0 || count < 0 || first + count > shape.extent(0) || first + count < 0) {
            throw new IllegalArgumentException(
                    "slice: not some of the tensor: first=" + first + ", count=" + count + ", tensor=" + this);
        }
        return view(this, first * layout.stride(0), layout.withOutermost(count));
    }

    @Override
    public Tensor reshape(Shape shape) {
        Layout dense = Layout.dense(Arguments.notNull("reshape", "shape", shape));
        boolean keepsRows = shape.rank() > 0 && dense.rowLength() == layout.rowLength();
        if (shape.elements() != shape().elements() || !layout.isDense() && !keepsRows) {
            throw new IllegalArgumentException("reshape: each element must be there once, and padded rows stay as they"
                    + " are: shape=" + shape + ", tensor=" + this);
        }
        return view(this, 0, layout.isDense() ? dense : new Layout(shape, layout.rowStride()));
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public Shape shape() {
        return layout.shape();
    }

    @Override
    public Layout layout() {
        return layout;
    }

    @Override
    public long address() {
        return allocation.address(name) + offset;
    }

    @Override
    public long bytes() {
        return layout.span() * dtype.bytes();
    }

    @Override
    public void upload(float[] source, Stream stream) {
        upload(new HostArray.Floats(source), stream);
    }

    @Override
    public void upload(double[] source, Stream stream) {
        upload(new HostArray.Doubles(source), stream);
    }

    @Override
    public void upload(short[] source, Stream stream) {
        upload(new HostArray.Bits(source), stream);
    }

    @Override
    public void upload(int[] source, Stream stream) {
        upload(new HostArray.Ints(source), stream);
    }

    @Override
    public void upload(long[] source, Stream stream) {
        if (dtype == DType.I32) {
            throw new IllegalArgumentException("upload: long[] fits only I64: tensor=" + this);
        }
        upload(new HostArray.Longs(source), stream);
    }

    @Override
    public void upload(boolean[] source, Stream stream) {
        upload(new HostArray.Booleans(source), stream);
    }

    @Override
    public void upload(ByteBuffer source, Stream stream) {
        upload(new HostArray.Bytes(source), stream);
    }

    @Override
    public void upload(HostTensor source, Stream stream) {
        requireAlike("upload", Arguments.notNull("upload", "source", source));
        try {
            upload(HostArray.of(source), stream);
        } finally {
            Reference.reachabilityFence(source);
        }
    }

    @Override
    public float[] download(Stream stream) {
        float[] target = new float[arrayLength()];
        download(target, stream);
        return target;
    }

    @Override
    public double[] downloadDoubles(Stream stream) {
        double[] target = new double[arrayLength()];
        download(target, stream);
        return target;
    }

    @Override
    public short[] downloadBits(Stream stream) {
        short[] target = new short[arrayLength()];
        download(target, stream);
        return target;
    }

    @Override
    public long[] downloadLabels(Stream stream) {
        long[] target = new long[arrayLength()];
        download(target, stream);
        return target;
    }

    @Override
    public void download(float[] target, Stream stream) {
        download(new HostArray.Floats(target), stream);
    }

    @Override
    public void download(double[] target, Stream stream) {
        download(new HostArray.Doubles(target), stream);
    }

    @Override
    public void download(short[] target, Stream stream) {
        download(new HostArray.Bits(target), stream);
    }

    @Override
    public void download(int[] target, Stream stream) {
        if (dtype == DType.I64) {
            throw new IllegalArgumentException("download: int[] takes only I32: tensor=" + this);
        }
        download(new HostArray.Ints(target), stream);
    }

    @Override
    public void download(long[] target, Stream stream) {
        download(new HostArray.Longs(target), stream);
    }

    @Override
    public void download(boolean[] target, Stream stream) {
        download(new HostArray.Booleans(target), stream);
    }

    @Override
    public void download(ByteBuffer target, Stream stream) {
        if (Arguments.notNull("download", "target", target).isReadOnly()) {
            throw new IllegalArgumentException("download: the buffer is read-only: tensor=" + this);
        }
        download(new HostArray.Bytes(target), stream);
    }

    @Override
    public void download(HostTensor target, Stream stream) {
        requireAlike("download", Arguments.notNull("download", "target", target));
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("download: the buffer is read-only: tensor=" + this);
        }
        try {
            download(HostArray.of(target), stream);
        } finally {
            Reference.reachabilityFence(target);
        }
    }

    private void requireAlike(String call, HostTensor host) {
        if (host.dtype() != dtype || !host.shape().equals(shape())) {
            throw new IllegalArgumentException(call + ": of another dtype or shape: host=" + host + ", tensor=" + this);
        }
    }

    @Override
    public void close() {
        if (whole == null) {
            try {
                memory.close(allocation);
            } finally {
                Reference.reachabilityFence(this); // else it may count as dropped
            }
        }
    }

    @Override
    public void useOn(Stream stream) {
        requireOneSession("useOn", stream);
        memory.use(List.of(this), stream, () -> {});
    }

    @Override
    public boolean belongsWith(Stream stream) {
        return memory.made(Arguments.notNull("belongsWith", "stream", stream));
    }

    @Override
    public String toString() {
        return name.toString();
    }

    private void upload(HostArray source, Stream stream) {
        requireFit("upload", "source", source, stream);
        WorkQueue queue = DeviceStream.of(stream).queue();
        memory.use(List.of(this), stream, () -> {
            queue.requireNotCapturing("upload");
            memory.staging().upload(source, address(), dtype, layout, queue);
        });
    }

    private void download(HostArray target, Stream stream) {
        requireFit("download", "target", target, stream);
        WorkQueue queue = DeviceStream.of(stream).queue();
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

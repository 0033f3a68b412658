package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import java.nio.ByteBuffer;

/** How sessions make tensors. */
abstract class TensorFactory {
    final Session session;

    TensorFactory(Session session) {
        this.session = session;
    }

    /**
     * A new tensor with undefined content. Close it.
     *
     * @throws io.github.logitops.memory.DeviceOutOfMemoryException if device or memory limit leave too little
     */
    public Tensor empty(DType dtype, Shape shape) {
        return empty(dtype, Layout.dense(Arguments.notNull("empty", "shape", shape)));
    }

    /** As {@link #empty(DType, Shape)}, with padded rows. */
    public Tensor empty(DType dtype, Layout layout) {
        Arguments.notNull("empty", "dtype", dtype);
        Arguments.notNull("empty", "layout", layout);
        return session.empty(dtype, layout);
    }

    /** A new tensor that {@link Tensor#upload(float[], Stream)} was called on. Close it. */
    public Tensor upload(float[] values, DType dtype, Shape shape, Stream stream) {
        HostForm.requireLength("upload", "values", values, shape);
        return session.filled("upload", dtype, shape, stream, tensor -> tensor.upload(values, stream));
    }

    /** As {@link #upload(float[], DType, Shape, Stream)}, from doubles, which are rounded to the dtype in one step. */
    public Tensor upload(double[] values, DType dtype, Shape shape, Stream stream) {
        HostForm.requireLength("upload", "values", values, shape);
        return session.filled("upload", dtype, shape, stream, tensor -> tensor.upload(values, stream));
    }

    /** As {@link #upload(float[], DType, Shape, Stream)}, from the bits of F16 or BF16 elements. */
    public Tensor upload(short[] bits, DType dtype, Shape shape, Stream stream) {
        HostForm.requireLength("upload", "bits", bits, shape);
        return session.filled("upload", dtype, shape, stream, tensor -> tensor.upload(bits, stream));
    }

    /** As {@link #upload(float[], DType, Shape, Stream)}, from elements in the buffer's byte order between position and limit. */
    public Tensor upload(ByteBuffer bytes, DType dtype, Shape shape, Stream stream) {
        HostForm.requireBytes(bytes, dtype, shape);
        return session.filled("upload", dtype, shape, stream, tensor -> tensor.upload(bytes, stream));
    }

    /** A new tensor without padding of what is there. Close it. */
    public Tensor upload(HostTensor source, Stream stream) {
        Arguments.notNull("upload", "source", source);
        return session.filled(
                "upload", source.dtype(), source.shape(), stream, tensor -> tensor.upload(source, stream));
    }

    /** I32 labels for as many rows as there are. */
    public Tensor labels(int[] labels, Stream stream) {
        return labels(labels, Shape.of(Arguments.notNull("labels", "labels", labels).length), stream);
    }

    /** I32 labels of this shape: that of the logits without the class axis. */
    public Tensor labels(int[] labels, Shape shape, Stream stream) {
        HostForm.requireLength("labels", "labels", labels, shape);
        return session.filled("labels", DType.I32, shape, stream, tensor -> tensor.upload(labels, stream));
    }

    /** I64 labels for as many rows as there are. */
    public Tensor labels(long[] labels, Stream stream) {
        return labels(labels, Shape.of(Arguments.notNull("labels", "labels", labels).length), stream);
    }

    /** I64 labels of this shape: that of the logits without the class axis. */
    public Tensor labels(long[] labels, Shape shape, Stream stream) {
        HostForm.requireLength("labels", "labels", labels, shape);
        return session.filled("labels", DType.I64, shape, stream, tensor -> tensor.upload(labels, stream));
    }

    /** A BOOL mask of this shape. */
    public Tensor mask(boolean[] mask, Shape shape, Stream stream) {
        HostForm.requireLength("mask", "mask", mask, shape);
        return session.filled("mask", DType.BOOL, shape, stream, tensor -> tensor.upload(mask, stream));
    }

    /** An F32 vector, such as class weights for F32, F16 and BF16 logits. */
    public Tensor vector(float[] values, Stream stream) {
        return upload(values, DType.F32, Shape.of(Arguments.notNull("vector", "values", values).length), stream);
    }

    /** An F64 vector, such as class weights for F64 logits. */
    public Tensor vector(double[] values, Stream stream) {
        return upload(values, DType.F64, Shape.of(Arguments.notNull("vector", "values", values).length), stream);
    }

    /**
     * Device memory of others as a tensor, from {@code address} on, a multiple of the element size: not owned, copied or freed here.
     * It must be valid until work that uses the tensor is done. In the CPU mode only parts of this session's own tensors can be.
     *
     * @throws IllegalArgumentException if the device cannot reach all of it
     */
    public Tensor wrap(long address, DType dtype, Shape shape) {
        return wrap(address, dtype, Layout.dense(Arguments.notNull("wrap", "shape", shape)));
    }

    /** As {@link #wrap(long, DType, Shape)}, with padded rows. */
    public Tensor wrap(long address, DType dtype, Layout layout) {
        Arguments.notNull("wrap", "dtype", dtype);
        Arguments.notNull("wrap", "layout", layout);
        return session.make(from -> from.wrap(address, dtype, layout));
    }
}

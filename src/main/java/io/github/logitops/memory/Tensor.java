package io.github.logitops.memory;

import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import java.nio.ByteBuffer;

/**
 * Elements of one dtype in device memory (in the CPU mode: on the Java heap). Made by methods of
 * {@link io.github.logitops.LogitOps}: {@code empty}, {@code upload}, {@code labels}, {@code vector}, {@code mask} and {@code wrap}.
 *
 * <p>A tensor remembers the streams that used it: it may be closed while they still work, before or after them, and its
 * memory is given to nobody else before they are done. Any thread may close it: calls that take it and are under way keep the
 * memory until they end, those that begin later are refused. A tensor that is dropped instead is reported as a leak, and its
 * memory taken back.
 *
 * <p>Uploads and downloads convert: values from {@code float[]} and {@code double[]} are rounded once, to nearest even;
 * F16 and BF16 also go as bits in {@code short[]}, and every dtype goes as bytes in a {@link ByteBuffer}, each
 * element in the buffer's byte order (big-endian unless you set it; {@code ByteOrder.nativeOrder()} is the fastest). On the host,
 * rows lie without padding; padding on the device is left as it is.
 *
 * <p>Only sessions make tensors: calls take no other implementation.
 */
public interface Tensor extends AutoCloseable {
    /** The type of the elements. */
    DType dtype();

    /** The extents. */
    Shape shape();

    /** The extents, and where the rows lie. */
    Layout layout();

    /**
     * The device address of the first element. The memory may have been another tensor's, and work of that one may still be
     * under way: before code outside this library works on it, call {@link #useOn} with the stream that the code works on
     * ({@link io.github.logitops.LogitOps#wrapStream}), which orders that stream after it. For tensors that come from
     * {@code wrap} around this address, do so on this tensor.
     *
     * @throws IllegalStateException if the tensor is closed and no call that was under way then still uses it
     */
    long address();

    /** The number of bytes from the first to the last element, padding between rows counted. */
    long bytes();

    /**
     * {@code count} of the outermost dimension's entries, from {@code first} on, as a tensor that shares this one's memory: the
     * rows of a smaller last batch. It is open as long as this one is; closing it does nothing.
     *
     * @throws IllegalArgumentException if it has no dimension, or fewer entries
     */
    Tensor slice(long first, long count);

    /**
     * The same elements in another shape, as a tensor that shares this one's memory, as {@link #slice} does. With padding between rows
     * the innermost extent stays.
     *
     * @throws IllegalArgumentException if the shape has more or fewer elements, or other rows where these are padded
     */
    Tensor reshape(Shape shape);

    /**
     * Queues an overwrite with {@code source}, which may be changed once this returns. May wait for a staging buffer, not for
     * the device's other work.
     *
     * @throws IllegalArgumentException if the array does not go with the dtype or its length is not the number of elements
     * @throws IllegalStateException if the tensor or the stream is closed
     */
    void upload(float[] source, Stream stream);

    /** As {@link #upload(float[], Stream)}; doubles are rounded to F32, F16 and BF16 in one step. */
    void upload(double[] source, Stream stream);

    /** As {@link #upload(float[], Stream)}, the bits of F16 or BF16 elements. */
    void upload(short[] source, Stream stream);

    /** As {@link #upload(float[], Stream)}, labels. */
    void upload(int[] source, Stream stream);

    /** As {@link #upload(float[], Stream)}, labels; only into I64. */
    void upload(long[] source, Stream stream);

    /** As {@link #upload(float[], Stream)}, a mask. */
    void upload(boolean[] source, Stream stream);

    /** As {@link #upload(float[], Stream)}, elements in the buffer's byte order between its position and limit; neither is moved. */
    void upload(ByteBuffer source, Stream stream);

    /** As {@link #upload(float[], Stream)}, from memory that stands for a tensor of this dtype and shape. */
    void upload(HostTensor source, Stream stream);

    /**
     * The elements as floats, in a new array. Waits until the stream's work is done.
     *
     * @throws IllegalArgumentException if an op before on this stream found a label out of range (thrown once), or the dtype
     *     is a label type
     * @throws IllegalStateException if the tensor or the stream is closed
     */
    float[] download(Stream stream);

    /** As {@link #download(Stream)}, as doubles: exact for every floating dtype. */
    double[] downloadDoubles(Stream stream);

    /** As {@link #download(Stream)}, the bits of F16 or BF16 elements. */
    short[] downloadBits(Stream stream);

    /** As {@link #download(Stream)}, labels of either type. */
    long[] downloadLabels(Stream stream);

    /** As {@link #download(Stream)}, into {@code target}; values of F64 are rounded to float. */
    void download(float[] target, Stream stream);

    /** As {@link #downloadDoubles(Stream)}, into {@code target}. */
    void download(double[] target, Stream stream);

    /** As {@link #downloadBits(Stream)}, into {@code target}. */
    void download(short[] target, Stream stream);

    /** As {@link #downloadLabels(Stream)}, into {@code target}; only from I32. */
    void download(int[] target, Stream stream);

    /** As {@link #downloadLabels(Stream)}, into {@code target}. */
    void download(long[] target, Stream stream);

    /** As {@link #download(Stream)}, a mask into {@code target}. */
    void download(boolean[] target, Stream stream);

    /**
     * As {@link #download(Stream)}, elements in the buffer's byte order between its position and limit; neither is moved.
     *
     * @throws IllegalArgumentException also if the buffer is read-only
     */
    void download(ByteBuffer target, Stream stream);

    /**
     * As {@link #download(Stream)}, to memory that stands for a tensor of this dtype and shape.
     *
     * @throws IllegalArgumentException also if nothing can be written to it
     */
    void download(HostTensor target, Stream stream);

    /**
     * Gives the memory back, once the streams that used it are past that use. Waits for nothing. Closing again does nothing;
     * memory of others ({@link io.github.logitops.LogitOps#wrap}) stays theirs, and a tensor of a result stays open until
     * that is closed.
     */
    @Override
    void close();

    /**
     * Notes that work on {@code stream} uses this tensor, and orders it after work for those who had the memory before. Ops call
     * it themselves; work of others on the tensor's address needs it.
     */
    void useOn(Stream stream);

    /** Whether tensor and stream were made by the same session. */
    boolean belongsWith(Stream stream);
}

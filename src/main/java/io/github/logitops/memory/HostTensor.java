package io.github.logitops.memory;

import io.github.logitops.base.Arguments;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Memory of the host that stands for a tensor: an array, a buffer or a segment, which holds each element once, row after row without
 * padding. Nothing is copied when it is made. {@link io.github.logitops.LogitOps#onHost} takes it for input, output or both; tensors are
 * uploaded from it and downloaded to it.
 *
 * <p>Of a buffer it is what lies between position and limit at this moment; neither is moved.
 */
public final class HostTensor {
    private final Object memory;
    private final DType dtype;
    private final Shape shape;
    private final boolean confined;
    private final Object owner; // kept from the garbage collector; never used otherwise

    private HostTensor(Object memory, long elements, DType dtype, Shape shape) {
        this(memory, elements, dtype, shape, false);
    }

    private HostTensor(HostTensor other, Object owner) {
        this.memory = other.memory;
        this.dtype = other.dtype;
        this.shape = other.shape;
        this.confined = other.confined;
        this.owner = owner;
    }

    private HostTensor(Object memory, long elements, DType dtype, Shape shape, boolean confined) {
        if (elements != Arguments.notNull("hostTensor", "shape", shape).elements()) {
            throw new IllegalArgumentException("hostTensor: each element must be there once: elements=" + elements
                    + ", dtype=" + dtype + ", shape=" + shape);
        }
        this.memory = memory;
        this.dtype = dtype;
        this.shape = shape;
        this.confined = confined;
        this.owner = null;
    }

    private static HostTensor ofArray(Object array, boolean suits, DType dtype, Shape shape) {
        long elements = Array.getLength(Arguments.notNull("hostTensor", "array", array));
        return new HostTensor(array, elements, requireSuits(array, suits, dtype), shape);
    }

    private static DType requireSuits(Object memory, boolean suits, DType dtype) {
        if (!suits) {
            throw new IllegalArgumentException("hostTensor: memory and dtype do not go together: memory="
                    + memory.getClass().getSimpleName() + ", dtype=" + dtype);
        }
        return dtype;
    }

    /** F32. */
    public static HostTensor of(float[] values, Shape shape) {
        return ofArray(values, true, DType.F32, shape);
    }

    /** Any floating dtype, rounded once on the way in, and to float on the way out. */
    public static HostTensor of(float[] values, DType dtype, Shape shape) {
        return ofArray(values, isFloating(dtype), dtype, shape);
    }

    /** F64. */
    public static HostTensor of(double[] values, Shape shape) {
        return ofArray(values, true, DType.F64, shape);
    }

    /** Any floating dtype, rounded once on the way in, and exact on the way out. */
    public static HostTensor of(double[] values, DType dtype, Shape shape) {
        return ofArray(values, isFloating(dtype), dtype, shape);
    }

    /** The bits of F16 or BF16. */
    public static HostTensor of(short[] bits, DType dtype, Shape shape) {
        return ofArray(bits, isFloating(dtype) && dtype.bytes() == Short.BYTES, dtype, shape);
    }

    /** I32: labels of as many rows. */
    public static HostTensor of(int... labels) {
        return of(labels, Shape.of(Arguments.notNull("hostTensor", "labels", labels).length));
    }

    /** I32: labels. */
    public static HostTensor of(int[] labels, Shape shape) {
        return ofArray(labels, true, DType.I32, shape);
    }

    /** I64: labels of as many rows. */
    public static HostTensor of(long... labels) {
        return of(labels, Shape.of(Arguments.notNull("hostTensor", "labels", labels).length));
    }

    /** I64: labels. */
    public static HostTensor of(long[] labels, Shape shape) {
        return ofArray(labels, true, DType.I64, shape);
    }

    /** BOOL: a mask. */
    public static HostTensor of(boolean[] mask, Shape shape) {
        return ofArray(mask, true, DType.BOOL, shape);
    }

    /** F32. */
    public static HostTensor of(FloatBuffer values, Shape shape) {
        FloatBuffer part = Arguments.notNull("hostTensor", "values", values).slice();
        return new HostTensor(part, part.remaining(), DType.F32, shape);
    }

    /** F64. */
    public static HostTensor of(DoubleBuffer values, Shape shape) {
        DoubleBuffer part = Arguments.notNull("hostTensor", "values", values).slice();
        return new HostTensor(part, part.remaining(), DType.F64, shape);
    }

    /** Any dtype, in the buffer's byte order: big-endian unless it was set; {@link ByteOrder#nativeOrder} is the fastest. */
    public static HostTensor of(ByteBuffer bytes, DType dtype, Shape shape) {
        return of(bytes, dtype, shape, false);
    }

    private static HostTensor of(ByteBuffer bytes, DType dtype, Shape shape, boolean confined) {
        ByteOrder order = Arguments.notNull("hostTensor", "bytes", bytes).order();
        int size = Arguments.notNull("hostTensor", "dtype", dtype).bytes();
        requireSuits(bytes, bytes.remaining() % size == 0, dtype);
        return new HostTensor(bytes.slice().order(order), bytes.remaining() / size, dtype, shape, confined);
    }

    /**
     * Any dtype, in native byte order.
     *
     * @param segment a {@code java.lang.foreign.MemorySegment}, of JDK 22 or newer, of at most 2^31-1 bytes: off the heap, or over a
     *     {@code byte[]}
     * @throws IllegalArgumentException also if it is none that buffers can be made of
     */
    public static HostTensor ofSegment(Object segment, DType dtype, Shape shape) {
        Arguments.notNull("hostTensor", "segment", segment);
        ByteBuffer bytes = (ByteBuffer) ofSegment(segment, "asByteBuffer");
        boolean shared = (boolean) ofSegment(segment, "isAccessibleBy", new Thread());
        return of(bytes.order(ByteOrder.nativeOrder()), dtype, shape, !shared);
    }

    /** What a method gives; by reflection, as this is compiled for JDKs that have no segments. */
    private static Object ofSegment(Object segment, String method, Object... arguments) {
        try {
            Class<?>[] types = Arrays.stream(arguments).map(Object::getClass).toArray(Class<?>[]::new);
            Class<?> type = Class.forName("java.lang.foreign.MemorySegment");
            return type.getMethod(method, types).invoke(segment, arguments);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException("hostTensor: no buffer: segment=" + segment, e.getCause());
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "hostTensor: not a MemorySegment: segment="
                            + segment.getClass().getName(),
                    e);
        }
    }

    /**
     * The same, for memory that is given back once {@code newOwner} is garbage, such as another library's array whose buffer does not keep
     * it: whatever call takes this keeps the owner until it ends.
     */
    public HostTensor ownedBy(Object newOwner) {
        return new HostTensor(this, Arguments.notNull("hostTensor", "owner", newOwner));
    }

    private static boolean isFloating(DType dtype) {
        return Arguments.notNull("hostTensor", "dtype", dtype).isFloating();
    }

    /** The type of the elements that it stands for. */
    public DType dtype() {
        return dtype;
    }

    /** The extents. */
    public Shape shape() {
        return shape;
    }

    /** The array itself; or a buffer of the elements. */
    public Object memory() {
        return memory;
    }

    /** Whether nothing can be written to it. */
    public boolean isReadOnly() {
        return memory instanceof Buffer buffer && buffer.isReadOnly();
    }

    /** Whether no thread but the one that made it may use it, as of a segment of a confined arena. */
    public boolean isConfined() {
        return confined;
    }

    @Override
    public String toString() {
        return dtype.toString() + shape + " in " + memory.getClass().getSimpleName();
    }
}

package io.github.logitops.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * DJL's arrays, for ops to read and write where they lie: {@link #view} those of the host, {@link #wrap} those of a GPU.
 *
 * <p><i>Ownership</i>: the memory stays the array's, or rather its manager's. What is made here holds no reference that would keep it:
 * it must not be used once the array is closed, and nothing can check that. Work that a stream still has to do counts as use.
 */
public final class NDArrays {
    private NDArrays() {}

    /**
     * The memory of an array of the host, which {@link LogitOps#onHost} takes as it is: nothing is copied in the CPU mode, and what is
     * written to it is in the array at once. Autograd does not learn of that: do not write to what a recorded operation of DJL needs
     * for its gradient.
     *
     * @throws IllegalArgumentException if the array is on a GPU, has a dtype that ops do not have, more than 2^31-1 bytes, or elements
     *     that do not lie one after the other, as after a transpose ({@code flatten()} then copies them); or if its engine gives copies
     */
    public static HostTensor view(NDArray array) {
        return view(notNull("view", "array", array), shape(array));
    }

    /** The same elements in another shape. */
    static HostTensor view(NDArray array, Shape shape) {
        if (array.getDevice().isGpu()) {
            throw new IllegalArgumentException("view: an array of a GPU has no memory on the host: " + named(array));
        }
        DType dtype = dtype(array);
        ByteBuffer memory = isEmpty("view", array, dtype) ? ByteBuffer.allocateDirect(0) : memory(array);
        return HostTensor.of(memory.order(ByteOrder.nativeOrder()), dtype, shape);
    }

    private static ByteBuffer memory(NDArray array) {
        try (NDScope copies = new NDScope()) {
            copies.suppressNotUsedWarning();
            ByteBuffer memory = array.toByteBuffer(true);
            // A copy is another one each time.
            if (!memory.isDirect() || Addresses.of(memory) != Addresses.of(array.toByteBuffer(true))) {
                throw new IllegalArgumentException(
                        "view: the engine copies arrays whose elements do not lie one after the other: "
                                + named(array));
            }
            return memory;
        }
    }

    /**
     * An array of a GPU as a tensor of a session on that GPU; nothing is copied. Close it: the array stays. Where it trains, DJL's engine
     * works on the device's default stream, so the ops that take it should run on {@code ops.wrapStream(0)}: then each sees what the
     * other did. Blocks of TorchScript run on others in inference, if {@code ai.djl.pytorch.enable_cuda_stream} is set; wait for those.
     *
     * <p>DJL has no method for the address. It is asked of the PyTorch engine's own native library, by reflection, as of DJL 0.36; CUDA
     * is then asked whether the session's device can reach all of it.
     *
     * @throws IllegalArgumentException if the array is not on the session's GPU, has a dtype that ops do not have, more than 2^31-1
     *     bytes, or elements that do not lie one after the other
     * @throws UnsupportedOperationException if the engine is not PyTorch, or does not say where the array lies
     */
    public static Tensor wrap(LogitOps ops, NDArray array) {
        notNull("wrap", "ops", ops);
        return wrap(ops, notNull("wrap", "array", array), shape(array));
    }

    /** The same elements in another shape. */
    static Tensor wrap(LogitOps ops, NDArray array, Shape shape) {
        requireOn(ops, array);
        DType dtype = dtype(array);
        return isEmpty("wrap", array, dtype) ? ops.empty(dtype, shape) : ops.wrap(Addresses.of(array), dtype, shape);
    }

    private static void requireOn(LogitOps ops, NDArray array) {
        Device device = array.getDevice();
        if (!device.isGpu()) {
            throw new IllegalArgumentException("wrap: the array is not on a GPU: " + named(array));
        }
        Backend backend = ops.backendReport().selected();
        int ordinal = ops.options().deviceOrdinal();
        if (backend != Backend.CUDA || ordinal != device.getDeviceId()) {
            throw new IllegalArgumentException("wrap: an array of a GPU needs a session on that GPU: backend=" + backend
                    + ", deviceOrdinal=" + ordinal + ", " + named(array));
        }
    }

    /** Whether nothing is there; what is has no more bytes than buffers count. */
    private static boolean isEmpty(String call, NDArray array, DType dtype) {
        long elements = array.getShape().size();
        if (elements > Integer.MAX_VALUE / dtype.bytes()) {
            throw new IllegalArgumentException(
                    call + ": more bytes than a buffer has: bytes=" + elements * dtype.bytes() + ", " + named(array));
        }
        return elements == 0;
    }

    /** The extents of an array. */
    public static Shape shape(NDArray array) {
        return Shape.of(notNull("shape", "array", array).getShape().getShape());
    }

    /**
     * The type of an array's elements.
     *
     * @throws IllegalArgumentException if ops have no such type. DJL's engine itself knows no BF16, and says "unknown"
     */
    public static DType dtype(NDArray array) {
        return switch (notNull("dtype", "array", array).getDataType()) {
            case FLOAT64 -> DType.F64;
            case FLOAT32 -> DType.F32;
            case FLOAT16 -> DType.F16;
            case INT64 -> DType.I64;
            case INT32 -> DType.I32;
            case BOOLEAN -> DType.BOOL;
            default -> throw new IllegalArgumentException("dtype: ops have no such type: " + named(array));
        };
    }

    static <T> T notNull(String call, String name, T value) {
        if (value == null) {
            throw new NullPointerException(call + ": " + name + " is null");
        }
        return value;
    }

    private static String named(NDArray array) {
        return "dataType=" + array.getDataType() + ", shape=" + array.getShape() + ", device=" + array.getDevice();
    }
}

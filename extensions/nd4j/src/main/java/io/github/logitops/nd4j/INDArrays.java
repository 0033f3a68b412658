package io.github.logitops.nd4j;

import io.github.logitops.memory.HostTensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner.ExecutionerType;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J's arrays, for ops to read and write where they lie. */
public final class INDArrays {
    private INDArrays() {}

    /**
     * The memory of an array, which {@link io.github.logitops.LogitOps#onHost} takes as it is: nothing is copied in the CPU mode, and
     * what is written to it is in the array at once. Views of rows are taken where they begin.
     *
     * <p>Elements must lie one after the other, the last dimension's together, as ND4J has them in 'c' order. Of a matrix in 'f' order
     * take {@code transpose()}, whose classes are along axis 0; {@code dup('c')} copies any array.
     *
     * <p><i>Ownership</i>: the memory stays the array's, which is kept from the garbage collector by what is made here, and by calls
     * that take it. It must not be used once the array is closed, or its workspace has been left; nothing can check that.
     *
     * @throws IllegalArgumentException if elements lie otherwise, if ops have no such dtype, if there are more than 2^31-1 bytes, or
     *     if ND4J runs on a GPU, where its memory on the host is a copy
     */
    public static HostTensor view(INDArray array) {
        DType dtype = dtype(array);
        Shape shape = Shape.of(array.shape());
        if (array.isEmpty() && shape.elements() > 0) {
            throw new IllegalArgumentException("view: an empty array without a shape: " + named(array));
        }
        if (Nd4j.getExecutioner().type() == ExecutionerType.CUDA) {
            throw new IllegalArgumentException("view: an array of a GPU has no memory on the host: " + named(array));
        }
        if (array.isEmpty()) {
            return HostTensor.of(ByteBuffer.allocateDirect(0), dtype, shape);
        }
        requireDense(array);
        if (array.length() > Integer.MAX_VALUE / dtype.bytes()) {
            throw new IllegalArgumentException("view: more bytes than a buffer has: bytes="
                    + array.length() * dtype.bytes() + ", " + named(array));
        }
        long first = array.offset() * dtype.bytes();
        ByteBuffer memory = new BytePointer(array.data().pointer())
                .position(first)
                .limit(first + array.length() * dtype.bytes())
                .asByteBuffer();
        return HostTensor.of(memory.order(ByteOrder.nativeOrder()), dtype, shape)
                .ownedBy(array);
    }

    private static void requireDense(INDArray array) {
        long stride = 1;
        for (int i = array.rank() - 1; i >= 0; i--) {
            if (array.size(i) > 1 && array.stride(i) != stride) {
                throw new IllegalArgumentException("view: elements do not lie one after the other, the last dimension's"
                        + " together: strides=" + Arrays.toString(array.stride()) + ", order=" + array.ordering() + ", "
                        + named(array));
            }
            stride *= array.size(i);
        }
    }

    /**
     * The type of an array's elements.
     *
     * @throws IllegalArgumentException if ops have no such type
     */
    public static DType dtype(INDArray array) {
        if (array == null) {
            throw new NullPointerException("dtype: array is null");
        }
        return switch (array.dataType()) {
            case DOUBLE -> DType.F64;
            case FLOAT -> DType.F32;
            case HALF -> DType.F16;
            case BFLOAT16 -> DType.BF16;
            case LONG -> DType.I64;
            case INT -> DType.I32;
            case BOOL -> DType.BOOL;
            default -> throw new IllegalArgumentException("dtype: ops have no such type: " + named(array));
        };
    }

    private static String named(INDArray array) {
        return "dataType=" + array.dataType() + ", shape=" + Arrays.toString(array.shape());
    }
}

package io.github.logitops.op;

import io.github.logitops.base.Resources;
import io.github.logitops.memory.LinearGradients;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.pool.DeviceMemory;
import io.github.logitops.pool.DeviceTensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What an op with a linear layer works in: the logits of a chunk of rows, which become their gradient; what products need; ones, which
 * make sums of products; and sums over the chunks, where those are rounded once.
 */
public final class LinearWorkspace implements AutoCloseable {
    private static final int ROW_BYTES = 16; // rows begin at multiples, which makes products and kernels faster

    private final List<Tensor> made = new ArrayList<>();
    private final Tensor logits;
    private final Tensor products;
    private final Tensor ones;
    private final Tensor weightSums;
    private final Tensor biasSums;

    /**
     * New room for chunks of so many rows.
     *
     * @param gradients null if there are to be none
     * @param roundsOnce as {@link io.github.logitops.spec.RowChunks} has it
     * @param productBytes {@link Executor#productBytes}
     */
    public LinearWorkspace(
            DeviceMemory memory,
            LinearInputs linear,
            LinearGradients gradients,
            long rows,
            boolean roundsOnce,
            long productBytes,
            Stream stream) {
        DType dtype = linear.dtype();
        int classes = linear.classes();
        boolean sums = roundsOnce && gradients != null && rows < linear.rows();
        boolean sumsBias = gradients != null && gradients.bias() != null;
        try {
            logits = make(memory, dtype, new Layout(Shape.of(rows, classes), rowBytes(dtype, classes) / dtype.bytes()));
            products = productBytes == 0 ? null : make(memory, DType.BOOL, Layout.dense(Shape.of(productBytes)));
            ones = linear.layer().bias() == null && !sumsBias ? null : ones(memory, dtype, rows, stream);
            weightSums = sums ? sums(memory, gradients.weight()) : null;
            biasSums = sums ? sums(memory, gradients.bias()) : null;
        } catch (RuntimeException | Error e) {
            Resources.closeAfter(e, made);
            throw e;
        }
    }

    private Tensor make(DeviceMemory memory, DType dtype, Layout layout) {
        Tensor tensor = memory.allocate(dtype, layout);
        made.add(tensor);
        return tensor;
    }

    private Tensor ones(DeviceMemory memory, DType dtype, long rows, Stream stream) {
        float[] values = new float[Math.toIntExact(rows)];
        Arrays.fill(values, 1);
        Tensor tensor = make(memory, dtype, Layout.dense(Shape.of(rows)));
        tensor.upload(values, stream);
        return tensor;
    }

    /** Room for what is rounded to a gradient; null if that is not asked for, or has the sums' dtype. */
    private Tensor sums(DeviceMemory memory, Tensor gradient) {
        boolean narrow =
                gradient != null && gradient.dtype() != gradient.dtype().arithmetic();
        return narrow ? make(memory, gradient.dtype().arithmetic(), Layout.dense(gradient.shape())) : null;
    }

    /** The bytes of a row of logits. */
    public static long rowBytes(DType dtype, long classes) {
        return (classes * dtype.bytes() + ROW_BYTES - 1) / ROW_BYTES * ROW_BYTES;
    }

    /** The bytes of the sums of a gradient of the weight in this dtype, over several chunks, where they are rounded once. */
    public static long weightSumBytes(DType dtype, long classes, long features) {
        return dtype == dtype.arithmetic()
                ? 0
                : classes * features * dtype.arithmetic().bytes();
    }

    /** How many rows a chunk has. */
    long rows() {
        return logits.shape().extent(0);
    }

    /** The logits of so many rows. */
    Tensor logits(long rows) {
        return logits.slice(0, rows);
    }

    /** Room for products; null of none. */
    Tensor products() {
        return products;
    }

    /** A matrix of ones, of this shape, with one row or one column. */
    Tensor ones(long rows, long columns) {
        return DeviceTensor.view(ones, 0, Layout.dense(Shape.of(rows, columns)));
    }

    /** Sums that are rounded to the gradient of the weight after the last chunk; null if that is summed up itself. */
    Tensor weightSums() {
        return weightSums;
    }

    /** The same for the bias. */
    Tensor biasSums() {
        return biasSums;
    }

    Operands operands() {
        Operands operands = new Operands();
        made.forEach(tensor -> operands.and("workspace", tensor));
        return operands;
    }

    /** Gives the memory back once the work that uses it is done. */
    @Override
    public void close() {
        Resources.closeAll(made);
    }
}

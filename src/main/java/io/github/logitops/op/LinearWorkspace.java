package io.github.logitops.op;

import io.github.logitops.base.Resources;
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
 * What an op with a linear layer works in: the logits of a chunk of rows, which become their gradient; what products need; and ones,
 * which make sums of products.
 */
public final class LinearWorkspace implements AutoCloseable {
    private static final int ROW_BYTES = 16; // rows begin at multiples, which makes products and kernels faster

    private final Tensor logits;
    private final Tensor products;
    private final Tensor ones;

    private LinearWorkspace(Tensor logits, Tensor products, Tensor ones) {
        this.logits = logits;
        this.products = products;
        this.ones = ones;
    }

    /** The bytes of a row of logits. */
    public static long rowBytes(DType dtype, long classes) {
        return (classes * dtype.bytes() + ROW_BYTES - 1) / ROW_BYTES * ROW_BYTES;
    }

    /**
     * New room for chunks of so many rows.
     *
     * @param productBytes {@link Executor#productBytes}
     * @param withOnes whether there is a bias
     */
    public static LinearWorkspace allocate(
            DeviceMemory memory,
            DType dtype,
            long rows,
            long classes,
            long productBytes,
            boolean withOnes,
            Stream stream) {
        List<Tensor> made = new ArrayList<>();
        try {
            Layout layout = new Layout(Shape.of(rows, classes), rowBytes(dtype, classes) / dtype.bytes());
            made.add(memory.allocate(dtype, layout));
            made.add(productBytes == 0 ? null : memory.allocate(DType.BOOL, Layout.dense(Shape.of(productBytes))));
            made.add(withOnes ? memory.allocate(dtype, Layout.dense(Shape.of(rows))) : null);
            if (withOnes) {
                float[] ones = new float[Math.toIntExact(rows)];
                Arrays.fill(ones, 1);
                made.get(2).upload(ones, stream);
            }
            return new LinearWorkspace(made.get(0), made.get(1), made.get(2));
        } catch (RuntimeException | Error e) {
            Resources.closeAfter(e, present(made));
            throw e;
        }
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

    Operands operands() {
        return new Operands()
                .and("workspace", logits)
                .and("workspace", products)
                .and("workspace", ones);
    }

    /** Gives the memory back once the work that uses it is done. */
    @Override
    public void close() {
        Resources.closeAll(present(Arrays.asList(logits, products, ones)));
    }

    private static List<Tensor> present(List<Tensor> tensors) {
        return tensors.stream().filter(tensor -> tensor != null).toList();
    }
}

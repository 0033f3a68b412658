package io.github.logitops.op;

import io.github.logitops.memory.DeviceMemory;
import io.github.logitops.memory.Resources;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * What a cross entropy writes beside gradients.
 *
 * @param loss the reduced loss, one element of the arithmetic dtype; not written where the reduction is NONE
 * @param rowLosses the loss of each row, of the arithmetic dtype
 * @param lse the log-sum-exp of each row, of the arithmetic dtype
 * @param weightSum one F64: what MEAN divides by, the number of counted rows or the sum of their labels' weights
 * @param labelStats three I64: the number of counted rows; the first row whose label is out of range, or -1; that label. The
 *     last two are written only while the second is -1, so that a later batch does not hide what an earlier one met
 */
public record LossBuffers(Tensor loss, Tensor rowLosses, Tensor lse, Tensor weightSum, Tensor labelStats) {
    /** The number of elements of {@link #labelStats}. */
    public static final int LABEL_STATS = 3;

    /** New buffers for rows of this shape; {@code stream} is where their first use must be ordered after. */
    public static LossBuffers allocate(DeviceMemory memory, DType logits, Shape rows, Stream stream) {
        List<Tensor> made = new ArrayList<>();
        try {
            Layout scalar = Layout.dense(Shape.of());
            Layout perRow = Layout.dense(rows);
            made.add(memory.allocate(logits.arithmetic(), scalar));
            made.add(memory.allocate(logits.arithmetic(), perRow));
            made.add(memory.allocate(logits.arithmetic(), perRow));
            made.add(memory.allocate(DType.F64, scalar));
            made.add(memory.allocate(DType.I64, Layout.dense(Shape.of(LABEL_STATS))));
            made.get(4).upload(new long[] {0, -1, 0}, stream);
            return new LossBuffers(made.get(0), made.get(1), made.get(2), made.get(3), made.get(4));
        } catch (RuntimeException e) {
            Resources.closeAfter(e, made);
            throw e;
        }
    }

    void requireFit(String op, Rows x) {
        if (lse.dtype() != x.dtype().arithmetic() || !lse.shape().equals(x.rowShape())) {
            throw new IllegalArgumentException(op + ": the result was made for other logits: result=" + lse.dtype()
                    + lse.shape() + ", rows=" + x.dtype().arithmetic() + x.rowShape());
        }
        requireApart(op, x.name(), x.tensor());
    }

    /** The tensor shares no byte with what is written here. */
    void requireApart(String op, String name, Tensor tensor) {
        Require.apart(op, "result.loss", loss, name, tensor);
        Require.apart(op, "result.rowLosses", rowLosses, name, tensor);
        Require.apart(op, "result.lse", lse, name, tensor);
        Require.apart(op, "result.weightSum", weightSum, name, tensor);
        Require.apart(op, "result.labelStats", labelStats, name, tensor);
    }

    List<Tensor> tensors() {
        return List.of(loss, rowLosses, lse, weightSum, labelStats);
    }
}

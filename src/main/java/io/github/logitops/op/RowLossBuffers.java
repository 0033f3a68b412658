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
 * What a loss with optional labels writes beside gradients.
 *
 * @param loss the reduced loss, one element of the arithmetic dtype; not written where the reduction is NONE
 * @param rowLosses the loss of each row, of the arithmetic dtype
 * @param counts what is found out about labels; without any, every row counts
 */
public record RowLossBuffers(Tensor loss, Tensor rowLosses, LabelCounts counts) {
    /** New buffers for rows of this shape; {@code stream} is where their first use must be ordered after. */
    public static RowLossBuffers allocate(DeviceMemory memory, DType logits, Shape rows, Stream stream) {
        List<Tensor> made = new ArrayList<>();
        try {
            made.add(memory.allocate(logits.arithmetic(), Layout.dense(Shape.of())));
            made.add(memory.allocate(logits.arithmetic(), Layout.dense(rows)));
            return new RowLossBuffers(made.get(0), made.get(1), LabelCounts.allocate(memory, stream));
        } catch (RuntimeException | Error e) {
            Resources.closeAfter(e, made);
            throw e;
        }
    }

    void requireFit(String op, Rows x) {
        Require.dense(op, "result.rowLosses", rowLosses, x.dtype().arithmetic(), x.rowShape());
        requireApart(op, x.name(), x.tensor());
    }

    /** The tensor shares no byte with what is held here. */
    void requireApart(String op, String name, Tensor tensor) {
        Require.apart(op, "result.loss", loss, name, tensor);
        Require.apart(op, "result.rowLosses", rowLosses, name, tensor);
        counts.requireApart(op, name, tensor);
    }

    List<Tensor> tensors() {
        return List.of(loss, rowLosses, counts.divisors(), counts.stats());
    }
}

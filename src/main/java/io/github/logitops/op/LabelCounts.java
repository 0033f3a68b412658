package io.github.logitops.op;

import io.github.logitops.memory.DeviceMemory;
import io.github.logitops.memory.Resources;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import java.util.List;

/**
 * What an op finds out about a batch's labels, on the device.
 *
 * @param divisor one F64: the number of counted rows, which MEAN divides by
 * @param stats three I64: the number of counted rows; the first row whose label is out of range, or -1; that label. The last
 *     two are written only while the second is -1, so that a later batch does not hide what an earlier one met
 */
public record LabelCounts(Tensor divisor, Tensor stats) {
    /** The number of elements of {@link #stats}. */
    public static final int STATS = 3;

    /** New buffers; {@code stream} is where their first use must be ordered after. */
    public static LabelCounts allocate(DeviceMemory memory, Stream stream) {
        Tensor divisor = memory.allocate(DType.F64, Layout.dense(Shape.of()));
        try {
            Tensor stats = memory.allocate(DType.I64, Layout.dense(Shape.of(STATS)));
            try {
                stats.upload(new long[] {0, -1, 0}, stream);
                return new LabelCounts(divisor, stats);
            } catch (RuntimeException e) {
                Resources.closeAfter(e, List.of(stats));
                throw e;
            }
        } catch (RuntimeException e) {
            Resources.closeAfter(e, List.of(divisor));
            throw e;
        }
    }

    /** The tensor shares no byte with what is written here. */
    void requireApart(String op, String name, Tensor tensor) {
        Require.apart(op, "result.divisor", divisor, name, tensor);
        Require.apart(op, "result.stats", stats, name, tensor);
    }

    List<Tensor> tensors() {
        return List.of(divisor, stats);
    }
}

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
 * @param divisors two F64, what MEAN divides by: losses by the number of counted rows or the sum of their labels' weights,
 *     z-losses by the number
 * @param stats four I64: the number of counted rows; the first row whose label is out of range, or -1; that label; how many
 *     rows have their target as argmax. The second and third are written only while the second is -1, so that a later batch
 *     does not hide what an earlier one met
 */
public record LabelCounts(Tensor divisors, Tensor stats) {
    /** The number of elements of {@link #stats}. */
    public static final int STATS = 4;

    private static final int DIVISORS = 2;

    /** New buffers; {@code stream} is where their first use must be ordered after. */
    public static LabelCounts allocate(DeviceMemory memory, Stream stream) {
        Tensor divisors = memory.allocate(DType.F64, Layout.dense(Shape.of(DIVISORS)));
        try {
            Tensor stats = memory.allocate(DType.I64, Layout.dense(Shape.of(STATS)));
            try {
                stats.upload(new long[] {0, -1, 0, 0}, stream);
                return new LabelCounts(divisors, stats);
            } catch (RuntimeException | Error e) {
                Resources.closeAfter(e, List.of(stats));
                throw e;
            }
        } catch (RuntimeException | Error e) {
            Resources.closeAfter(e, List.of(divisors));
            throw e;
        }
    }

    /** The tensor shares no byte with what is written here. */
    void requireApart(String op, String name, Tensor tensor) {
        Require.apart(op, "result.divisors", divisors, name, tensor);
        Require.apart(op, "result.stats", stats, name, tensor);
    }

    /** Both. */
    public List<Tensor> tensors() {
        return List.of(divisors, stats);
    }
}

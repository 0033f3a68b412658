package io.github.logitops.op;

import io.github.logitops.memory.DeviceMemory;
import io.github.logitops.memory.Resources;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an op with labels leaves on the device beside gradients: of the parts that there could be those that the op, or its
 * options, ask for.
 */
public final class ResultBuffers {
    private final Map<ResultPart, Tensor> parts;
    private final Operands written = new Operands();

    private ResultBuffers(Map<ResultPart, Tensor> parts) {
        this.parts = parts;
        parts.forEach((part, tensor) -> written.and(part.inMessages(), tensor));
    }

    /** New buffers for rows of this shape; {@code stream} is where their first use must be ordered after. */
    public static ResultBuffers allocate(
            DeviceMemory memory, DType logits, Shape rows, Set<ResultPart> parts, Stream stream) {
        Map<ResultPart, Tensor> made = new EnumMap<>(ResultPart.class);
        try {
            for (ResultPart part : parts) {
                made.put(part, memory.allocate(part.dtype(logits), Layout.dense(part.shape(rows))));
            }
            made.get(ResultPart.LABEL_STATS).upload(new long[] {0, -1, 0, 0}, stream);
            return new ResultBuffers(made);
        } catch (RuntimeException | Error e) {
            Resources.closeAfter(e, List.copyOf(made.values()));
            throw e;
        }
    }

    /** One of the parts; null if there is none. */
    public Tensor get(ResultPart part) {
        return parts.get(part);
    }

    /** All that there are. */
    public List<Tensor> tensors() {
        return List.copyOf(parts.values());
    }

    /** What losses and their gradients are divided by, the first of these; null for 1. */
    public Tensor divisors(Reduction reduction) {
        return reduction == Reduction.MEAN ? get(ResultPart.DIVISORS) : null;
    }

    /** They were made for rows like those of the logits, as one of them tells. */
    void requireRows(String op, ResultPart part, Rows x) {
        Require.dense(op, part.inMessages(), get(part), x.dtype().arithmetic(), x.rowShape());
    }

    /** None of them shares a byte with one of the inputs. */
    void requireApart(String op, Operands inputs) {
        written.requireApart(op, inputs);
    }

    /** None of them shares a byte with the input. */
    void requireApart(String op, String input, Tensor in) {
        written.requireApart(op, input, in);
    }

    /** Those operands and all of these. */
    Operands addedTo(Operands others) {
        return others.and(written);
    }
}

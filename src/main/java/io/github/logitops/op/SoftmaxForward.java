package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import java.util.List;

/**
 * y = softmax(x) or log-softmax(x), row by row.
 *
 * @param kind which of the two
 * @param x the logits
 * @param y the output; may be x
 */
public record SoftmaxForward(SoftmaxKind kind, Rows x, Rows y) implements Problem {
    public SoftmaxForward {
        String op = kind.forward();
        Require.alike(op, x, y);
        Require.sameOrApart(op, "y", y.tensor(), "x", x.tensor());
    }

    /** The problem along {@code axis}. */
    public static SoftmaxForward of(SoftmaxKind kind, Axis axis, Tensor x, Tensor y) {
        return new SoftmaxForward(kind, Rows.of(kind.forward(), "x", x, axis), Rows.of(kind.forward(), "y", y, axis));
    }

    @Override
    public String op() {
        return kind.forward();
    }

    @Override
    public List<Tensor> tensors() {
        return List.of(x.tensor(), y.tensor());
    }
}

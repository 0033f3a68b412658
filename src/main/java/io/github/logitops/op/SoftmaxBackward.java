package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Arguments;
import io.github.logitops.spec.Axis;
import java.util.List;

/**
 * The gradient of softmax, dx = g y (dy - sum y dy), or of log-softmax, dx = g (dy - exp(y) sum dy), row by row.
 *
 * @param kind which of the two
 * @param y what the forward op wrote
 * @param dy the gradient with respect to y
 * @param gradScale g
 * @param dx the output; may be dy, but not y
 */
public record SoftmaxBackward(SoftmaxKind kind, Rows y, Rows dy, GradScale gradScale, Rows dx) implements Problem {
    public SoftmaxBackward {
        String op = kind.backward();
        Arguments.notNull(op, "gradScale", gradScale);
        Require.alike(op, y, dy);
        Require.alike(op, y, dx);
        gradScale.requireFit(op, dx);
        Require.sameOrApart(op, "dx", dx.tensor(), "dy", dy.tensor());
        Require.apart(op, "dx", dx.tensor(), "y", y.tensor());
    }

    /** The problem along {@code axis}. */
    public static SoftmaxBackward of(SoftmaxKind kind, Axis axis, Tensor y, Tensor dy, GradScale gradScale, Tensor dx) {
        String op = kind.backward();
        return new SoftmaxBackward(
                kind, Rows.of(op, "y", y, axis), Rows.of(op, "dy", dy, axis), gradScale, Rows.of(op, "dx", dx, axis));
    }

    @Override
    public String op() {
        return kind.backward();
    }

    @Override
    public List<Tensor> tensors() {
        return new Operands().and(y).and(dy).and(gradScale).and(dx).tensors();
    }
}

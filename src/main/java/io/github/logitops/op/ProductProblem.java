package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Shape;
import java.util.List;

/**
 * A product of matrices as a step of an op: C = op(A) op(B), or that added to what C holds, where op transposes if asked. It is summed
 * up in the arithmetic dtype and rounded once.
 *
 * @param op the op's name in error messages
 * @param a of rank 2
 * @param transposeA whether op(A) is A's transpose
 * @param b of rank 2, of A's dtype
 * @param transposeB whether op(B) is B's transpose
 * @param c of rank 2, of A's dtype or the arithmetic one
 * @param accumulate whether it is added
 * @param workspace of as many bytes as {@link Executor#productBytes} says; null of none
 */
public record ProductProblem(
        String op,
        Tensor a,
        boolean transposeA,
        Tensor b,
        boolean transposeB,
        Tensor c,
        boolean accumulate,
        Tensor workspace)
        implements Problem {
    public ProductProblem {
        Shape left = shape(a, transposeA);
        Shape right = shape(b, transposeB);
        boolean fit = left.extent(1) == right.extent(0)
                && c.shape().equals(Shape.of(left.extent(0), right.extent(1)))
                && a.dtype() == b.dtype()
                && (c.dtype() == a.dtype() || c.dtype() == a.dtype().arithmetic());
        if (!fit) {
            throw new IllegalArgumentException(op + ": no product: a=" + a.dtype() + left + ", b=" + b.dtype() + right
                    + ", c=" + c.dtype() + c.shape());
        }
    }

    private static Shape shape(Tensor matrix, boolean transpose) {
        Shape shape = matrix.shape();
        return transpose ? Shape.of(shape.extent(1), shape.extent(0)) : shape;
    }

    /** The rows of C. */
    public int m() {
        return Math.toIntExact(c.shape().extent(0));
    }

    /** The columns of C. */
    public int n() {
        return Math.toIntExact(c.shape().extent(1));
    }

    /** How many products each element of C is the sum of. */
    public int k() {
        return Math.toIntExact(a.shape().extent(transposeA ? 0 : 1));
    }

    @Override
    public List<Tensor> tensors() {
        return new Operands()
                .and("a", a)
                .and("b", b)
                .and("c", c)
                .and("workspace", workspace)
                .tensors();
    }
}

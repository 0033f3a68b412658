package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import java.util.List;

/**
 * Sums of the arithmetic dtype as a step of an op, which are rounded to a narrower one.
 *
 * @param op the op's name in error messages
 * @param sums what is rounded
 * @param to where it goes, of the sums' shape
 * @param accumulate whether it is added to what is there before it is rounded
 */
public record RoundedSumsProblem(String op, Tensor sums, Tensor to, boolean accumulate) implements Problem {
    public RoundedSumsProblem {
        boolean fit = sums.shape().equals(to.shape())
                && sums.dtype() == to.dtype().arithmetic()
                && sums.dtype() != to.dtype();
        if (!fit) {
            throw new IllegalArgumentException(op + ": sums do not round to that: sums=" + sums.dtype() + sums.shape()
                    + ", to=" + to.dtype() + to.shape());
        }
    }

    @Override
    public List<Tensor> tensors() {
        return List.of(sums, to);
    }
}

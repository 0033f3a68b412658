package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import java.util.List;

/**
 * Zeros as a step of an op.
 *
 * @param op the op's name in error messages
 * @param tensor what is overwritten; padding of its rows is not
 */
public record ZerosProblem(String op, Tensor tensor) implements Problem {
    @Override
    public List<Tensor> tensors() {
        return List.of(tensor);
    }
}

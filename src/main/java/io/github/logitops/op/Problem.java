package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import java.util.List;

/** An op with its tensors and numbers. One that exists is valid: the constructors check everything that a host can know. */
public interface Problem {
    /** The op as error messages call it, such as {@code softmax.forward}. */
    String op();

    /** Every tensor it reads or writes. */
    List<Tensor> tensors();

    /** What executors carry out for it, one after the other: itself, unless it is put together of others. */
    default Iterable<Problem> steps() {
        return List.of(this);
    }
}

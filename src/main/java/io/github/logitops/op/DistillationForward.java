package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import java.util.List;

/**
 * Row losses and the loss of a distillation. Rows that are not counted are not read.
 *
 * @param inputs logits, labels, options
 * @param result the outputs
 */
public record DistillationForward(DistillationInputs inputs, ResultBuffers result) implements Problem {
    public DistillationForward {
        inputs.requireFit(result);
    }

    @Override
    public String op() {
        return inputs.op();
    }

    @Override
    public List<Tensor> tensors() {
        return inputs.tensors(result);
    }
}

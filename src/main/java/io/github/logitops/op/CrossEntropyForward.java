package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import java.util.List;

/**
 * Row losses, the log-sum-exp of every row (ignored ones too) and the loss.
 *
 * @param inputs logits, labels, weights, options
 * @param result the outputs
 */
public record CrossEntropyForward(CrossEntropyInputs inputs, ResultBuffers result) implements Problem {
    public CrossEntropyForward {
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

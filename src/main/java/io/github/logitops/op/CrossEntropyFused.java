package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import java.util.List;

/**
 * Row losses, the loss and the gradient with respect to the logits, at once. Rows that are not counted are not
 * read; their log-sum-exp is written as 0.
 *
 * @param inputs logits, labels, weights, options
 * @param result the outputs beside the gradient
 * @param gradScale what the gradient is multiplied by
 * @param dx the gradient; may be the logits
 */
public record CrossEntropyFused(CrossEntropyInputs inputs, ResultBuffers result, GradScale gradScale, Rows dx)
        implements Problem {
    public CrossEntropyFused {
        inputs.requireFit(result, gradScale, dx);
    }

    @Override
    public String op() {
        return inputs.op();
    }

    @Override
    public List<Tensor> tensors() {
        return inputs.tensors(result, gradScale, dx);
    }
}

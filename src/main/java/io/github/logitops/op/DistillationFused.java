package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import java.util.List;

/**
 * Row losses, the loss and the gradient with respect to the student's logits, at once. Rows that are not counted are not
 * read.
 *
 * @param inputs logits, labels, options
 * @param result the outputs beside the gradient
 * @param gradScale what the gradient is multiplied by
 * @param dx the gradient; may be the student's logits
 */
public record DistillationFused(DistillationInputs inputs, ResultBuffers result, GradScale gradScale, Rows dx)
        implements Problem {
    public DistillationFused {
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

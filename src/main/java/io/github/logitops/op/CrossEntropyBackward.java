package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import java.util.List;

/**
 * The gradient with respect to the logits, from what the forward op left in its result.
 *
 * @param inputs logits, labels, weights, options, the same as the forward op's
 * @param saved the forward op's result: statistics, sums of targets, counted rows and weight sum are read
 * @param gradScale what the gradient is multiplied by
 * @param dx the gradient; may be the logits
 */
public record CrossEntropyBackward(CrossEntropyInputs inputs, ResultBuffers saved, GradScale gradScale, Rows dx)
        implements Problem {
    public CrossEntropyBackward {
        inputs.requireFit(saved, gradScale, dx);
    }

    @Override
    public String op() {
        return inputs.op();
    }

    @Override
    public List<Tensor> tensors() {
        return inputs.tensors(saved, gradScale, dx);
    }
}

package io.github.logitops.memory;

/**
 * Where the gradients of a linear layer go. What is null is not computed.
 *
 * @param hidden of the hidden rows, of their shape and dtype; may be those themselves
 * @param weight of the weight's shape, of its dtype or the arithmetic one
 * @param bias of the bias's shape, of its dtype or the arithmetic one
 * @param accumulate whether those of weight and bias are added to what is there, as over several batches; that of the hidden rows
 *     is always overwritten
 */
public record LinearGradients(Tensor hidden, Tensor weight, Tensor bias, boolean accumulate) {
    /** Gradients of hidden rows and weight, which overwrite what is there. */
    public static LinearGradients of(Tensor hidden, Tensor weight) {
        return new LinearGradients(hidden, weight, null, false);
    }

    /** These, with that of the bias. */
    public LinearGradients withBias(Tensor newBias) {
        return new LinearGradients(hidden, weight, newBias, accumulate);
    }

    /** These, added to what is there. */
    public LinearGradients accumulating() {
        return new LinearGradients(hidden, weight, bias, true);
    }
}

package io.github.logitops;

/**
 * The loss of a batch and the gradients of what its logits were made of, on the host.
 *
 * @param loss the loss, and what there is of each row
 * @param hidden the gradient with respect to the hidden rows
 * @param weight the gradient with respect to the weight
 * @param bias the gradient with respect to the bias; null if there is none
 * @param <A> {@code float[]} or {@code double[]}
 */
public record LinearCrossEntropyGradient<A>(CrossEntropyLoss<A> loss, A hidden, A weight, A bias) {
    static <A> LinearCrossEntropyGradient<A> of(CrossEntropyLoss<A> loss, LinearGradientArrays<A> of) {
        return new LinearCrossEntropyGradient<>(loss, of.hidden(), of.weight(), of.bias());
    }
}

package io.github.logitops;

import io.github.logitops.memory.LinearGradients;

/**
 * The gradients of what logits were made of, on the host.
 *
 * @param hidden of the hidden rows
 * @param weight of the weight
 * @param bias of the bias; null if there is none
 * @param <A> {@code float[]} or {@code double[]}
 */
public record LinearGradientArrays<A>(A hidden, A weight, A bias) {
    static <A> LinearGradientArrays<A> of(LinearGradients gradients, ArrayCall<A> host) {
        return new LinearGradientArrays<>(
                host.read(gradients.hidden()),
                host.read(gradients.weight()),
                gradients.bias() == null ? null : host.read(gradients.bias()));
    }
}

package io.github.logitops.memory;

import io.github.logitops.base.Arguments;

/**
 * The last layer of a model: logits = hidden weight^T + bias.
 *
 * @param weight [classes, features], with any row stride
 * @param bias [classes] without padding, of the weight's dtype; or null
 */
public record LinearLayer(Tensor weight, Tensor bias) {
    public LinearLayer {
        Arguments.notNull("linearLayer", "weight", weight);
    }

    /** A layer without a bias. */
    public static LinearLayer of(Tensor weight) {
        return new LinearLayer(weight, null);
    }
}

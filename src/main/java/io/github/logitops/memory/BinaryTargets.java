package io.github.logitops.memory;

import io.github.logitops.base.Arguments;

/**
 * What the logits of a sigmoid cross entropy are held against: a target for each, and what losses are weighted by.
 *
 * @param targets numbers in [0, 1], of the logits' shape and dtype, with any row strides. Nobody looks whether they are in [0, 1]: the
 *     formula holds for others, too
 * @param positiveWeights p, a number for each class, of the arithmetic dtype without padding, which multiplies what a target of 1 costs;
 *     null for 1 each
 * @param elementWeights w, a number for each element, of the logits' shape and dtype, with any row strides, which multiplies its loss;
 *     null for 1 each
 */
public record BinaryTargets(Tensor targets, Tensor positiveWeights, Tensor elementWeights) {
    public BinaryTargets {
        Arguments.notNull("binaryTargets", "targets", targets);
    }

    /** Targets without weights. */
    public static BinaryTargets of(Tensor targets) {
        return new BinaryTargets(targets, null, null);
    }

    /** These targets with other weights of classes; null for none. */
    public BinaryTargets withPositiveWeights(Tensor newPositiveWeights) {
        return new BinaryTargets(targets, newPositiveWeights, elementWeights);
    }

    /** These targets with other weights of elements; null for none. */
    public BinaryTargets withElementWeights(Tensor newElementWeights) {
        return new BinaryTargets(targets, positiveWeights, newElementWeights);
    }
}

package io.github.logitops;

import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultTotals;

/**
 * The sigmoid cross entropy of a batch and its gradient on the host.
 *
 * @param loss the reduced loss; NaN where the reduction is NONE
 * @param elementLosses the loss of each element where the reduction is NONE, else null
 * @param gradient the gradient with respect to the logits, of their shape
 * @param countedElements elements that are not ignored
 * @param <A> {@code float[]} or {@code double[]}
 */
public record SigmoidCrossEntropyGradient<A>(double loss, A elementLosses, A gradient, long countedElements) {
    static <A> SigmoidCrossEntropyGradient<A> of(SigmoidCrossEntropyResult result, Tensor gradient, ArrayCall<A> host) {
        ResultTotals.Values totals = result.awaitTotals();
        return new SigmoidCrossEntropyGradient<>(
                result.ifReduced(totals), result.readElementLosses(host), host.read(gradient), totals.countedRows());
    }
}

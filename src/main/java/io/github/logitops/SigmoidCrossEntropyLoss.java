package io.github.logitops;

import io.github.logitops.op.ResultTotals;

/**
 * The sigmoid cross entropy of a batch on the host.
 *
 * @param loss the reduced loss; NaN where the reduction is NONE
 * @param elementLosses the loss of each element where the reduction is NONE, else null
 * @param countedElements elements that are not ignored
 * @param <A> {@code float[]} or {@code double[]}
 */
public record SigmoidCrossEntropyLoss<A>(double loss, A elementLosses, long countedElements) {
    static <A> SigmoidCrossEntropyLoss<A> of(SigmoidCrossEntropyResult result, ArrayCall<A> host) {
        ResultTotals.Values totals = result.awaitTotals();
        return new SigmoidCrossEntropyLoss<>(
                result.ifReduced(totals), result.readElementLosses(host), totals.countedRows());
    }
}

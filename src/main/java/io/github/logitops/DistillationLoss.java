package io.github.logitops;

import io.github.logitops.op.ResultTotals;

/**
 * The distillation loss of a batch on the host.
 *
 * @param loss the reduced loss; NaN where the reduction is NONE
 * @param rowLosses the loss of each row
 * @param countedRows rows that are not ignored
 * @param <A> {@code float[]} or {@code double[]}
 */
public record DistillationLoss<A>(double loss, A rowLosses, long countedRows) {
    static <A> DistillationLoss<A> of(DistillationResult result, ArrayCall<A> host) {
        ResultTotals.Values totals = result.awaitTotals();
        return new DistillationLoss<>(
                result.ifReduced(totals.loss()), host.read(result.rowLosses()), totals.countedRows());
    }
}

package io.github.logitops;

import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultTotals;

/**
 * The distillation loss of a batch and its gradient on the host.
 *
 * @param loss the reduced loss; NaN where the reduction is NONE
 * @param rowLosses the loss of each row
 * @param gradient the gradient with respect to the student's logits, of their shape
 * @param countedRows rows that are not ignored
 * @param <A> {@code float[]} or {@code double[]}
 */
public record DistillationGradient<A>(double loss, A rowLosses, A gradient, long countedRows) {
    static <A> DistillationGradient<A> of(DistillationResult result, Tensor gradient, ArrayCall<A> host) {
        ResultTotals.Values totals = result.awaitTotals();
        return new DistillationGradient<>(
                result.ifReduced(totals.loss()),
                host.read(result.rowLosses()),
                host.read(gradient),
                totals.countedRows());
    }
}

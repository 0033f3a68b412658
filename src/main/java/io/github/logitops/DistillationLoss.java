package io.github.logitops;

/**
 * The distillation loss of a batch on the host.
 *
 * @param loss the reduced loss; NaN where the reduction is NONE
 * @param rowLosses the loss of each row
 * @param countedRows rows that are not ignored
 * @param <A> {@code float[]} or {@code double[]}
 */
public record DistillationLoss<A>(double loss, A rowLosses, long countedRows) {}

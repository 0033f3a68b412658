package io.github.logitops;

/**
 * The loss of a batch on the host.
 *
 * @param loss the reduced loss; NaN where the reduction is NONE
 * @param rowLosses the loss of each row
 * @param lse the log-sum-exp of each row
 * @param countedRows rows that are not ignored
 * @param <A> {@code float[]} or {@code double[]}
 */
public record CrossEntropyLoss<A>(double loss, A rowLosses, A lse, long countedRows) {}

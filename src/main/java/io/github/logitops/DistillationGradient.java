package io.github.logitops;

/**
 * The distillation loss of a batch and its gradient on the host.
 *
 * @param loss the reduced loss; NaN where the reduction is NONE
 * @param rowLosses the loss of each row
 * @param gradient the gradient with respect to the student's logits, of their shape
 * @param countedRows rows that are not ignored
 * @param <A> {@code float[]} or {@code double[]}
 */
public record DistillationGradient<A>(double loss, A rowLosses, A gradient, long countedRows) {}

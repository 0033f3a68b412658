package io.github.logitops;

import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultTotals;

/**
 * The loss of a batch and its gradient on the host.
 *
 * @param loss the reduced loss; NaN where the reduction is NONE
 * @param zLoss what of it is z-loss: 0 if the options ask for none, NaN where the reduction is NONE
 * @param rowLosses the loss of each row
 * @param gradient the gradient with respect to the logits, of their shape
 * @param countedRows rows that are not ignored
 * @param argmax the class with the largest logit of each row, -1 in ignored ones, or null if the options do not ask for it
 * @param correctRows how many counted rows have that at their target; 0 if the options do not ask for it
 * @param entropy the entropy of each row's softmax, 0 in ignored ones, or null if the options do not ask for it
 * @param ranks how many classes come before each row's target, -1 in ignored ones, or null if the options do not ask for it
 * @param <A> {@code float[]} or {@code double[]}
 */
public record CrossEntropyGradient<A>(
        double loss,
        double zLoss,
        A rowLosses,
        A gradient,
        long countedRows,
        int[] argmax,
        long correctRows,
        A entropy,
        int[] ranks) {
    static <A> CrossEntropyGradient<A> of(CrossEntropyResult result, Tensor gradient, ArrayCall<A> host) {
        ResultTotals.Values totals = result.awaitTotals();
        return new CrossEntropyGradient<>(
                result.ifReduced(totals.loss()),
                result.ifReduced(totals.zLoss()),
                host.read(result.rowLosses()),
                host.read(gradient),
                totals.countedRows(),
                result.readArgmax(host.stream()),
                result.correctRowsIfAsked(totals),
                result.readEntropy(host),
                result.readRanks(host.stream()));
    }
}

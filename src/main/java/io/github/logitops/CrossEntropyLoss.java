package io.github.logitops;

import io.github.logitops.op.ResultTotals;

/**
 * The loss of a batch on the host.
 *
 * @param loss the reduced loss; NaN where the reduction is NONE
 * @param zLoss what of it is z-loss: 0 if the options ask for none, NaN where the reduction is NONE
 * @param rowLosses the loss of each row
 * @param lse the log-sum-exp of each row
 * @param countedRows rows that are not ignored
 * @param argmax the class with the largest logit of each row, or null if the options do not ask for it
 * @param correctRows how many counted rows have that at their target; 0 if the options do not ask for it
 * @param entropy the entropy of each row's softmax, or null if the options do not ask for it
 * @param ranks how many classes come before each row's target, -1 in ignored ones, or null if the options do not ask for it
 * @param <A> {@code float[]} or {@code double[]}
 */
public record CrossEntropyLoss<A>(
        double loss,
        double zLoss,
        A rowLosses,
        A lse,
        long countedRows,
        int[] argmax,
        long correctRows,
        A entropy,
        int[] ranks) {
    static <A> CrossEntropyLoss<A> of(CrossEntropyResult result, ArrayCall<A> host) {
        ResultTotals.Values totals = result.awaitTotals();
        return new CrossEntropyLoss<>(
                result.ifReduced(totals.loss()),
                result.ifReduced(totals.zLoss()),
                host.read(result.rowLosses()),
                host.read(result.lse()),
                totals.countedRows(),
                result.readArgmax(host.stream()),
                result.correctRowsIfAsked(totals),
                result.readEntropy(host),
                result.readRanks(host.stream()));
    }
}

package io.github.logitops.spec;

/** What a cross entropy may be asked for beside row losses and log-sum-exps; what nobody asks for costs nothing. */
public enum RowOutput {
    /** The class with the largest logit of each row, whether that is its target, and how many rows have it so. */
    ARGMAX,
    /** The entropy of each row's softmax, in nats. */
    ENTROPY,
    /** How many classes come before each row's target by their logits, which top-k accuracies are made of. */
    RANK
}

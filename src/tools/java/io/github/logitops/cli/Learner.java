package io.github.logitops.cli;

/** A model of the next byte, as a trainer sees it: it takes positions of a text, a batch at a time. */
interface Learner {
    /** The most positions in one batch. */
    int size();

    /** Learns to predict the bytes at {@code positions[from]} to {@code positions[to - 1]}; returns their loss before, summed. */
    double learn(int[] positions, int from, int to, float rate);

    /** The loss of predicting the bytes at {@code positions[from]} to {@code positions[to - 1]}, summed. */
    double loss(int[] positions, int from, int to);
}

package io.github.logitops.spark;

/** The products of blocks with a weight, [classes, columns], and its gradient, added up over blocks. For one thread. */
interface BlockProducts {
    /** Writes x W^T, [rows, classes]. */
    void logits(Block block, Numbers logits);

    /** Adds G^T x, with the gradient G of the logits. */
    void addGradient(Block block, Numbers gradient);

    /** Adds what came together to {@code sums}, [classes, columns]. */
    void addTo(double[] sums);
}

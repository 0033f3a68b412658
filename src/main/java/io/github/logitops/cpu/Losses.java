package io.github.logitops.cpu;

import io.github.logitops.op.Problem;
import java.util.function.LongToDoubleFunction;

/** Cross entropy of the rows of tiles. */
interface Losses {
    /** The rows, in the tiles that this works on. */
    ParallelRows rows(Problem problem);

    /** Writes what is asked for of each row. */
    void forward(Tile tile, LossOutputs to);

    /**
     * The same, and the gradient, perhaps over the logits. Rows that do not count are not read.
     *
     * @param factors what gradients are multiplied by
     */
    void fused(Tile tile, LossOutputs to, LongToDoubleFunction factors);

    /** Writes the gradient, from what {@link #forward} saved. */
    void backward(Tile tile, LossOutputs saved, LongToDoubleFunction factors);
}

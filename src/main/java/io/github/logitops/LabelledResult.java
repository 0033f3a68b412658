package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;

/** What the results of ops with labels have in common. */
abstract class LabelledResult extends BatchResult {
    private final LabelRange range;

    /**
     * @param op the op's name in messages
     * @param named the part that messages tell the result by
     * @param stream on which the buffers were allocated
     */
    LabelledResult(String op, ResultBuffers buffers, ResultPart named, LabelRange range, Stream stream) {
        super(op, buffers, named, new LabelCheck(op, buffers.totals(), range), stream);
        this.range = range;
    }

    LabelledResult(LabelledResult whole, ResultBuffers buffers) {
        super(whole, buffers);
        this.range = whole.range;
    }

    /**
     * The number of rows whose label is neither ignored nor out of range; of all rows where the op had no labels. Waits until
     * the work on the result's stream is done.
     *
     * @throws IllegalArgumentException if a label was out of range; thrown once
     * @throws IllegalStateException if no op has filled this result, or it or its stream is closed
     */
    public long countedRows() {
        return awaitTotals().countedRows();
    }

    /** Refuses ops with other classes or another ignored label than messages would name later. */
    void requireMadeFor(String call, LabelRange used) {
        requireMadeFor(call, "other labels", range, used);
    }
}

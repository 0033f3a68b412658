package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.ResultTotals;

/** What the results of ops with labels have in common. */
abstract class LabelledResult implements AutoCloseable {
    private final String op;
    private final ResultBuffers buffers;
    private final LabelRange range;
    private final ResultStreams streams;

    /**
     * @param op the op's name in messages
     * @param named the part that messages tell the result by
     * @param stream on which the buffers were allocated
     */
    LabelledResult(String op, ResultBuffers buffers, ResultPart named, LabelRange range, Stream stream) {
        this.op = op;
        this.buffers = buffers;
        this.range = range;
        this.streams = new ResultStreams(buffers.get(named), new LabelCheck(op, buffers.totals(), range), stream);
    }

    /** A part of another one, whose memory and streams it has. */
    LabelledResult(LabelledResult whole, ResultBuffers buffers) {
        this.op = whole.op;
        this.buffers = buffers;
        this.range = whole.range;
        this.streams = whole.streams;
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

    /**
     * Says that a CUDA graph which was captured from ops on this result was replayed on {@code stream}: the result then holds
     * what the replay found, and labels are looked at again by whoever waits.
     *
     * @throws IllegalStateException if the stream is closed
     */
    public void replayed(Stream stream) {
        streams.replayed(Arguments.notNull(op, "stream", stream));
    }

    /** Gives the memory back once the work that uses it is done. Waits for nothing. Closing again does nothing. */
    @Override
    public void close() {
        buffers.close();
    }

    String op() {
        return op;
    }

    ResultBuffers buffers() {
        return buffers;
    }

    Tensor part(ResultPart part) {
        return buffers.get(part);
    }

    ResultStreams streams() {
        return streams;
    }

    /** What the last op left for the whole batch, once its work is done and its labels were found good. */
    ResultTotals.Values awaitTotals() {
        return streams.await(op);
    }

    /** Refuses ops with other classes or another ignored label than messages would name later. */
    void requireMadeFor(String call, LabelRange used) {
        requireMadeFor(call, "other labels", range, used);
    }

    /** Refuses ops with other numbers than this result was made for: what it reports later would be wrong. */
    static <N> void requireMadeFor(String call, String other, N made, N used) {
        if (!made.equals(used)) {
            throw new IllegalArgumentException(
                    call + ": the result was made for " + other + ": made for " + made + ", used with " + used);
        }
    }
}

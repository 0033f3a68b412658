package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.ResultTotals;
import io.github.logitops.spec.Reduction;

/** What the results of ops have in common that leave something for a whole batch. */
abstract class BatchResult implements AutoCloseable {
    private final String op;
    private final ResultBuffers buffers;
    private final ResultStreams streams;

    /**
     * @param op the op's name in messages
     * @param named the part that messages tell the result by
     * @param check of its labels; null if there are none
     * @param stream on which the buffers were allocated
     */
    BatchResult(String op, ResultBuffers buffers, ResultPart named, LabelCheck check, Stream stream) {
        this.op = op;
        this.buffers = buffers;
        this.streams = new ResultStreams(buffers.get(named), check, stream);
    }

    /** A part of another one, whose streams it has. */
    BatchResult(BatchResult whole, ResultBuffers buffers) {
        this.op = whole.op;
        this.buffers = buffers;
        this.streams = whole.streams;
    }

    /**
     * Says that a CUDA graph which was captured from ops on this result was replayed on {@code stream}: the result then holds
     * what the replay found, and labels, if it has any, are looked at again by whoever waits.
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

    /** What the last op left for the whole batch, once its work is done and its labels, if there are any, were found good. */
    ResultTotals.Values awaitTotals() {
        return streams.await(op, buffers.totals());
    }

    /**
     * What was reduced to one number each.
     *
     * @param instead what to read where nothing was
     */
    ResultTotals.Values awaitReduced(Reduction reduction, String instead) {
        if (reduction == Reduction.NONE) {
            throw new IllegalStateException(op + ": no reduced loss, read " + instead + ": reduction=NONE");
        }
        return awaitTotals();
    }

    /** What was reduced to one number: NaN where nothing was. */
    static double ifReduced(Reduction reduction, double number) {
        return reduction == Reduction.NONE ? Double.NaN : number;
    }

    /** Refuses ops with other numbers than this result was made for: what it reports later would be wrong. */
    static <N> void requireMadeFor(String call, String other, N made, N used) {
        if (!made.equals(used)) {
            throw new IllegalArgumentException(
                    call + ": the result was made for " + other + ": made for " + made + ", used with " + used);
        }
    }
}

package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;

/**
 * What an entropy left on the device, for the caller and for its gradient. Ops fill it; it may be filled again by later ops,
 * which then needs no new memory. Close it when neither its tensors nor a gradient are needed any more.
 */
public final class EntropyResult implements AutoCloseable {
    private final ResultBuffers buffers;
    private final ResultStreams streams;

    EntropyResult(ResultBuffers buffers, Stream stream) {
        this.buffers = buffers;
        this.streams = new ResultStreams(entropy(), null, stream);
    }

    private EntropyResult(ResultBuffers buffers, ResultStreams streams) {
        this.buffers = buffers;
        this.streams = streams;
    }

    /**
     * This result for the first {@code count} entries of its rows' outermost dimension, as of a smaller last batch. It shares this one's
     * memory, and is open as long as this is; closing it does nothing.
     *
     * @throws IllegalArgumentException if there are not as many
     */
    public EntropyResult first(long count) {
        return new EntropyResult(buffers.first(count), streams);
    }

    /** The entropy of each row, of the logits' shape without the axis and the arithmetic dtype. */
    public Tensor entropy() {
        return buffers.get(ResultPart.ENTROPY);
    }

    /** The log-sum-exp of each row, like {@link #entropy}. */
    public Tensor lse() {
        return buffers.get(ResultPart.LSE);
    }

    /** Gives the memory back once the work that uses it is done. Waits for nothing. Closing again does nothing. */
    @Override
    public void close() {
        buffers.close();
    }

    Tensor statistics() {
        return buffers.get(ResultPart.STATISTICS);
    }

    ResultStreams streams() {
        return streams;
    }
}

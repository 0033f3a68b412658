package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;

/**
 * What a log-sum-exp left on the device, for the caller and for its gradient. Ops fill it; it may be filled again by later ops,
 * which then needs no new memory. Close it when neither its tensor nor a gradient is needed any more.
 */
public final class LogSumExpResult implements AutoCloseable {
    private final ResultBuffers buffers;
    private final ResultStreams streams;

    LogSumExpResult(ResultBuffers buffers, Stream stream) {
        this.buffers = buffers;
        this.streams = new ResultStreams(lse(), null, stream);
    }

    private LogSumExpResult(ResultBuffers buffers, ResultStreams streams) {
        this.buffers = buffers;
        this.streams = streams;
    }

    /**
     * This result for the first {@code count} entries of its rows' outermost dimension, as of a smaller last batch. It shares this one's
     * memory, and is open as long as this is; closing it does nothing.
     *
     * @throws IllegalArgumentException if there are not as many
     */
    public LogSumExpResult first(long count) {
        return new LogSumExpResult(buffers.first(count), streams);
    }

    /** The log-sum-exp of each row, of the logits' shape without the axis and the arithmetic dtype. */
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

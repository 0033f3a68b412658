package io.github.logitops;

import io.github.logitops.memory.Resources;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import java.util.List;

/**
 * What a log-sum-exp left on the device, for the caller and for its gradient. Ops fill it; it may be filled again by later ops,
 * which then needs no new memory. Close it when neither its tensor nor a gradient is needed any more.
 */
public final class LogSumExpResult implements AutoCloseable {
    private final Tensor lse;
    private final Tensor statistics;
    private final ResultStreams streams;

    LogSumExpResult(Tensor lse, Tensor statistics, Stream stream) {
        this.lse = lse;
        this.statistics = statistics;
        this.streams = new ResultStreams(lse, null, stream);
    }

    /** The log-sum-exp of each row, of the logits' shape without the axis and the arithmetic dtype. */
    public Tensor lse() {
        return lse;
    }

    /** Gives the memory back once the work that uses it is done. Waits for nothing. Closing again does nothing. */
    @Override
    public void close() {
        Resources.closeAll(List.of(lse, statistics));
    }

    Tensor statistics() {
        return statistics;
    }

    ResultStreams streams() {
        return streams;
    }
}

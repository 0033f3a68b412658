package io.github.logitops;

import io.github.logitops.memory.Resources;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import java.util.List;

/**
 * What an entropy left on the device, for the caller and for its gradient. Ops fill it; it may be filled again by later ops,
 * which then needs no new memory. Close it when neither its tensors nor a gradient are needed any more.
 */
public final class EntropyResult implements AutoCloseable {
    private final Tensor entropy;
    private final Tensor lse;
    private final Tensor statistics;
    private final ResultStreams streams;

    EntropyResult(Tensor entropy, Tensor lse, Tensor statistics, Stream stream) {
        this.entropy = entropy;
        this.lse = lse;
        this.statistics = statistics;
        this.streams = new ResultStreams(entropy, null, stream);
    }

    /** The entropy of each row, of the logits' shape without the axis and the arithmetic dtype. */
    public Tensor entropy() {
        return entropy;
    }

    /** The log-sum-exp of each row, like {@link #entropy}. */
    public Tensor lse() {
        return lse;
    }

    /** Gives the memory back once the work that uses it is done. Waits for nothing. Closing again does nothing. */
    @Override
    public void close() {
        Resources.closeAll(List.of(entropy, lse, statistics));
    }

    Tensor statistics() {
        return statistics;
    }

    ResultStreams streams() {
        return streams;
    }
}

package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.LabelCounts;
import io.github.logitops.spec.Arguments;
import java.util.List;

/**
 * What a selected log-probability left on the device. Ops fill it; it may be filled again by later ops,
 * which then needs no new memory. Close it when its tensors are not needed any more.
 *
 * <p>A label out of range is found on the device. Whoever waits first throws it as {@link IllegalArgumentException}, once:
 * {@link #countedRows} of this result, or the next synchronize, download or close of its stream. If several batches met one
 * before anybody waited, the first is thrown.
 */
public final class SelectedLogProbResult implements AutoCloseable {
    static final String OP = "selectedLogProb";

    private final Tensor logProbs;
    private final Tensor lse;
    private final Tensor statistics;
    private final LabelCheck labels;
    private final ResultStreams streams;

    SelectedLogProbResult(Tensor logProbs, Tensor lse, Tensor statistics, LabelCheck labels, Stream stream) {
        this.logProbs = logProbs;
        this.lse = lse;
        this.statistics = statistics;
        this.labels = labels;
        this.streams = new ResultStreams(logProbs, labels, stream);
    }

    /** The log-probability of each row's label, of the labels' shape and the arithmetic dtype: 0 in ignored rows. */
    public Tensor logProbs() {
        return logProbs;
    }

    /** The log-sum-exp of each row, of the labels' shape and the arithmetic dtype: 0 in rows that do not count. */
    public Tensor lse() {
        return lse;
    }

    /**
     * The number of rows whose label is neither ignored nor out of range. Waits until the work on the result's stream is done.
     *
     * @throws IllegalArgumentException if a label was out of range; thrown once
     * @throws IllegalStateException if no op has filled this result, or it or its stream is closed
     */
    public long countedRows() {
        return streams.settled(OP, labels::countedRows);
    }

    /**
     * Says that a CUDA graph which was captured from ops on this result was replayed on {@code stream}: the result then holds
     * what the replay found, and labels are looked at again by whoever waits.
     *
     * @throws IllegalStateException if the stream is closed
     */
    public void replayed(Stream stream) {
        streams.replayed(Arguments.notNull(OP, "stream", stream));
    }

    /** Gives the memory back once the work that uses it is done. Waits for nothing. Closing again does nothing. */
    @Override
    public void close() {
        labels.close(List.of(logProbs, lse, statistics));
    }

    Tensor statistics() {
        return statistics;
    }

    LabelCheck labels() {
        return labels;
    }

    ResultStreams streams() {
        return streams;
    }

    LabelCounts counts() {
        return labels.counts();
    }
}

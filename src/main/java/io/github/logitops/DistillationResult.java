package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.RowLossBuffers;
import io.github.logitops.spec.Arguments;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Reduction;
import java.util.List;

/**
 * What a distillation left on the device beside gradients. Ops fill it; it may be filled again by later ops,
 * which then needs no new memory. Close it when neither its tensors nor its loss are needed any more.
 *
 * <p>A label out of range is found on the device. Whoever waits first throws it as {@link IllegalArgumentException}, once:
 * {@link #await} and {@link #countedRows} of this result, or the next synchronize, download or close of its stream. If several
 * batches met one before anybody waited, the first is thrown.
 */
public final class DistillationResult implements AutoCloseable {
    private static final String OP = "distillation";

    private final RowLossBuffers buffers;
    private final LabelCheck labels;
    private final ResultStreams streams;
    private final DistillationOptions options;

    DistillationResult(RowLossBuffers buffers, long classes, DistillationOptions options, Stream stream) {
        this.buffers = buffers;
        this.labels = new LabelCheck(OP, buffers.counts(), classes, options.ignoreIndex());
        this.streams = new ResultStreams(buffers.rowLosses(), labels, stream);
        this.options = options;
    }

    /**
     * The reduced loss. Waits until the work on the result's stream is done.
     *
     * @throws IllegalArgumentException if a label was out of range; thrown once, after which the loss reads NaN
     * @throws IllegalStateException if the reduction is NONE (see {@link #rowLosses}), no op has filled this result, or it or
     *     its stream is closed
     */
    public double await() {
        if (options.reduction() == Reduction.NONE) {
            throw new IllegalStateException("distillation: no reduced loss, read rowLosses: reduction=NONE");
        }
        return streams.settledNumber(OP, buffers.loss());
    }

    /** The number of rows that are neither ignored nor mislabelled; without labels, of all. Waits and throws as {@link #await} does. */
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

    /** The reduced loss on the device: one element of the arithmetic dtype, not written where the reduction is NONE. */
    public Tensor loss() {
        return buffers.loss();
    }

    /** The loss of each row on the device, of the logits' shape without the class axis: 0 in ignored rows. */
    public Tensor rowLosses() {
        return buffers.rowLosses();
    }

    /** Gives the memory back once the work that uses it is done. Waits for nothing. Closing again does nothing. */
    @Override
    public void close() {
        labels.close(List.of(buffers.loss(), buffers.rowLosses()));
    }

    ResultStreams streams() {
        return streams;
    }

    RowLossBuffers buffers() {
        return buffers;
    }

    /** Refuses ops with other numbers than this result was made for: what it reports later would be wrong. */
    void requireMadeFor(String call, DistillationOptions opOptions, long classes) {
        if (!options.equals(opOptions)) {
            throw new IllegalArgumentException(call + ": the result was made for another distillation: made for "
                    + options + ", used with " + opOptions);
        }
        labels.requireMadeFor(call, classes, opOptions.ignoreIndex());
    }
}

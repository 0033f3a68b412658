package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;

/**
 * What a selected log-probability left on the device. Ops fill it; it may be filled again by later ops,
 * which then needs no new memory. Close it when its tensors are not needed any more.
 *
 * <p>A label out of range is found on the device. Whoever waits first throws it as {@link IllegalArgumentException}, once:
 * {@link #countedRows} of this result, or the next synchronize, download or close of its stream. If several batches met one
 * before anybody waited, the first is thrown.
 */
public final class SelectedLogProbResult extends LabelledResult {
    SelectedLogProbResult(String op, ResultBuffers buffers, LabelRange range, Stream stream) {
        super(op, buffers, ResultPart.LOG_PROBS, range, stream);
    }

    private SelectedLogProbResult(SelectedLogProbResult whole, ResultBuffers buffers) {
        super(whole, buffers);
    }

    /**
     * This result for the first {@code count} entries of its rows' outermost dimension, as of a smaller last batch. It shares this one's
     * memory, and is open as long as this is; closing it does nothing. What there is one of for a batch is that of the last op that filled
     * either; what a smaller batch has not filled stays.
     *
     * @throws IllegalArgumentException if there are not as many
     */
    public SelectedLogProbResult first(long count) {
        return new SelectedLogProbResult(this, buffers().first(count));
    }

    /** The log-probability of each row's label, of the labels' shape and the arithmetic dtype: 0 in ignored rows. */
    public Tensor logProbs() {
        return part(ResultPart.LOG_PROBS);
    }

    /** The log-sum-exp of each row, of the labels' shape and the arithmetic dtype: 0 in rows that do not count. */
    public Tensor lse() {
        return part(ResultPart.LSE);
    }
}

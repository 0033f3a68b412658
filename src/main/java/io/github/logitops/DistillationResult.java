package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.spec.DistillationOptions;

/**
 * What a distillation left on the device beside gradients. Ops fill it; it may be filled again by later ops,
 * which then needs no new memory. Close it when neither its tensors nor its loss are needed any more.
 *
 * <p>A label out of range is found on the device. Whoever waits first throws it as {@link IllegalArgumentException}, once:
 * {@link #await} and {@link #countedRows} of this result, or the next synchronize, download or close of its stream. If several
 * batches met one before anybody waited, the first is thrown.
 */
public final class DistillationResult extends LossResult {
    static final String OP = "distillation";

    private final DistillationOptions options;

    DistillationResult(ResultBuffers buffers, long classes, DistillationOptions options, Stream stream) {
        super(OP, buffers, ResultPart.ROW_LOSSES, range(classes, options), options.reduction(), stream);
        this.options = options;
    }

    private DistillationResult(DistillationResult whole, ResultBuffers buffers) {
        super(whole, buffers);
        this.options = whole.options;
    }

    /**
     * This result for the first {@code count} entries of its rows' outermost dimension, as of a smaller last batch. It shares this one's
     * memory, and is open as long as this is; closing it does nothing. What there is one of for a batch is that of the last op that filled
     * either; what a smaller batch has not filled stays.
     *
     * @throws IllegalArgumentException if there are not as many
     */
    public DistillationResult first(long count) {
        return new DistillationResult(this, buffers().first(count));
    }

    void requireMadeFor(String call, DistillationOptions opOptions, long classes) {
        requireMadeFor(call, "another distillation", options, opOptions);
        requireMadeFor(call, range(classes, opOptions));
    }

    private static LabelRange range(long classes, DistillationOptions options) {
        return new LabelRange(classes, options.ignoreIndex());
    }
}

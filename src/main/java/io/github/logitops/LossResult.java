package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.ResultTotals;
import io.github.logitops.spec.Reduction;

/** What the results of ops that make losses have in common. */
abstract class LossResult extends LabelledResult {
    private final Reduction reduction;

    LossResult(
            String op, ResultBuffers buffers, ResultPart named, LabelRange range, Reduction reduction, Stream stream) {
        super(op, buffers, named, range, stream);
        this.reduction = reduction;
    }

    LossResult(LossResult whole, ResultBuffers buffers) {
        super(whole, buffers);
        this.reduction = whole.reduction;
    }

    /**
     * The reduced loss. Waits until the work on the result's stream is done.
     *
     * @throws IllegalArgumentException if a label was out of range; thrown once, after which the loss reads NaN
     * @throws IllegalStateException if the reduction is NONE (see {@link #rowLosses}), no op has filled this result, or it or
     *     its stream is closed
     */
    public double await() {
        return awaitReduced().loss();
    }

    /** Throws where the loss is no mean. */
    void requireMean(String what) {
        if (reduction != Reduction.MEAN) {
            throw new IllegalStateException(op() + ": no " + what + " but of a mean: reduction=" + reduction);
        }
    }

    /** What was reduced to one number each. */
    ResultTotals.Values awaitReduced() {
        return awaitReduced(reduction, "rowLosses");
    }

    /** What was reduced to one number: NaN where nothing was. */
    double ifReduced(double number) {
        return ifReduced(reduction, number);
    }

    /** The reduced loss on the device: one element of the arithmetic dtype, not written where the reduction is NONE. */
    public Tensor loss() {
        return part(ResultPart.LOSS);
    }

    /**
     * The loss of each row on the device, of the logits' shape without the class axis and the arithmetic dtype: 0 in ignored
     * rows.
     */
    public Tensor rowLosses() {
        return part(ResultPart.ROW_LOSSES);
    }
}

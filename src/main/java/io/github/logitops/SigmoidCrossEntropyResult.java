package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.ResultTotals;
import io.github.logitops.op.SigmoidCrossEntropyProblem;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;

/**
 * What a sigmoid cross entropy left on the device beside gradients. Ops fill it; it may be filled again by later ops, which then needs
 * no new memory. Close it when neither its tensors nor its loss are needed any more.
 */
public final class SigmoidCrossEntropyResult extends BatchResult {
    private final Made made;

    private SigmoidCrossEntropyResult(String op, ResultBuffers buffers, Made made, Stream stream) {
        super(op, buffers, ResultPart.LOSS, null, stream);
        this.made = made;
    }

    private SigmoidCrossEntropyResult(SigmoidCrossEntropyResult whole, ResultBuffers buffers, Made made) {
        super(whole, buffers);
        this.made = made;
    }

    /**
     * This result for the first {@code count} entries of the logits' outermost dimension, as of a smaller last batch. It shares this one's
     * memory, and is open as long as this is; closing it does nothing. What there is one of for a batch is that of the last op that filled
     * either; what a smaller batch has not filled stays.
     *
     * @throws IllegalArgumentException if there are not as many
     */
    public SigmoidCrossEntropyResult first(long count) {
        if (count < 0 || count > made.shape.extent(0)) {
            throw new IllegalArgumentException(
                    op() + ": not some of the result: count=" + count + ", made for " + made);
        }
        Made some = new Made(
                made.arithmetic, Layout.dense(made.shape).withOutermost(count).shape(), made.options);
        return new SigmoidCrossEntropyResult(this, buffers().first(count), some);
    }

    /**
     * An empty one.
     *
     * @param op whose it is, in messages
     */
    static SigmoidCrossEntropyResult make(
            String op, Session session, DType logits, Shape shape, SigmoidCrossEntropyOptions options, Stream stream) {
        ResultBuffers buffers =
                session.newBuffers(op, logits, shape, SigmoidCrossEntropyProblem.Inputs.resultParts(options), stream);
        return new SigmoidCrossEntropyResult(op, buffers, new Made(logits.arithmetic(), shape, options), stream);
    }

    /** What a result is made for. */
    private record Made(DType arithmetic, Shape shape, SigmoidCrossEntropyOptions options) {
        @Override
        public String toString() {
            return "arithmetic=" + arithmetic + ", shape=" + shape + ", " + options;
        }
    }

    /**
     * The reduced loss. Waits until the work on the result's stream is done.
     *
     * @throws IllegalStateException if the reduction is NONE (see {@link #elementLosses}), no op has filled this result, or it or its
     *     stream is closed
     */
    public double await() {
        return awaitReduced(reduction(), "elementLosses").loss();
    }

    /**
     * The number of elements that are not ignored. Waits until the work on the result's stream is done.
     *
     * @throws IllegalStateException if no op has filled this result, or it or its stream is closed
     */
    public long countedElements() {
        return awaitTotals().countedRows();
    }

    /** The reduced loss on the device: one element of the arithmetic dtype, not written where the reduction is NONE. */
    public Tensor loss() {
        return part(ResultPart.LOSS);
    }

    /**
     * The loss of each element on the device, of the logits' shape and the arithmetic dtype without padding: 0 where it is ignored.
     *
     * @throws IllegalStateException if the reduction is not NONE: then nobody writes them
     */
    public Tensor elementLosses() {
        if (reduction() != Reduction.NONE) {
            throw new IllegalStateException(
                    op() + ": losses of elements are left for reduction NONE alone: reduction=" + reduction());
        }
        return part(ResultPart.ELEMENT_LOSSES);
    }

    /** The losses of elements on the host; null if they are reduced. */
    <A> A readElementLosses(ArrayCall<A> host) {
        return reduction() == Reduction.NONE ? host.read(elementLosses()) : null;
    }

    /** The reduced loss; NaN where nothing is reduced. */
    double ifReduced(ResultTotals.Values totals) {
        return ifReduced(reduction(), totals.loss());
    }

    void requireMadeFor(String call, DType logits, Shape shape, SigmoidCrossEntropyOptions options) {
        Made used = new Made(logits.arithmetic(), shape, options);
        requireMadeFor(call, "another sigmoid cross entropy", made, used);
    }

    private Reduction reduction() {
        return made.options.reduction();
    }
}

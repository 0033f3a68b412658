package io.github.logitops.spec;

import io.github.logitops.base.Arguments;
import java.io.Serializable;
import java.util.OptionalDouble;

/**
 * The numbers of a sigmoid cross entropy. Immutable; start from {@link #defaults()} and change what differs.
 *
 * <p>Half of the label smoothing must be 0 or a normal number of the dtype that the logits are computed in: F32 for F32, F16 and BF16.
 * Others are refused by a call with logits of such a dtype.
 *
 * @param labelSmoothing s in [0, 1]: targets become (1 - s) t + s / 2
 * @param ignoreValue elements with this target have loss 0 and gradient 0 and are not counted; NaN stands for every NaN. A number that
 *     the targets' dtype does not hold is no target's
 * @param reduction how the losses of elements become the loss; MEAN divides by the number of elements that count, whatever they weigh
 * @param emptyMean what MEAN is where no element counts
 */
public record SigmoidCrossEntropyOptions(
        double labelSmoothing, OptionalDouble ignoreValue, Reduction reduction, EmptyMean emptyMean)
        implements Serializable {
    private static final String OP = Op.SIGMOID_CROSS_ENTROPY.callName();
    private static final SigmoidCrossEntropyOptions DEFAULTS =
            new SigmoidCrossEntropyOptions(0, OptionalDouble.empty(), Reduction.MEAN, EmptyMean.NAN);

    public SigmoidCrossEntropyOptions {
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
            throw new IllegalArgumentException(
                    OP + ": label smoothing must be in [0, 1]: labelSmoothing=" + labelSmoothing);
        }
        Arguments.notNull(OP, "ignoreValue", ignoreValue);
        Arguments.notNull(OP, "reduction", reduction);
        Arguments.notNull(OP, "emptyMean", emptyMean);
    }

    /** PyTorch's defaults: no smoothing, nothing ignored, MEAN. */
    public static SigmoidCrossEntropyOptions defaults() {
        return DEFAULTS;
    }

    /** These options with another label smoothing. */
    public SigmoidCrossEntropyOptions withLabelSmoothing(double newLabelSmoothing) {
        return new SigmoidCrossEntropyOptions(newLabelSmoothing, ignoreValue, reduction, emptyMean);
    }

    /** These options with another ignored target. */
    public SigmoidCrossEntropyOptions withIgnoreValue(double newIgnoreValue) {
        OptionalDouble ignored = OptionalDouble.of(newIgnoreValue);
        return new SigmoidCrossEntropyOptions(labelSmoothing, ignored, reduction, emptyMean);
    }

    /** These options with no target ignored. */
    public SigmoidCrossEntropyOptions withoutIgnoreValue() {
        OptionalDouble none = OptionalDouble.empty();
        return new SigmoidCrossEntropyOptions(labelSmoothing, none, reduction, emptyMean);
    }

    /** These options with another reduction. */
    public SigmoidCrossEntropyOptions withReduction(Reduction newReduction) {
        return new SigmoidCrossEntropyOptions(labelSmoothing, ignoreValue, newReduction, emptyMean);
    }

    /** These options with another mean of nothing. */
    public SigmoidCrossEntropyOptions withEmptyMean(EmptyMean newEmptyMean) {
        return new SigmoidCrossEntropyOptions(labelSmoothing, ignoreValue, reduction, newEmptyMean);
    }

    /** Whether elements with this target are ignored. */
    public boolean ignores(double target) {
        return ignoreValue.isPresent()
                && (target == ignoreValue.getAsDouble()
                        || Double.isNaN(target) && Double.isNaN(ignoreValue.getAsDouble()));
    }

    private Object writeReplace() {
        return Serialized.of(this);
    }
}

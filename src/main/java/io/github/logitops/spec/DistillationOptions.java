package io.github.logitops.spec;

import io.github.logitops.base.Arguments;
import java.io.Serializable;
import java.util.OptionalLong;

/**
 * The numbers of a distillation. Immutable; start from {@link #defaults()} and change what differs.
 *
 * <p>1/temperature (and that over log 2), hardWeight and {@link #softWeight} must be 0 or normal numbers of the dtype that the
 * logits are computed in: F32 for F32, F16 and BF16. Others are refused by a call with logits of such a dtype.
 *
 * @param divergence what the teacher's and the student's distributions are compared by
 * @param temperature T, finite and positive: both are softmax(logits / T)
 * @param factor what the divergence is multiplied by
 * @param hardWeight a in [0, 1]: the loss is a times the cross entropy with the labels, at temperature 1, plus (1 - a) times
 *     the divergence
 * @param ignoreIndex rows with this label have loss 0 and gradient 0 and are not counted; may lie outside [0, classes)
 * @param reduction how row losses become the loss; MEAN divides by the number of counted rows
 */
public record DistillationOptions(
        Divergence divergence,
        double temperature,
        TemperatureFactor factor,
        double hardWeight,
        OptionalLong ignoreIndex,
        Reduction reduction)
        implements Serializable {
    private static final String OP = Op.DISTILLATION.callName();
    private static final DistillationOptions DEFAULTS =
            new DistillationOptions(Divergence.KL, 1, TemperatureFactor.ONE, 0, OptionalLong.of(-100), Reduction.MEAN);

    public DistillationOptions {
        Arguments.notNull(OP, "divergence", divergence);
        Arguments.notNull(OP, "factor", factor);
        Arguments.notNull(OP, "ignoreIndex", ignoreIndex);
        Arguments.notNull(OP, "reduction", reduction);
        if (!(temperature > 0 && Double.isFinite(temperature))) {
            throw new IllegalArgumentException(
                    OP + ": temperature must be finite and positive: temperature=" + temperature);
        }
        if (!(hardWeight >= 0 && hardWeight <= 1)) {
            throw new IllegalArgumentException(OP + ": hard weight must be in [0, 1]: hardWeight=" + hardWeight);
        }
    }

    /** KL(teacher || student) at temperature 1, no cross entropy, label -100 ignored, MEAN. */
    public static DistillationOptions defaults() {
        return DEFAULTS;
    }

    /** These options with another divergence. */
    public DistillationOptions withDivergence(Divergence newDivergence) {
        return new DistillationOptions(newDivergence, temperature, factor, hardWeight, ignoreIndex, reduction);
    }

    /** These options with another temperature, and whether the divergence is multiplied by its square. */
    public DistillationOptions withTemperature(double newTemperature, TemperatureFactor newFactor) {
        return new DistillationOptions(divergence, newTemperature, newFactor, hardWeight, ignoreIndex, reduction);
    }

    /** These options with another weight of the cross entropy with the labels. */
    public DistillationOptions withHardWeight(double newHardWeight) {
        return new DistillationOptions(divergence, temperature, factor, newHardWeight, ignoreIndex, reduction);
    }

    /** These options with another ignored label. */
    public DistillationOptions withIgnoreIndex(long newIgnoreIndex) {
        OptionalLong ignored = OptionalLong.of(newIgnoreIndex);
        return new DistillationOptions(divergence, temperature, factor, hardWeight, ignored, reduction);
    }

    /** These options with no label ignored. */
    public DistillationOptions withoutIgnoreIndex() {
        OptionalLong none = OptionalLong.empty();
        return new DistillationOptions(divergence, temperature, factor, hardWeight, none, reduction);
    }

    /** These options with another reduction. */
    public DistillationOptions withReduction(Reduction newReduction) {
        return new DistillationOptions(divergence, temperature, factor, hardWeight, ignoreIndex, newReduction);
    }

    /** What the divergence counts in the loss: (1 - hardWeight) times the factor; 0 at a hardWeight of 1. */
    public double softWeight() {
        return hardWeight == 1 ? 0 : (1 - hardWeight) * factor.at(temperature);
    }

    private Object writeReplace() {
        return Serialized.of(this);
    }
}

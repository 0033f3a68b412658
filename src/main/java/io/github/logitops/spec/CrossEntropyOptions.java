package io.github.logitops.spec;

import io.github.logitops.base.Arguments;
import java.io.Serializable;
import java.util.Collections;
import java.util.EnumSet;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The numbers of a cross entropy. Immutable; start from {@link #defaults()} and change what differs.
 *
 * <p>With logits of F32, F16 and BF16, which are computed in F32, z-loss, logit scale (and that over log 2), soft cap, logit scale
 * over soft cap, and label smoothing over classes must be 0 or normal numbers of F32; ops refuse others.
 *
 * @param labelSmoothing e in [0, 1]: the target distribution is (1 - e) q + e / classes
 * @param ignoreIndex rows with this label have loss 0 and gradient 0 and are not counted; may lie outside [0, classes)
 * @param reduction how row losses become the loss
 * @param emptyMean what MEAN is where no row counts
 * @param zLoss lambda, finite and not negative: lambda lse² is added to the loss of each counted row, 0 adds nothing
 * @param logitScale a, finite and positive: logits are multiplied by it first; one over a temperature
 * @param softCap c, finite and positive, or absent: scaled logits z become c tanh(z / c)
 * @param outputs what is computed beside losses and log-sum-exps
 */
public record CrossEntropyOptions(
        double labelSmoothing,
        OptionalLong ignoreIndex,
        Reduction reduction,
        EmptyMean emptyMean,
        double zLoss,
        double logitScale,
        OptionalDouble softCap,
        Set<RowOutput> outputs)
        implements Serializable {
    private static final String OP = Op.CROSS_ENTROPY.callName();
    private static final CrossEntropyOptions DEFAULTS = new CrossEntropyOptions(
            0, OptionalLong.of(-100), Reduction.MEAN, EmptyMean.NAN, 0, 1, OptionalDouble.empty(), Set.of());

    public CrossEntropyOptions {
        require(
                labelSmoothing >= 0 && labelSmoothing <= 1,
                "label smoothing must be in [0, 1]: labelSmoothing=" + labelSmoothing);
        Arguments.notNull(OP, "ignoreIndex", ignoreIndex);
        Arguments.notNull(OP, "reduction", reduction);
        Arguments.notNull(OP, "emptyMean", emptyMean);
        require(zLoss >= 0 && Double.isFinite(zLoss), "z-loss must be finite and not negative: zLoss=" + zLoss);
        require(isPositive(logitScale), "logit scale must be finite and positive: logitScale=" + logitScale);
        Arguments.notNull(OP, "softCap", softCap);
        require(
                softCap.isEmpty() || isPositive(softCap.getAsDouble()),
                "soft cap must be finite and positive: softCap=" + softCap.orElse(0));
        EnumSet<RowOutput> copy = EnumSet.noneOf(RowOutput.class);
        copy.addAll(Arguments.notNull(OP, "outputs", outputs));
        outputs = Collections.unmodifiableSet(copy);
    }

    /** PyTorch's defaults: no smoothing, label -100 ignored, MEAN; nothing else. */
    public static CrossEntropyOptions defaults() {
        return DEFAULTS;
    }

    /** These options with another label smoothing. */
    public CrossEntropyOptions withLabelSmoothing(double newLabelSmoothing) {
        return new CrossEntropyOptions(
                newLabelSmoothing, ignoreIndex, reduction, emptyMean, zLoss, logitScale, softCap, outputs);
    }

    /** These options with another ignored label. */
    public CrossEntropyOptions withIgnoreIndex(long newIgnoreIndex) {
        return withIgnoreIndex(OptionalLong.of(newIgnoreIndex));
    }

    /** These options with no label ignored, ONNX's default. */
    public CrossEntropyOptions withoutIgnoreIndex() {
        return withIgnoreIndex(OptionalLong.empty());
    }

    private CrossEntropyOptions withIgnoreIndex(OptionalLong newIgnoreIndex) {
        return new CrossEntropyOptions(
                labelSmoothing, newIgnoreIndex, reduction, emptyMean, zLoss, logitScale, softCap, outputs);
    }

    /** These options with another reduction. */
    public CrossEntropyOptions withReduction(Reduction newReduction) {
        return new CrossEntropyOptions(
                labelSmoothing, ignoreIndex, newReduction, emptyMean, zLoss, logitScale, softCap, outputs);
    }

    /** These options with another mean of nothing. */
    public CrossEntropyOptions withEmptyMean(EmptyMean newEmptyMean) {
        return new CrossEntropyOptions(
                labelSmoothing, ignoreIndex, reduction, newEmptyMean, zLoss, logitScale, softCap, outputs);
    }

    /** These options with another z-loss coefficient. */
    public CrossEntropyOptions withZLoss(double newZLoss) {
        return new CrossEntropyOptions(
                labelSmoothing, ignoreIndex, reduction, emptyMean, newZLoss, logitScale, softCap, outputs);
    }

    /** These options with another scale of the logits: one over a temperature. */
    public CrossEntropyOptions withLogitScale(double newLogitScale) {
        return new CrossEntropyOptions(
                labelSmoothing, ignoreIndex, reduction, emptyMean, zLoss, newLogitScale, softCap, outputs);
    }

    /** These options with another soft cap. */
    public CrossEntropyOptions withSoftCap(double newSoftCap) {
        return withSoftCap(OptionalDouble.of(newSoftCap));
    }

    /** These options without a soft cap. */
    public CrossEntropyOptions withoutSoftCap() {
        return withSoftCap(OptionalDouble.empty());
    }

    private CrossEntropyOptions withSoftCap(OptionalDouble newSoftCap) {
        return new CrossEntropyOptions(
                labelSmoothing, ignoreIndex, reduction, emptyMean, zLoss, logitScale, newSoftCap, outputs);
    }

    /** These options with these outputs and no others. */
    public CrossEntropyOptions withOutputs(RowOutput... newOutputs) {
        Set<RowOutput> set = EnumSet.noneOf(RowOutput.class);
        for (RowOutput output : Arguments.notNull(OP, "outputs", newOutputs)) {
            set.add(Arguments.notNull(OP, "outputs' element", output));
        }
        return new CrossEntropyOptions(
                labelSmoothing, ignoreIndex, reduction, emptyMean, zLoss, logitScale, softCap, set);
    }

    /** Whether rows with this label are ignored. */
    public boolean ignores(long label) {
        return ignoreIndex.isPresent() && ignoreIndex.getAsLong() == label;
    }

    private static boolean isPositive(double value) {
        return value > 0 && Double.isFinite(value);
    }

    private static void require(boolean rule, String breach) {
        if (!rule) {
            throw new IllegalArgumentException(OP + ": " + breach);
        }
    }

    private Object writeReplace() {
        return Serialized.of(this);
    }
}

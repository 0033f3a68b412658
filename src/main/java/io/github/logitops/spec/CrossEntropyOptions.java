package io.github.logitops.spec;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * The numbers of a cross entropy. Immutable; start from {@link #defaults()} and change what differs.
 *
 * @param labelSmoothing e in [0, 1]: the target distribution is (1 - e) one-hot + e / classes
 * @param ignoreIndex rows with this label have loss 0 and gradient 0 and are not counted; may lie outside [0, classes)
 * @param reduction how row losses become the loss
 */
public record CrossEntropyOptions(double labelSmoothing, OptionalLong ignoreIndex, Reduction reduction) {
    private static final CrossEntropyOptions DEFAULTS =
            new CrossEntropyOptions(0, OptionalLong.of(-100), Reduction.MEAN);

    public CrossEntropyOptions {
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
            throw new IllegalArgumentException(
                    "crossEntropy: label smoothing must be in [0, 1]: labelSmoothing=" + labelSmoothing);
        }
        Objects.requireNonNull(ignoreIndex, "ignoreIndex");
        Objects.requireNonNull(reduction, "reduction");
    }

    /** PyTorch's defaults: no smoothing, label -100 ignored, MEAN. */
    public static CrossEntropyOptions defaults() {
        return DEFAULTS;
    }

    /** These options with another label smoothing. */
    public CrossEntropyOptions withLabelSmoothing(double newLabelSmoothing) {
        return new CrossEntropyOptions(newLabelSmoothing, ignoreIndex, reduction);
    }

    /** These options with another ignored label. */
    public CrossEntropyOptions withIgnoreIndex(long newIgnoreIndex) {
        return new CrossEntropyOptions(labelSmoothing, OptionalLong.of(newIgnoreIndex), reduction);
    }

    /** These options with no label ignored, ONNX's default. */
    public CrossEntropyOptions withoutIgnoreIndex() {
        return new CrossEntropyOptions(labelSmoothing, OptionalLong.empty(), reduction);
    }

    /** These options with another reduction. */
    public CrossEntropyOptions withReduction(Reduction newReduction) {
        return new CrossEntropyOptions(labelSmoothing, ignoreIndex, newReduction);
    }

    /** Whether rows with this label are ignored. */
    public boolean ignores(long label) {
        return ignoreIndex.isPresent() && ignoreIndex.getAsLong() == label;
    }
}

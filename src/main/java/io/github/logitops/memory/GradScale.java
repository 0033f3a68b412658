package io.github.logitops.memory;

import io.github.logitops.base.Arguments;

/**
 * What a gradient is multiplied by before it is rounded: the upstream gradient, a loss scale, one over the number of
 * accumulated batches. Without one, gradients of a mean over many rows fall below the smallest F16.
 *
 * @param value the factor of every row; 0, a normal number of the arithmetic dtype (not 1e39 where that is F32), infinite or
 *     NaN. Its product with other factors may be beyond what the dtype holds
 * @param perRow a factor for each row on top, of the rows' shape and the arithmetic dtype; or null
 */
public record GradScale(double value, Tensor perRow) {
    /** The gradient as it is. */
    public static final GradScale ONE = new GradScale(1, null);

    /** One factor for all rows. */
    public static GradScale of(double value) {
        return new GradScale(value, null);
    }

    /** A factor for each row: the upstream gradient of row losses. */
    public static GradScale perRow(Tensor factors) {
        return new GradScale(1, Arguments.notNull("gradScale.perRow", "factors", factors));
    }
}

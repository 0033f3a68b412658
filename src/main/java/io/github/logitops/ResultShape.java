package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.OptionalLong;

/**
 * What a result is made for.
 *
 * @param rows the shape of one value for each row
 * @param classes the extent of the class axis
 */
record ResultShape(Shape rows, long classes) {
    /** That of logits of this dtype and shape, which an op could take. */
    static ResultShape of(String op, DType logits, Shape shape, Axis axis) {
        Arguments.notNull(op, "shape", shape);
        if (!Arguments.notNull(op, "logits", logits).isFloating()) {
            throw new IllegalArgumentException(op + ": logits must be floating-point: logits=" + logits + shape);
        }
        long classes = shape.extent(axis.in(shape));
        if (classes < 1 || classes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    op + ": an axis has 1 to 2^31-1 elements: axis=" + axis.index() + ", logits=" + shape);
        }
        return new ResultShape(shape.without(axis), classes);
    }

    /** Labels on the host: one for each row, and each in range. */
    void requireLabels(String op, String call, HostLabels labels, OptionalLong ignoreIndex) {
        if (Arguments.notNull(call, "labels", labels).length() != rows.elements()) {
            throw new IllegalArgumentException(
                    call + ": there must be a label for each row: labels=" + labels.length() + ", rows=" + rows);
        }
        range(ignoreIndex).require(op, labels);
    }

    /** The labels that are in range. */
    LabelRange range(OptionalLong ignoreIndex) {
        return new LabelRange(classes, ignoreIndex);
    }
}

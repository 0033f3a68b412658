package io.github.logitops;

import io.github.logitops.spec.Arguments;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;

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

    /** Labels on the host, one for each row. */
    void requireLabels(String call, int[] labels) {
        if (Arguments.notNull(call, "labels", labels).length != rows.elements()) {
            throw new IllegalArgumentException(
                    call + ": there must be a label for each row: labels=" + labels.length + ", rows=" + rows);
        }
    }
}

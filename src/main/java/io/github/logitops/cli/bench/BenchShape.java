package io.github.logitops.cli.bench;

import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;

/**
 * Rows as images and batches of text have them: {@code outer * inner} rows of {@code columns} elements; where {@code inner} is
 * not 1 the elements of a row lie that far apart.
 *
 * @param dtype of the elements
 * @param outer the product of the extents before the axis
 * @param columns elements in a row
 * @param inner the product of the extents after the axis
 */
record BenchShape(DType dtype, long outer, int columns, long inner) {
    /** Rows of neighbours. */
    static BenchShape rows(DType dtype, long rows, int columns) {
        return new BenchShape(dtype, rows, columns, 1);
    }

    long rows() {
        return outer * inner;
    }

    long bytes() {
        return rows() * columns * dtype.bytes();
    }

    Shape shape() {
        return inner == 1 ? Shape.of(outer, columns) : Shape.of(outer, columns, inner);
    }

    Shape rowShape() {
        return shape().without(axis());
    }

    Axis axis() {
        return Axis.of(1);
    }
}

package io.github.logitops.cli.bench;

import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;

/**
 * Rows as images and batches of text have them: {@code outer * inner} rows of {@code columns} elements; where {@code inner} is
 * not 1 the elements of a row lie that far apart.
 *
 * @param dtype of the elements
 * @param outer the product of the extents before the axis
 * @param columns elements in a row
 * @param inner the product of the extents after the axis
 * @param padding elements between the end of a row and the start of the next; 0 where {@code inner} is not 1
 */
record BenchShape(DType dtype, long outer, int columns, long inner, int padding) {
    /** A dense one. */
    BenchShape(DType dtype, long outer, int columns, long inner) {
        this(dtype, outer, columns, inner, 0);
    }

    /** Rows of neighbours. */
    static BenchShape rows(DType dtype, long rows, int columns) {
        return new BenchShape(dtype, rows, columns, 1);
    }

    long rows() {
        return outer * inner;
    }

    /** From the start of a row to the start of the next, where elements of a row are neighbours. */
    int stride() {
        return columns + padding;
    }

    /** Of all elements. */
    long bytes() {
        return rows() * columns * dtype.bytes();
    }

    /** Of all elements and the padding. */
    long span() {
        return bytes() + outer * padding * dtype.bytes();
    }

    Shape shape() {
        return inner == 1 ? Shape.of(outer, columns) : Shape.of(outer, columns, inner);
    }

    Layout layout() {
        return inner == 1 ? new Layout(shape(), stride()) : Layout.dense(shape());
    }

    Shape rowShape() {
        return shape().without(axis());
    }

    Axis axis() {
        return Axis.of(1);
    }
}

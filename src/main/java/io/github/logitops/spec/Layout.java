package io.github.logitops.spec;

import io.github.logitops.base.Arguments;
import java.io.Serializable;

/**
 * A shape and how its rows lie in memory. A row is a run along the innermost dimension; its elements are neighbours, and
 * rows start {@code rowStride} elements apart. What lies between the end of a row and the start of the next is padding:
 * ops neither read it into a result nor write it.
 *
 * @param shape the extents
 * @param rowStride elements from the start of one row to the start of the next, at least the innermost extent
 */
public record Layout(Shape shape, long rowStride) implements Serializable {
    public Layout {
        Arguments.notNull("layout", "shape", shape);
        if (shape.rank() == 0 ? rowStride != 1 : rowStride < shape.extent(shape.rank() - 1)) {
            throw new IllegalArgumentException(
                    "layout: rows must not overlap: shape=" + shape + ", rowStride=" + rowStride);
        }
        if (Math.multiplyHigh(rowStride, rows(shape)) != 0 || rowStride * rows(shape) < 0) {
            throw new IllegalArgumentException(
                    "layout: spans more than 2^63-1 elements: shape=" + shape + ", rowStride=" + rowStride);
        }
    }

    /** Rows one after the other, without padding. */
    public static Layout dense(Shape shape) {
        Arguments.notNull("layout", "shape", shape);
        return new Layout(shape, shape.rank() == 0 ? 1 : shape.extent(shape.rank() - 1));
    }

    /** The number of rows: the product of all extents but the innermost. */
    public long rows() {
        return rows(shape);
    }

    /** The number of elements in a row: the innermost extent. */
    public long rowLength() {
        return shape.rank() == 0 ? 1 : shape.extent(shape.rank() - 1);
    }

    /** Whether there is no padding between rows. */
    public boolean isDense() {
        return rowStride == rowLength() || rows() <= 1;
    }

    /** Elements from the first to the last one, padding between rows counted and padding after the last row not. */
    public long span() {
        return shape.elements() == 0 ? 0 : (rows() - 1) * rowStride + rowLength();
    }

    /** Elements between neighbours along dimension {@code dimension}. */
    public long stride(int dimension) {
        int last = shape.rank() - 1;
        return dimension == last ? 1 : rowStride * shape.product(dimension + 1, last);
    }

    /** The same with another outermost extent. */
    public Layout withOutermost(long extent) {
        Shape other = shape.withOutermost(extent);
        return shape.rank() == 1 ? dense(other) : new Layout(other, rowStride);
    }

    private static long rows(Shape shape) {
        return shape.product(0, Math.max(0, shape.rank() - 1));
    }

    @Override
    public String toString() {
        return isDense() ? shape.toString() : shape + " with rowStride=" + rowStride;
    }
}

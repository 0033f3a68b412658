package io.github.logitops.support;

import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import java.util.List;

/**
 * Where the elements of rows lie in a flat buffer: a shape, an axis, padding between rows and an offset from the buffer's
 * start, which misaligns it. Computed index by index, unlike the library's strides.
 */
public record Geometry(Shape shape, int axis, long rowStride, int offset) {

    public static Geometry dense(long... extents) {
        Shape shape = Shape.of(extents);
        return new Geometry(shape, shape.rank() - 1, Layout.dense(shape).rowStride(), 0);
    }

    public Geometry along(int otherAxis) {
        return new Geometry(shape, otherAxis, rowStride, offset);
    }

    public Geometry padded(int padding) {
        return new Geometry(shape, axis, rowStride + padding, offset);
    }

    public Geometry shifted(int elements) {
        return new Geometry(shape, axis, rowStride, offset + elements);
    }

    /** Rows that each tier of kernels has, of every dtype. */
    public static List<Geometry> ofEveryTier() {
        return List.of(
                dense(2, 3),
                dense(2, 16),
                dense(2, 96),
                dense(2, 1024),
                dense(1, 40_000),
                dense(1, 40_001),
                dense(2, 3, 2).along(1),
                dense(2, 33, 8).along(1),
                dense(2, 65, 2).along(1),
                dense(1, 500, 2).along(1));
    }

    /** Lengths around powers of two and vector widths, every kind of axis, padding and misalignment. */
    public static List<Geometry> several() {
        return List.of(
                dense(5, 1),
                dense(5, 2),
                dense(4, 3),
                dense(3, 31).shifted(1),
                dense(3, 32),
                dense(3, 33).padded(7),
                dense(2, 257).padded(1).shifted(3),
                dense(7),
                dense(2, 3, 5),
                dense(2, 3, 5).along(1),
                dense(4, 3, 5).along(0),
                dense(6, 4).along(0).padded(3),
                dense(2, 6, 4).along(1).padded(3).shifted(1),
                // More than 32, and more than the 64 columns that a thread may hold.
                dense(2, 40, 3).along(1),
                dense(70, 3).along(0),
                // Blocks of 128 such rows are copied by vectors: across images, past the last one, and padded.
                dense(2, 9, 72).along(1),
                dense(21, 8).along(0).padded(8).shifted(8),
                // Where more threads share a row: 1, 2, ... 32 of them, then blocks. Multiples of 8 go by vectors,
                // unless askew.
                dense(40, 8),
                dense(40, 9),
                dense(9, 64).padded(8),
                dense(2, 128),
                dense(9, 129),
                dense(2, 256).shifted(8),
                dense(2, 256).shifted(1),
                dense(2, 1000),
                dense(1, 1023).padded(1),
                dense(1, 1024),
                dense(1, 1025).shifted(1),
                dense(1, 2047),
                dense(1, 2048),
                dense(2, 2052).shifted(3),
                dense(1, 4104));
    }

    public Layout layout() {
        return new Layout(shape, rowStride);
    }

    public Axis specAxis() {
        return Axis.of(axis);
    }

    public Shape rowShape() {
        return shape.without(specAxis());
    }

    public int classes() {
        return (int) shape.extent(axis);
    }

    public int rows() {
        return (int) rowShape().elements();
    }

    /** The length of the buffer: a guard of a few elements comes after the last row too. */
    public int bufferLength() {
        return offset + (int) layout().span() + 5;
    }

    /** The position of element {@code j} of row {@code row} in the buffer. */
    public int index(int row, int j) {
        long rest = row;
        long index = offset;
        for (int d = shape.rank() - 1; d >= 0; d--) {
            long coordinate;
            if (d == axis) {
                coordinate = j;
            } else {
                coordinate = rest % shape.extent(d);
                rest /= shape.extent(d);
            }
            long stride = d == shape.rank() - 1 ? 1 : rowStride;
            for (int between = d + 1; between < shape.rank() - 1; between++) {
                stride *= shape.extent(between);
            }
            index += coordinate * stride;
        }
        return (int) index;
    }

    @Override
    public String toString() {
        return shape + " axis " + axis + (layout().isDense() ? "" : " rowStride " + rowStride)
                + (offset == 0 ? "" : " offset " + offset);
    }
}

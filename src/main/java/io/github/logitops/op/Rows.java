package io.github.logitops.op;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;

/**
 * A tensor seen as rows along an axis, without a transpose: {@code outer * inner} rows of {@code classes} elements. Row
 * {@code o * inner + i} starts at element {@code o * outerStride + i}, and its elements lie {@code axisStride} apart.
 *
 * @param name the tensor's name in error messages
 * @param tensor the tensor
 * @param rowShape the tensor's shape without the axis: the shape of one value for each row
 * @param outer the product of the extents before the axis
 * @param classes the extent of the axis, at least 1
 * @param inner the product of the extents after the axis
 * @param outerStride elements between neighbours before the axis
 * @param axisStride elements between neighbours along the axis
 * @param innermost whether the axis is the last; then its elements lie side by side. Where others come after it, be they of
 *     extent 1, it is treated like any column, so that a column has the same bits alone and among others
 */
public record Rows(
        String name,
        Tensor tensor,
        Shape rowShape,
        long outer,
        int classes,
        long inner,
        long outerStride,
        long axisStride,
        boolean innermost) {

    /**
     * The rows of a floating-point tensor along {@code axis}.
     *
     * @throws IllegalArgumentException if the dtype is a label type, the shape lacks the axis, the axis has no or more than
     *     2^31-1 elements, or padding lies where no single stride can step over it
     */
    public static Rows of(String op, String name, Tensor tensor, Axis axis) {
        Layout layout = Arguments.notNull(op, name, tensor).layout();
        Shape shape = layout.shape();
        if (!tensor.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    op + ": " + name + " must be floating-point: " + name + "=" + tensor.dtype() + layout);
        }
        int dimension;
        try {
            dimension = axis.in(shape);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    op + ": " + name + " has no such axis: axis=" + axis.index() + ", " + name + "=" + shape, e);
        }
        long classes = shape.extent(dimension);
        if (classes < 1 || classes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    op + ": an axis has 1 to 2^31-1 elements: axis=" + axis.index() + ", " + name + "=" + shape);
        }
        // After the axis one stride must do: fine without padding, and if at most the innermost dimension comes after
        // it.
        if (!layout.isDense() && dimension < shape.rank() - 2) {
            throw new IllegalArgumentException(op + ": padded rows need the last axis or the last but one: axis="
                    + axis.index() + ", " + name + "=" + layout);
        }
        long outer = 1;
        long inner = 1;
        for (int i = 0; i < shape.rank(); i++) {
            outer *= i < dimension ? shape.extent(i) : 1;
            inner *= i > dimension ? shape.extent(i) : 1;
        }
        long axisStride = layout.stride(dimension);
        boolean innermost = dimension == shape.rank() - 1;
        long outerStride = innermost ? layout.rowStride() : axisStride * classes;
        tensor.address(); // a closed tensor is found out here
        return new Rows(
                name, tensor, shape.without(axis), outer, (int) classes, inner, outerStride, axisStride, innermost);
    }

    /** The same of a tensor that there may be; null of null. */
    static Rows orNull(String op, String name, Tensor tensor, Axis axis) {
        return tensor == null ? null : of(op, name, tensor, axis);
    }

    /** The number of rows. */
    public long count() {
        return outer * inner;
    }

    /** The index of the first element of row {@code row}. */
    public long start(long row) {
        return row / inner * outerStride + row % inner;
    }

    /** The dtype of the elements. */
    public DType dtype() {
        return tensor.dtype();
    }

    /** The shape of the tensor. */
    public Shape shape() {
        return tensor.shape();
    }
}

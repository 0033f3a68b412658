package io.github.logitops.op;

import io.github.logitops.memory.Mask;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;

/**
 * Where the rows of logits find their mask. Row r, seen as (o, m, i) = (r / (middle * inner), r / inner mod middle, r mod inner),
 * starts at o * outerStride + m * middleStride + i * innerStride in the mask. A stride of 0 is a mask that is repeated.
 *
 * @param middle the extent of the middle part of row numbers
 * @param inner the extent of the inner part
 * @param outerStride elements of the mask between neighbours in the outer part
 * @param middleStride the same in the middle part
 * @param innerStride the same in the inner part
 * @param axisStride elements of the mask between neighbouring columns
 */
public record MaskRows(
        long middle, long inner, long outerStride, long middleStride, long innerStride, long axisStride) {
    private static final int PARTS = 3;
    private static final MaskRows NONE = new MaskRows(1, 1, 0, 0, 0, 0);

    /** The start of the mask of row {@code row}. */
    public long start(long row) {
        long above = row / inner;
        return above / middle * outerStride + above % middle * middleStride + row % inner * innerStride;
    }

    /**
     * The mask's rows for logits of this shape.
     *
     * @throws IllegalArgumentException if the mask's shape does not broadcast to it, or is repeated here and not there so often
     *     that row numbers fall into more than three parts
     */
    static MaskRows of(String op, Shape x, Axis axis, Mask mask) {
        if (mask.tensor() == null) {
            return NONE;
        }
        Layout layout = mask.tensor().layout();
        int dimension = axis.in(x);
        // Parts from the innermost on: neighbouring dimensions are one part if one stride steps through both.
        long[] extents = {1, 1, 1};
        long[] strides = new long[PARTS];
        int part = -1;
        for (int d = x.rank() - 1; d >= 0; d--) {
            long stride = stride(op, x, d, layout);
            if (d == dimension || x.extent(d) == 1) {
                continue;
            }
            if (part >= 0 && stride == strides[part] * extents[part]) {
                extents[part] *= x.extent(d);
                continue;
            }
            if (++part == PARTS) {
                throw new IllegalArgumentException(
                        op + ": a mask is repeated in at most three parts of the rows: mask=" + layout + ", x=" + x);
            }
            extents[part] = x.extent(d);
            strides[part] = stride;
        }
        long axisStride = stride(op, x, dimension, layout);
        return new MaskRows(extents[1], extents[0], strides[2], strides[1], strides[0], axisStride);
    }

    /** The mask's stride along dimension {@code d} of the logits; 0 where it is repeated. */
    private static long stride(String op, Shape x, int d, Layout mask) {
        int lead = x.rank() - mask.shape().rank();
        if (lead < 0
                || d >= lead
                        && mask.shape().extent(d - lead) != 1
                        && mask.shape().extent(d - lead) != x.extent(d)) {
            throw new IllegalArgumentException(op + ": the mask must broadcast to x: mask=" + mask + ", x=" + x);
        }
        return d < lead || mask.shape().extent(d - lead) == 1 ? 0 : mask.stride(d - lead);
    }
}

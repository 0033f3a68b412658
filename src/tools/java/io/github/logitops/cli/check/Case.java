package io.github.logitops.cli.check;

import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;

/**
 * What an op is tried on.
 *
 * @param dtype of logits and gradients
 * @param classes elements in a row
 * @param placement where the rows lie
 * @param centre what logits lie about
 */
record Case(DType dtype, int classes, Placement placement, double centre) {
    static final int ROWS = 4;

    private static final int PADDING = 3; // odd: rows of 16-bit elements start at every alignment

    /** With logits about 0. */
    Case(DType dtype, int classes, Placement placement) {
        this(dtype, classes, placement, 0);
    }

    Axis axis() {
        return placement == Placement.COLUMNS ? Axis.of(0) : Axis.LAST;
    }

    Layout layout() {
        int padding = placement == Placement.SHIFTED || placement == Placement.COLUMNS ? PADDING : 0;
        return placement == Placement.COLUMNS
                ? new Layout(Shape.of(classes, ROWS), ROWS + padding)
                : new Layout(Shape.of(ROWS, classes), classes + padding);
    }

    /** Elements before the first one, in its buffer. */
    int offset() {
        return placement == Placement.SHIFTED ? 1 : 0;
    }

    /** Where element {@code j} of row {@code row} lies in its buffer. */
    int index(int row, int j) {
        int stride = (int) layout().rowStride();
        return offset() + (placement == Placement.COLUMNS ? j * stride + row : row * stride + j);
    }

    @Override
    public String toString() {
        return dtype + " " + placement + " classes=" + classes + (centre == 0 ? "" : " about " + centre);
    }
}

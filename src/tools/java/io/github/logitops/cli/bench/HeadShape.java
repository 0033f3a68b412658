package io.github.logitops.cli.bench;

import io.github.logitops.spec.DType;

/** A language model's head: so many rows of so many features, and classes; and what they are stored as. */
record HeadShape(int rows, int features, int classes, DType dtype) {
    HeadShape {
        if (rows < 1 || features < 1 || classes < 2 || !dtype.isFloating()) {
            throw new IllegalArgumentException("head: at least 1 row, 1 feature, 2 classes, of a floating dtype: rows="
                    + rows + ", features=" + features + ", classes=" + classes + ", dtype=" + dtype);
        }
    }

    @Override
    public String toString() {
        return dtype + ", " + rows + " rows, " + features + " features, " + classes + " classes";
    }
}

package io.github.logitops.pool;

import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;

/** Which tensor of its session one is, as messages have it: put together when one is written. */
record TensorName(long number, DType dtype, Layout layout) {
    /** From its first element to its last, padding between rows counted. */
    long bytes() {
        try {
            return Math.multiplyExact(layout.span(), (long) dtype.bytes());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "tensor: more than 2^63-1 bytes: dtype=" + dtype + ", shape=" + layout, e);
        }
    }

    @Override
    public String toString() {
        return "#" + number + " " + dtype + layout;
    }
}

package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;

/**
 * What forward ops save of each row's softmax for their gradients: the maximum (or up to 1/a less, with a logit scale a; -inf
 * if there is nothing else) and the sum of exponentials from there, in one tensor of the arithmetic dtype. First all maxima,
 * then all sums. They are not added up to a log-sum-exp, because that is rounded on the scale of the maximum.
 */
public final class RowStatistics {
    private static final int COUNT = 2;

    private RowStatistics() {}

    /** The shape of the statistics of rows of this shape, one row after the other; those of a part of more rows are padded. */
    public static Shape shape(Shape rows) {
        return Shape.of(COUNT, rows.elements());
    }

    /** How many elements a row's second number lies behind its first. */
    public static long stride(Tensor statistics) {
        return statistics.layout().rowStride();
    }

    /** What forward writes: apart from x. */
    static void requireOutput(String op, Tensor statistics, Rows x) {
        require(op, "result.statistics", statistics, x);
        Require.apart(op, "result.statistics", statistics, x.name(), x.tensor());
    }

    /** What backward reads: apart from dx. */
    static void requireInput(String op, Tensor statistics, Rows dx) {
        require(op, "saved.statistics", statistics, dx);
        Require.apart(op, dx.name(), dx.tensor(), "saved.statistics", statistics);
    }

    private static void require(String op, String name, Tensor statistics, Rows rows) {
        DType dtype = rows.dtype().arithmetic();
        Shape shape = shape(rows.rowShape());
        if (statistics.dtype() != dtype || !statistics.shape().equals(shape)) {
            throw new IllegalArgumentException(op + ": " + name + " must be " + dtype + shape + ": " + name + "="
                    + statistics.dtype() + statistics.layout());
        }
        statistics.address();
    }
}

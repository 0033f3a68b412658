package io.github.logitops.op;

import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.function.UnaryOperator;

/** A tensor of what an op leaves on the device for its caller, or for its gradient. Where nothing else is said it has the arithmetic dtype. */
public enum ResultPart {
    /** The reduced loss, one element; not written where the reduction is NONE. */
    LOSS("loss", rows -> Shape.of()),
    /** The loss of each row. */
    ROW_LOSSES("rowLosses", rows -> rows),
    /** The log-probability of each row's label. */
    LOG_PROBS("logProbs", rows -> rows),
    /** The log-sum-exp of each row. */
    LSE("lse", rows -> rows),
    /** The {@link RowStatistics} of each row. */
    STATISTICS("statistics", RowStatistics::shape),
    /** The sum of each counted row's targets; written where smoothing or probabilities spread them. */
    TARGET_SUMS("targetSums", rows -> rows),
    /**
     * Three F64, what MEAN divides by: losses by the number of counted rows or the sum of their labels' weights, z-losses by the
     * number; and the first over the second, where a kernel wrote them.
     */
    DIVISORS("divisors", rows -> Shape.of(3), DType.F64),
    /**
     * Four I64: the number of counted rows; the first row whose label is out of range, or -1; that label; how many rows have
     * their target as argmax. The second and third are written only while the second is -1, so that a later batch does not hide
     * what an earlier one met.
     */
    LABEL_STATS("labelStats", rows -> Shape.of(4), DType.I64),
    /** The reduced z-loss; not written where the reduction is NONE. */
    Z_LOSS("zLoss", rows -> Shape.of()),
    /** The z-loss of each row. */
    Z_LOSSES("zLosses", rows -> rows),
    /** For each row an I32: the class with the largest logit. */
    ARGMAX("argmax", rows -> rows, DType.I32),
    /** For each row an I32: 1 if it counts and its argmax is its target, else 0. */
    CORRECT("correct", rows -> rows, DType.I32),
    /** The entropy of each row. */
    ENTROPY("entropy", rows -> rows),
    /** For each row an I32: how many classes have a larger logit than its target, or as large a one and a lower index; -1 if it does not count. */
    RANKS("ranks", rows -> rows, DType.I32),
    /** What the rows of each chunk come to, while a launch adds them up: nine numbers at most. */
    CHUNKS("chunks", rows -> Shape.of(chunks(rows.elements()), 9), DType.F64),
    /** An I32: how many chunks are done, less 1; -1 at first and between launches. */
    COUNTER("counter", rows -> Shape.of(), DType.I32),
    /** The loss of each element, where elements have losses: what is called rows here are then the logits themselves. */
    ELEMENT_LOSSES("elementLosses", elements -> elements),
    /** What the elements of each block come to, while a launch adds them up: three numbers at most. */
    ELEMENT_SUMS("elementSums", elements -> Shape.of(elementBlocks(elements.elements()), 3), DType.F64);

    private static final int ROWS_AT_A_TIME = 2048; // of a block that adds rows up
    private static final int MOST_CHUNKS = 256;
    private static final int ELEMENTS_AT_A_TIME = 2048; // of a block that adds elements up
    private static final int MOST_BLOCKS = 1024; // of those

    private final String inMessages;
    private final UnaryOperator<Shape> shape;
    private final DType dtype; // null: the arithmetic dtype

    ResultPart(String name, UnaryOperator<Shape> shape) {
        this(name, shape, null);
    }

    ResultPart(String name, UnaryOperator<Shape> shape, DType dtype) {
        this.inMessages = "result." + name;
        this.shape = shape;
        this.dtype = dtype;
    }

    /** Whether there is one for a whole batch, and not something for each row. */
    boolean isTotal() {
        return this == LOSS || this == Z_LOSS || this == DIVISORS || this == LABEL_STATS || this == COUNTER;
    }

    /** Whether it has something for each row, as rows lie, and no more. */
    boolean isOfRows() {
        return !isTotal() && this != STATISTICS && this != CHUNKS && this != ELEMENT_SUMS;
    }

    /** How many of so many rows a block adds up. */
    public static long chunkRows(long rows) {
        return ROWS_AT_A_TIME * Math.max(1, ceilDiv(rows, (long) ROWS_AT_A_TIME * MOST_CHUNKS));
    }

    /** How many chunks there are of so many rows; at least one. */
    public static long chunks(long rows) {
        return Math.max(1, ceilDiv(rows, chunkRows(rows)));
    }

    /** How many blocks add up so many elements; at least one. */
    public static long elementBlocks(long elements) {
        return Math.max(1, Math.min(MOST_BLOCKS, ceilDiv(elements, ELEMENTS_AT_A_TIME)));
    }

    private static long ceilDiv(long dividend, long divisor) {
        return (dividend + divisor - 1) / divisor;
    }

    /** Its name in error messages. */
    String inMessages() {
        return inMessages;
    }

    /** Its shape for rows of this shape. */
    Shape shape(Shape rows) {
        return shape.apply(rows);
    }

    /** Its dtype for logits of this dtype. */
    DType dtype(DType logits) {
        return dtype == null ? logits.arithmetic() : dtype;
    }
}

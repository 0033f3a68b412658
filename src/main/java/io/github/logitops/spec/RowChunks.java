package io.github.logitops.spec;

import io.github.logitops.base.Arguments;
import java.io.Serializable;
import java.util.OptionalLong;

/**
 * How many rows of logits an op that makes them itself has at a time. The more, the longer its products of matrices, and the faster;
 * the memory is taken for the call and kept for the next one. Immutable.
 *
 * @param rows the number itself; or absent
 * @param bytes what the logits of those rows may take, at least those of one; or absent. Where neither is given it is a quarter of all
 *     rows, and at least {@value #LEAST}
 * @param roundsOnce whether gradients of weight and bias that are F16 or BF16 are added up over several chunks in memory of the call's
 *     own, in F32, and rounded once; if not, they are rounded after each chunk
 */
public record RowChunks(OptionalLong rows, OptionalLong bytes, boolean roundsOnce) implements Serializable {
    /** The fewest rows where nothing is said, if there are as many. */
    public static final long LEAST = 2048;

    private static final RowChunks DEFAULTS = new RowChunks(OptionalLong.empty(), OptionalLong.empty(), false);

    public RowChunks {
        Arguments.notNull("rowChunks", "rows", rows);
        Arguments.notNull("rowChunks", "bytes", bytes);
        if (rows.isPresent() && bytes.isPresent()) {
            throw new IllegalArgumentException("rowChunks: rows and bytes exclude each other: rows=" + rows.getAsLong()
                    + ", bytes=" + bytes.getAsLong());
        }
        requirePositive("rows", rows);
        requirePositive("bytes", bytes);
    }

    private static void requirePositive(String name, OptionalLong value) {
        if (value.isPresent() && value.getAsLong() < 1) {
            throw new IllegalArgumentException(
                    "rowChunks: " + name + " must be positive: " + name + "=" + value.getAsLong());
        }
    }

    /** A quarter of all rows, and at least {@value #LEAST}. */
    public static RowChunks defaults() {
        return DEFAULTS;
    }

    /** So many rows. */
    public static RowChunks ofRows(long rows) {
        return new RowChunks(OptionalLong.of(rows), OptionalLong.empty(), false);
    }

    /** As many rows as have their logits in so many bytes. */
    public static RowChunks ofBytes(long bytes) {
        return new RowChunks(OptionalLong.empty(), OptionalLong.of(bytes), false);
    }

    /** The same; gradients of 16 bits are added up in F32 and rounded once: twice their memory for the time of the call. */
    public RowChunks roundingOnce() {
        return new RowChunks(rows, bytes, true);
    }

    /** Whether rows or bytes were given. */
    public boolean areChosen() {
        return rows.isPresent() || bytes.isPresent();
    }

    /**
     * How many rows those are.
     *
     * @param all how many there are
     * @param rowBytes the logits of one
     * @throws IllegalArgumentException if {@link #bytes} are too few for a row
     */
    public long of(long all, long rowBytes) {
        if (bytes.isPresent() && bytes.getAsLong() < rowBytes) {
            throw new IllegalArgumentException(
                    "rowChunks: too few bytes for a row: bytes=" + bytes.getAsLong() + ", row=" + rowBytes);
        }
        long chosen = rows.isPresent()
                ? rows.getAsLong()
                : bytes.isPresent() ? bytes.getAsLong() / rowBytes : Math.max(LEAST, (all + 3) / 4);
        return Math.max(1, Math.min(all, chosen));
    }

    private Object writeReplace() {
        return Serialized.of(this);
    }
}

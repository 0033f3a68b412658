package io.github.logitops.cli.check;

import io.github.logitops.LogitOps;
import io.github.logitops.element.Elements;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Shape;
import java.util.Arrays;
import java.util.BitSet;

/** The rows of a case on the device, in the midst of a buffer that holds poison everywhere else. */
final class PlacedRows implements AutoCloseable {
    /** A value that every dtype has and that no op gives. */
    static final double POISON = -384;

    private static final int GUARD = 8; // elements after the last row

    private final Case where;
    private final Stream stream;
    private final Tensor buffer;
    private final Tensor tensor;
    private final double[][] values = new double[Case.ROWS][];

    /** @param rows the values, which are rounded to the dtype; null for poison */
    PlacedRows(LogitOps ops, Stream stream, Case where, double[][] rows) {
        this.where = where;
        this.stream = stream;
        double[] flat = new double[where.offset() + (int) where.layout().span() + GUARD];
        Arrays.fill(flat, POISON);
        for (int n = 0; n < Case.ROWS; n++) {
            values[n] = new double[where.classes()];
            for (int j = 0; j < where.classes(); j++) {
                values[n][j] = rows == null ? POISON : Elements.round(where.dtype(), rows[n][j]);
                flat[where.index(n, j)] = values[n][j];
            }
        }
        buffer = ops.upload(flat, where.dtype(), Shape.of(flat.length), stream);
        long address = buffer.address() + (long) where.offset() * where.dtype().bytes();
        tensor = ops.wrap(address, where.dtype(), where.layout());
    }

    Tensor tensor() {
        return tensor;
    }

    /** The rows as they were put in. */
    double[][] values() {
        return values;
    }

    /** The rows as they are now. Reports to {@code judge} if anything around them changed. */
    double[][] read(Judge judge, String name) {
        double[] flat = buffer.downloadDoubles(stream);
        double[][] rows = new double[Case.ROWS][where.classes()];
        BitSet owned = new BitSet(flat.length);
        for (int n = 0; n < rows.length; n++) {
            for (int j = 0; j < where.classes(); j++) {
                rows[n][j] = flat[where.index(n, j)];
                owned.set(where.index(n, j));
            }
        }
        for (int i = owned.nextClearBit(0); i < flat.length; i = owned.nextClearBit(i + 1)) {
            if (flat[i] != POISON) {
                judge.fault(
                        name + ": written outside its rows: element=" + (i - where.offset()) + ", value=" + flat[i]);
            }
        }
        return rows;
    }

    @Override
    public void close() {
        tensor.close();
        buffer.close();
    }
}

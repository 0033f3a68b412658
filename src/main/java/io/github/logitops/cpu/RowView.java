package io.github.logitops.cpu;

import io.github.logitops.op.Rows;
import io.github.logitops.spec.Elements;
import java.nio.ByteBuffer;

/** The rows of a tensor in host memory: reads and writes one at a time, as doubles, whatever dtype and strides it has. */
final class RowView {
    private final Rows rows;
    private final ByteBuffer memory;
    private final int elementBytes;
    private final int byteStride;

    RowView(Rows rows, HostDriver driver) {
        this.rows = rows;
        this.memory = driver.memory(rows.tensor());
        this.elementBytes = rows.dtype().bytes();
        this.byteStride = (int) (rows.axisStride() * elementBytes);
    }

    void read(long row, double[] into) {
        Elements.read(rows.dtype(), memory, offset(row), byteStride, into, 0, rows.classes());
    }

    /** Writes a row, each element rounded once. */
    void write(long row, double[] values) {
        Elements.write(rows.dtype(), memory, offset(row), byteStride, values, 0, rows.classes());
    }

    private int offset(long row) {
        return (int) (rows.start(row) * elementBytes);
    }
}

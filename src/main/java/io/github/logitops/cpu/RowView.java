package io.github.logitops.cpu;

import io.github.logitops.element.Elements;
import io.github.logitops.op.Rows;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The rows of a tensor in host memory: reads and writes blocks of them, as doubles, whatever dtype and strides it has. */
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

    /** A row, to be read into {@code array}. */
    BlockedRow row(long row, double[] array) {
        return new BlockedRow(array, (block, into) -> read(row, block, into));
    }

    void read(long row, Block block, double[] into) {
        Elements.read(rows.dtype(), memory, offset(row, block.from()), byteStride, into, 0, block.count());
    }

    /** One element. */
    double get(long row, int column) {
        double[] one = new double[1];
        read(row, new Block(column, 1), one);
        return one[0];
    }

    /** Writes a block, each element rounded once. */
    void write(long row, Block block, double[] values) {
        Elements.write(rows.dtype(), memory, offset(row, block.from()), byteStride, values, 0, block.count());
    }

    /** Writes a row of zeros by way of the third array. */
    void writeZeros(long row, Scratch scratch) {
        for (Block block : scratch.blocks()) {
            Arrays.fill(scratch.third(), 0, block.count(), 0);
            write(row, block, scratch.third());
        }
    }

    private int offset(long row, int column) {
        return (int) ((rows.start(row) + column * rows.axisStride()) * elementBytes);
    }
}

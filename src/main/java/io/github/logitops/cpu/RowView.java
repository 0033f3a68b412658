package io.github.logitops.cpu;

import io.github.logitops.op.Rows;
import java.util.Arrays;

/** The rows of a tensor in host memory: reads and writes blocks of them, as doubles, whatever dtype and strides it has. */
final class RowView {
    private final Rows rows;
    private final BlockMath math;
    private final ElementBuffer elements;
    private final int axisStride;

    RowView(Rows rows, HostDriver driver, BlockMath math) {
        this.rows = rows;
        this.math = math;
        this.elements = driver.elements(rows.tensor());
        this.axisStride = (int) rows.axisStride();
    }

    /** What happens to a run of neighbouring lanes. */
    private interface OfRun {
        void run(int index, int stride, int lane, int count);
    }

    /** Reads a block to the start of an array. */
    void read(Block block, double[] into) {
        runs(block, (index, stride, lane, count) -> elements.get(index, stride, block.own(), into, lane, count));
        elements.widen(math, block.own(), into, block.count());
    }

    /** Writes a block, each element rounded once. */
    void write(Block block, double[] from) {
        elements.narrow(math, from, block.own(), block.count());
        runs(block, (index, stride, lane, count) -> elements.put(index, stride, block.own(), from, lane, count));
    }

    /** Writes a block of zeros. */
    void writeZeros(Block block) {
        double[] zeros = block.own().spare(0);
        Arrays.fill(zeros, 0, block.count(), 0);
        write(block, zeros);
    }

    private void runs(Block block, OfRun work) {
        long first = block.tile().row(0);
        int lanes = block.lanes();
        if (!block.tile().across()) {
            work.run(index(first, block.column()), axisStride, 0, lanes);
        } else if (rows.inner() == 1) {
            work.run(index(first, block.column()), (int) rows.outerStride(), 0, lanes);
        } else {
            for (int lane = 0; lane < lanes; ) {
                long row = first + lane;
                int count = (int) Math.min(lanes - lane, rows.inner() - row % rows.inner());
                work.run(index(row, block.column()), 1, lane, count);
                lane += count;
            }
        }
    }

    private int index(long row, int column) {
        return (int) (rows.start(row) + column * rows.axisStride());
    }
}

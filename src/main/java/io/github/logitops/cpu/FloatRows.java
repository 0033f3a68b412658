package io.github.logitops.cpu;

import io.github.logitops.element.BinaryFormat;
import io.github.logitops.op.Rows;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;

/** The rows of a tensor of F32, F16 or BF16 along its last axis: reads and writes parts of them, as floats. */
final class FloatRows {
    private final Rows rows;
    private final FloatMath math;
    private final FloatBuffer floats; // one of these two
    private final ShortBuffer shorts;
    private final BinaryFormat format; // of shorts

    FloatRows(Rows rows, HostDriver driver, FloatMath math) {
        this.rows = rows;
        this.math = math;
        ElementBuffer elements = driver.elements(rows.tensor());
        floats = elements instanceof ElementBuffer.Floats of ? of.memory() : null;
        shorts = elements instanceof ElementBuffer.Shorts of ? of.memory() : null;
        format = elements instanceof ElementBuffer.Shorts of ? of.format() : null;
    }

    FloatMath math() {
        return math;
    }

    /** Reads a part of row {@code row} to the start of an array, and puts {@code behind} in the rest of it that is computed. */
    void read(long row, Tile.Part part, float behind, float[] into) {
        int count = part.columns();
        int index = index(row, part.column());
        if (floats != null) {
            floats.get(index, into, 0, count);
        } else {
            short[] bits = part.own().shorts();
            shorts.get(index, bits, 0, count);
            math.widen(format, bits, into, count);
        }
        Arrays.fill(into, count, FloatMath.padded(count), behind);
    }

    /** Writes a part of row {@code row}. */
    void write(long row, Tile.Part part, float[] from) {
        int count = part.columns();
        int index = index(row, part.column());
        if (floats != null) {
            floats.put(index, from, 0, count);
        } else {
            short[] bits = part.own().shorts();
            math.narrow(format, from, bits, count);
            shorts.put(index, bits, 0, count);
        }
    }

    /** One element. */
    float at(long row, int column) {
        int index = index(row, column);
        return floats != null ? floats.get(index) : format.decode(shorts.get(index));
    }

    private int index(long row, int column) {
        return (int) rows.start(row) + column;
    }
}

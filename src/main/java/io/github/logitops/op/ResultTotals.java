package io.github.logitops.op;

import io.github.logitops.memory.Stream;
import io.github.logitops.pool.TensorGroup;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The parts of a result that tell of a whole batch. They lie side by side on the device, so that one copy brings them all, and
 * apart from those of each row: they can be kept for a look after the result's close, and so little memory with them.
 */
public final class ResultTotals {
    private static final int BAD_ROW = 1; // in the label stats

    private final List<ResultPart> parts;
    private final TensorGroup group;

    /**
     * The parts on the host. Those that the result lacks are 0.
     *
     * @param loss the reduced loss
     * @param zLoss the reduced z-loss
     * @param countedRows the number of rows that count
     * @param badRow the first row whose label is out of range, or -1
     * @param badLabel that label
     * @param correctRows how many rows have their target as argmax
     */
    public record Values(double loss, double zLoss, long countedRows, long badRow, long badLabel, long correctRows) {}

    /** For parts that are the tensors of a group. */
    ResultTotals(List<ResultPart> parts, TensorGroup group) {
        this.parts = parts;
        this.group = group;
    }

    /** Keeps them, whoever closes the result, until {@link #release}. */
    public void keep() {
        group.keep();
    }

    /** Ends a {@link #keep}. */
    public void release() {
        group.release();
    }

    /** Throws if the result is closed. */
    public void requireOpen() {
        group.requireOpen();
    }

    /** What they are once the stream's work is done, which this waits for; it must not be captured. */
    public Values read(Stream stream) {
        ByteBuffer bytes = ByteBuffer.allocate(offset(ResultPart.COUNTER)).order(ByteOrder.nativeOrder());
        group.peek(bytes, stream);
        int stats = offset(ResultPart.LABEL_STATS);
        return new Values(
                number(bytes, ResultPart.LOSS),
                number(bytes, ResultPart.Z_LOSS),
                bytes.getLong(stats),
                bytes.getLong(stats + BAD_ROW * Long.BYTES),
                bytes.getLong(stats + 2 * Long.BYTES),
                bytes.getLong(stats + 3 * Long.BYTES));
    }

    /** Makes room for the next label that is out of range. Waits, as {@link #read} does. */
    public void forgetBadLabel(Stream stream) {
        group.poke(offset(ResultPart.LABEL_STATS) + BAD_ROW * Long.BYTES, Long.BYTES, (byte) -1, stream);
    }

    private double number(ByteBuffer bytes, ResultPart part) {
        int index = parts.indexOf(part);
        if (index < 0) {
            return 0;
        }
        int at = group.offset(index);
        return group.tensors().get(index).bytes() == Double.BYTES ? bytes.getDouble(at) : bytes.getFloat(at);
    }

    private int offset(ResultPart part) {
        return group.offset(parts.indexOf(part));
    }
}

package io.github.logitops.op;

import io.github.logitops.base.Resources;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.pool.DeviceMemory;
import io.github.logitops.pool.TensorGroup;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * What an op leaves on the device beside gradients: of the parts that there could be those that the op, or its options, ask for.
 * What there is for each row lies in one piece of memory, and what there is for a batch with labels in another.
 */
public final class ResultBuffers implements AutoCloseable {
    /** No part: of kernels that leave something else. */
    public static final ResultBuffers NONE = new ResultBuffers();

    private final Tensor[] parts = new Tensor[ResultPart.values().length]; // by ordinal; null: there is none
    private final List<TensorGroup> pieces = new ArrayList<>();
    private final Operands written = new Operands();
    private final boolean view; // of others, whose memory it is
    private ResultTotals totals; // null: the op has no labels

    private ResultBuffers() {
        this(false);
    }

    private ResultBuffers(boolean view) {
        this.view = view;
    }

    /** New buffers for rows of this shape; {@code stream} is where their first use must be ordered after. */
    public static ResultBuffers allocate(
            DeviceMemory memory, DType logits, Shape rows, Set<ResultPart> parts, Stream stream) {
        return Resources.filled(new ResultBuffers(), made -> {
            Set<ResultPart> all = EnumSet.copyOf(parts);
            if (parts.contains(ResultPart.LABEL_STATS)) {
                all.add(ResultPart.COUNTER);
                all.add(parts.contains(ResultPart.ELEMENT_SUMS) ? ResultPart.ELEMENT_SUMS : ResultPart.CHUNKS);
            }
            made.addPiece(memory, logits, rows, all, false);
            if (parts.contains(ResultPart.LABEL_STATS)) {
                List<ResultPart> inPiece = made.addPiece(memory, logits, rows, all, true);
                TensorGroup piece = made.pieces.get(1);
                made.totals = new ResultTotals(inPiece, piece);
                piece.fill(
                        (byte) -1, stream); // no label was out of range yet, and nothing is counted; ops write the rest
            }
        });
    }

    /** Allocates those parts that are for a whole batch, or those of each row, and returns which they are. */
    private List<ResultPart> addPiece(
            DeviceMemory memory, DType logits, Shape rows, Set<ResultPart> all, boolean totals) {
        List<ResultPart> inPiece = new ArrayList<>();
        List<TensorGroup.Part> tensors = new ArrayList<>();
        for (ResultPart part : all) {
            if (part.isTotal() == totals) {
                inPiece.add(part);
                tensors.add(new TensorGroup.Part(part.dtype(logits), part.shape(rows)));
            }
        }
        TensorGroup piece = memory.allocate(tensors);
        pieces.add(piece);
        for (int i = 0; i < inPiece.size(); i++) {
            Tensor tensor = piece.tensors().get(i);
            parts[inPiece.get(i).ordinal()] = tensor;
            written.and(inPiece.get(i).inMessages(), tensor);
        }
        return inPiece;
    }

    /** What these have of some rows, and their totals. The memory is that of these. */
    ResultBuffers of(RowRange range) {
        return view(range::perRow, range);
    }

    /**
     * What these have of the first entries of their rows' outermost dimension, and their totals. The memory is that of these; closing
     * them does nothing.
     *
     * @throws IllegalArgumentException if there are not as many
     */
    public ResultBuffers first(long count) {
        long rows = 0; // where there is nothing of rows
        for (ResultPart part : ResultPart.values()) {
            if (get(part) != null && part.isOfRows()) {
                rows = get(part).slice(0, count).shape().elements();
            }
        }
        return view(tensor -> tensor.slice(0, count), new RowRange(0, rows));
    }

    private ResultBuffers view(UnaryOperator<Tensor> perRow, RowRange range) {
        ResultBuffers some = new ResultBuffers(true);
        for (ResultPart part : ResultPart.values()) {
            Tensor tensor = get(part);
            if (tensor != null && part == ResultPart.STATISTICS) {
                tensor = range.statistics(tensor);
            } else if (tensor != null && part.isOfRows()) {
                tensor = perRow.apply(tensor);
            }
            some.parts[part.ordinal()] = tensor;
        }
        some.pieces.addAll(pieces);
        some.written.and(written);
        some.totals = totals;
        return some;
    }

    /** One of the parts; null if there is none. */
    public Tensor get(ResultPart part) {
        return parts[part.ordinal()];
    }

    /** What there is for a batch; null where the op has no labels. */
    public ResultTotals totals() {
        return totals;
    }

    /** What losses and their gradients are divided by, the first of these; null for 1. */
    public Tensor divisors(Reduction reduction) {
        return reduction == Reduction.MEAN ? get(ResultPart.DIVISORS) : null;
    }

    /** They were made for rows like those of the logits, as one of them tells. */
    void requireRows(String op, ResultPart part, Rows x) {
        Require.dense(op, part.inMessages(), get(part), x.dtype().arithmetic(), x.rowShape());
    }

    /** None of them shares a byte with one of the inputs. */
    void requireApart(String op, Operands inputs) {
        inputs.forEach((input, in) -> requireApart(op, input, in));
    }

    /** None of them shares a byte with the input. */
    void requireApart(String op, String input, Tensor in) {
        for (TensorGroup piece : pieces) {
            if (piece.overlaps(in)) {
                written.requireApart(op, input, in); // which says what does
            }
        }
    }

    /** Those operands and all of these, as far as calls use them: one tensor of a piece stands for all. */
    Operands addedTo(Operands others) {
        pieces.forEach(piece -> others.and("result", piece.tensors().get(0)));
        return others;
    }

    /** Gives the memory back once the work that uses it is done; the totals stay while somebody keeps them. */
    @Override
    public void close() {
        if (!view) {
            Resources.closeAll(pieces);
        }
    }
}

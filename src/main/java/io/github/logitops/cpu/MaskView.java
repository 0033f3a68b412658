package io.github.logitops.cpu;

import io.github.logitops.element.Elements;
import io.github.logitops.op.MaskRows;
import io.github.logitops.op.MaskedSoftmaxProblem;
import io.github.logitops.spec.DType;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The mask of each row. */
final class MaskView {
    private final MaskRows rows;
    private final ByteBuffer memory; // null: no tensor
    private final boolean additive;
    private final DType dtype;
    private final int classes;
    private final long queries;

    MaskView(MaskedSoftmaxProblem.Forward problem, HostDriver driver) {
        rows = problem.maskRows();
        memory = problem.mask().tensor() == null
                ? null
                : driver.memory(problem.mask().tensor());
        additive = problem.mask().isAdditive();
        dtype = problem.x().dtype();
        classes = problem.x().classes();
        queries = problem.queries();
    }

    /** Adds the mask to a block along a row of logits: -inf to what is hidden, whatever it is. */
    void apply(long row, Block block, double[] logits) {
        int count = block.lanes();
        double[] spare = block.own().spare(2);
        long start = rows.start(row) + block.column() * rows.axisStride();
        if (additive) {
            int bytes = dtype.bytes();
            Elements.read(dtype, memory, (int) (start * bytes), (int) rows.axisStride() * bytes, spare, 0, count);
            for (int j = 0; j < count; j++) {
                logits[j] = spare[j] == Double.NEGATIVE_INFINITY ? spare[j] : sum(logits[j], spare[j]);
            }
        } else if (memory != null) {
            int at = (int) start;
            for (int j = 0; j < count; j++) {
                logits[j] = memory.get(at) == 0 ? Double.NEGATIVE_INFINITY : logits[j];
                at += (int) rows.axisStride();
            }
        }
        if (queries != 0) {
            long seen = Math.max(0, row % queries + classes - queries + 1);
            Arrays.fill(
                    logits, (int) Math.min(Math.max(0, seen - block.column()), count), count, Double.NEGATIVE_INFINITY);
        }
    }

    /** The mask alone hides: where both are finite, so is their sum in what the dtype is computed in. */
    private double sum(double logit, double mask) {
        double largest = dtype == DType.F64 ? Double.MAX_VALUE : Float.MAX_VALUE;
        boolean finite = Double.isFinite(logit) && Double.isFinite(mask);
        double sum = logit + mask;
        return finite && Math.abs(sum) > largest ? Math.copySign(largest, sum) : sum;
    }
}

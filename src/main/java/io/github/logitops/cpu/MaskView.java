package io.github.logitops.cpu;

import io.github.logitops.memory.Tensor;
import io.github.logitops.op.MaskRows;
import io.github.logitops.op.MaskedSoftmaxProblem;
import io.github.logitops.spec.DType;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The mask of each row. */
final class MaskView {
    private final MaskRows rows;
    private final ElementBuffer added; // null: nothing is added
    private final ByteBuffer seen; // a boolean each; null: there are none
    private final BlockMath math;
    private final DType dtype;
    private final int classes;
    private final long queries;

    MaskView(MaskedSoftmaxProblem.Forward problem, CpuContext cpu) {
        rows = problem.maskRows();
        Tensor mask = problem.mask().tensor();
        boolean additive = problem.mask().isAdditive();
        added = additive ? cpu.driver().elements(mask) : null;
        seen = additive || mask == null ? null : cpu.driver().memory(mask);
        math = cpu.math();
        dtype = problem.x().dtype();
        classes = problem.x().classes();
        queries = problem.queries();
    }

    /** Adds the mask to a block along a row of logits: -inf to what is hidden, whatever it is. */
    void apply(long row, Block block, double[] logits) {
        int count = block.lanes();
        int start = (int) (rows.start(row) + block.column() * rows.axisStride());
        int stride = (int) rows.axisStride();
        if (added != null) {
            double[] mask = block.own().spare(2);
            added.get(start, stride, block.own(), mask, 0, count);
            added.widen(math, block.own(), mask, block.count());
            for (int j = 0; j < count; j++) {
                logits[j] = mask[j] == Double.NEGATIVE_INFINITY ? mask[j] : sum(logits[j], mask[j]);
            }
        } else if (seen != null) {
            for (int j = 0; j < count; j++) {
                logits[j] = seen.get(start + j * stride) == 0 ? Double.NEGATIVE_INFINITY : logits[j];
            }
        }
        if (queries != 0) {
            long keys = Math.max(0, row % queries + classes - queries + 1);
            Arrays.fill(
                    logits, (int) Math.min(Math.max(0, keys - block.column()), count), count, Double.NEGATIVE_INFINITY);
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

package io.github.logitops.cpu;

import io.github.logitops.memory.Tensor;
import io.github.logitops.op.Problem;
import io.github.logitops.op.Rows;
import io.github.logitops.spec.DType;

/**
 * What all ops of the CPU mode work with.
 *
 * @param math how floats and numbers of 16 bits are computed with
 * @param doubles how doubles are
 */
record CpuContext(HostDriver driver, ScratchPool scratch, BlockMath math, BlockMath doubles) {
    CpuContext(HostDriver driver, ScratchPool scratch, BlockMath math) {
        this(driver, scratch, math, new DoubleBlockMath(math));
    }

    BlockMath math(DType dtype) {
        return dtype == DType.F64 ? doubles : math;
    }

    /** All rows of a problem; {@code passing} and {@code held} are the operands of a tile. */
    ParallelRows rows(Problem problem, Rows rows, int passing, int held) {
        return rows(problem, rows, Tiling.of(rows, scratch.sizes()), passing, held);
    }

    /** The same, one row to a tile. */
    ParallelRows rowByRow(Problem problem, Rows rows, int passing, int held) {
        return rows(problem, rows, Tiling.along(rows.classes(), scratch.sizes()), passing, held);
    }

    private ParallelRows rows(Problem problem, Rows rows, Tiling tiling, int passing, int held) {
        Scratch.Needs needs = new Scratch.Needs(tiling, passing, held, rows.dtype() == DType.F64);
        return new ParallelRows(problem.op(), rows.count(), needs, math(rows.dtype()), scratch);
    }

    RowView view(Rows rows) {
        return new RowView(rows, driver, math);
    }

    VectorView view(Tensor tensor) {
        return new VectorView(tensor, driver);
    }

    /** A view of a tensor that there may be; else null. */
    VectorView viewOrNull(Tensor tensor) {
        return tensor == null ? null : view(tensor);
    }
}

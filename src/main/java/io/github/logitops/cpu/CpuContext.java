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

    /** All rows of a problem, each tile with so many operands. */
    ParallelRows rows(Problem problem, Rows rows, int operands) {
        return rows(problem, rows, operands, Tiling.of(rows, scratch.sizes()));
    }

    /** The same, one row to a tile. */
    ParallelRows rowByRow(Problem problem, Rows rows, int operands) {
        return rows(problem, rows, operands, Tiling.along(rows.classes(), scratch.sizes()));
    }

    private ParallelRows rows(Problem problem, Rows rows, int operands, Tiling tiling) {
        boolean compensated = rows.dtype() == DType.F64;
        return new ParallelRows(
                problem.op(), rows.count(), tiling, operands, compensated, math(rows.dtype()), scratch);
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

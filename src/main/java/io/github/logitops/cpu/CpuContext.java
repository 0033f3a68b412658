package io.github.logitops.cpu;

import io.github.logitops.memory.Tensor;
import io.github.logitops.op.Problem;
import io.github.logitops.op.Rows;
import io.github.logitops.spec.DType;
import java.util.Arrays;
import java.util.Optional;

/**
 * What all ops of the CPU mode work with.
 *
 * @param math how floats and numbers of 16 bits are computed with
 * @param doubles how doubles are
 * @param floats how rows are computed in floats, if they may be
 */
record CpuContext(
        HostDriver driver, ScratchPool scratch, BlockMath math, BlockMath doubles, Optional<FloatMath> floats) {
    CpuContext(HostDriver driver, ScratchPool scratch, BlockMath math, Optional<FloatMath> floats) {
        this(driver, scratch, math, new DoubleBlockMath(math), floats);
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
        boolean compensated = rows.dtype() == DType.F64;
        Scratch.Needs needs = Scratch.Needs.ofDoubles(tiling, passing, held, compensated);
        return new ParallelRows(problem.op(), rows.count(), needs, math(rows.dtype()), scratch);
    }

    /** The same, one row to a tile, in floats. */
    ParallelRows floatRows(Problem problem, Rows rows) {
        Scratch.Needs needs = Scratch.Needs.ofFloats(Tiling.along(rows.classes(), scratch.sizes()));
        return new ParallelRows(problem.op(), rows.count(), needs, math, scratch);
    }

    /** Whether an op on all of these goes by floats. It depends on their layout alone, not on how many rows there are. */
    boolean goesByFloats(Rows... all) {
        return floats.isPresent()
                && Arrays.stream(all)
                        .allMatch(rows -> rows.innermost()
                                && rows.dtype() != DType.F64
                                && rows.classes() >= scratch.sizes().least());
    }

    FloatRows floats(Rows rows) {
        return new FloatRows(rows, driver, floats.orElseThrow());
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

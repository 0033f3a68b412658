package io.github.logitops.cpu;

import io.github.logitops.op.DistillationProblem;
import io.github.logitops.op.ProblemTable;
import java.util.function.LongToDoubleFunction;

/** Distillation: labels are counted before its rows, their losses reduced after. */
final class DistillationLoops {
    private final CpuContext cpu;

    DistillationLoops(CpuContext cpu) {
        this.cpu = cpu;
    }

    void addTo(ProblemTable table) {
        table.on(DistillationProblem.Forward.class, this::forward);
        table.on(DistillationProblem.Fused.class, this::fused);
    }

    private void forward(DistillationProblem.Forward problem) {
        ParallelRows rows = cpu.rows(problem, problem.inputs().x(), 0, TileDistillation.OPERANDS);
        DistillationRows losses = new DistillationRows(problem.inputs(), problem.result(), cpu);
        rows.forEach(losses::measure);
        losses.reduce();
    }

    private void fused(DistillationProblem.Fused problem) {
        ParallelRows rows = cpu.rows(problem, problem.inputs().x(), 0, TileDistillation.OPERANDS);
        DistillationRows losses = new DistillationRows(problem.inputs(), problem.result(), cpu);
        RowView dx = cpu.view(problem.dx());
        LongToDoubleFunction gradScale = RowFactors.of(problem.gradScale(), cpu);
        double meanFactor = losses.meanFactor();
        rows.forEach(tile -> {
            TileDistillation measured = losses.measure(tile);
            if (measured == null) {
                tile.each(dx::writeZeros);
            } else {
                measured.gradient(row -> gradScale.applyAsDouble(tile.row(row)) * meanFactor, dx);
            }
        });
        losses.reduce();
    }
}

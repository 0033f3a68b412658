package io.github.logitops.cpu;

import io.github.logitops.op.DistillationProblem;
import io.github.logitops.op.ProblemTable;
import java.util.function.LongToDoubleFunction;

/** Distillation: labels are counted before its rows, their losses reduced after. */
final class DistillationLoops {
    private final HostDriver driver;
    private final ScratchPool scratch;

    DistillationLoops(HostDriver driver, ScratchPool scratch) {
        this.driver = driver;
        this.scratch = scratch;
    }

    void addTo(ProblemTable table) {
        table.on(DistillationProblem.Forward.class, this::forward);
        table.on(DistillationProblem.Fused.class, this::fused);
    }

    private void forward(DistillationProblem.Forward problem) {
        ParallelRows rows = ParallelRows.of(problem, problem.inputs().x(), scratch);
        DistillationRows losses = new DistillationRows(problem.inputs(), problem.result(), driver);
        rows.forEach(losses::measure);
        losses.reduce();
    }

    private void fused(DistillationProblem.Fused problem) {
        ParallelRows rows = ParallelRows.of(problem, problem.inputs().x(), scratch);
        DistillationRows losses = new DistillationRows(problem.inputs(), problem.result(), driver);
        RowView dx = new RowView(problem.dx(), driver);
        LongToDoubleFunction gradScale = RowFactors.of(problem.gradScale(), driver);
        double meanFactor = losses.meanFactor();
        rows.forEach((row, own) -> {
            DistillationRow measured = losses.measure(row, own);
            if (measured == null) {
                dx.writeZeros(row, own);
                return;
            }
            for (Block block : own.blocks()) {
                measured.gradient(gradScale.applyAsDouble(row) * meanFactor, block, own.third());
                dx.write(row, block, own.third());
            }
        });
        losses.reduce();
    }
}

package io.github.logitops.cpu;

import io.github.logitops.op.DistillationProblem;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Reduction;

/** What distillation knows row by row, and its reduction. */
final class DistillationRows {
    private final long rows;
    private final DistillationOptions options;
    private final RowView student;
    private final RowView teacher;
    private final LabelView labels;
    private final VectorView rowLosses;
    private final VectorView loss;
    private final VectorView divisor; // null for 1

    DistillationRows(DistillationProblem.Inputs inputs, ResultBuffers result, CpuContext cpu) {
        options = inputs.options();
        rows = inputs.x().count();
        student = cpu.view(inputs.x());
        teacher = cpu.view(inputs.teacher());
        labels = new LabelView(inputs.labels(), inputs.x().classes(), cpu);
        rowLosses = cpu.view(result.get(ResultPart.ROW_LOSSES));
        loss = cpu.view(result.get(ResultPart.LOSS));
        divisor = cpu.viewOrNull(result.divisors(options.reduction()));
        labels.count(rows, row -> 1, result);
    }

    /** Writes the losses of rows; returns them if one counts, else null. */
    TileDistillation measure(Tile tile) {
        TileLabels of = labels.of(tile);
        TileDistillation measured = of.anyCounts() ? new TileDistillation(options, tile, of, student, teacher) : null;
        for (int i = 0; i < tile.rows(); i++) {
            long row = tile.row(i);
            double none = labels.isIgnored(row) ? 0 : Double.NaN;
            rowLosses.set(row, of.counts(i) ? measured.loss(i) : none);
        }
        return measured;
    }

    /** Reduces the row losses as they are stored. */
    void reduce() {
        if (options.reduction() != Reduction.NONE) {
            loss.set(0, rowLosses.sum((int) rows) * meanFactor());
        }
    }

    /** What MEAN multiplies with, NaN where nothing counts; 1 for the other reductions. */
    double meanFactor() {
        if (divisor == null) {
            return 1;
        }
        return divisor.get(0) == 0 ? Double.NaN : 1 / divisor.get(0);
    }
}

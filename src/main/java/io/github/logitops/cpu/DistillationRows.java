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

    DistillationRows(DistillationProblem.Inputs inputs, ResultBuffers result, HostDriver driver) {
        options = inputs.options();
        rows = inputs.x().count();
        student = new RowView(inputs.x(), driver);
        teacher = new RowView(inputs.teacher(), driver);
        labels = new LabelView(inputs.labels(), inputs.x().classes(), driver);
        rowLosses = new VectorView(result.get(ResultPart.ROW_LOSSES), driver);
        loss = new VectorView(result.get(ResultPart.LOSS), driver);
        divisor = VectorView.orNull(result.divisors(options.reduction()), driver);
        labels.count(rows, row -> 1, result, driver);
    }

    /** Writes the loss of a row; returns the row if it counts, else null. It lives in the scratch; the third array is free. */
    DistillationRow measure(long row, Scratch scratch) {
        if (!labels.counts(row)) {
            rowLosses.set(row, labels.isIgnored(row) ? 0 : Double.NaN);
            return null;
        }
        int label = labels.of(row);
        DistillationRow measured = new DistillationRow(
                options,
                student.row(row, scratch.first()),
                teacher.row(row, scratch.second()),
                label,
                student.get(row, label),
                scratch);
        rowLosses.set(row, measured.loss());
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

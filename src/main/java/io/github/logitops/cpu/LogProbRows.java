package io.github.logitops.cpu;

import io.github.logitops.memory.Tensor;
import io.github.logitops.op.EntropyBackward;
import io.github.logitops.op.EntropyForward;
import io.github.logitops.op.LogSumExpBackward;
import io.github.logitops.op.LogSumExpForward;
import io.github.logitops.op.Rows;
import io.github.logitops.op.SelectedLogProbBackward;
import io.github.logitops.op.SelectedLogProbForward;
import java.util.Arrays;
import java.util.function.LongToDoubleFunction;

/** The ops that have one number for each row: log-sum-exp, selected log-probability, entropy. */
final class LogProbRows {
    private final HostDriver driver;

    LogProbRows(HostDriver driver) {
        this.driver = driver;
    }

    void run(LogSumExpForward problem) {
        VectorView lse = new VectorView(problem.lse(), driver);
        VectorView statistics = optional(problem.statistics());
        forEach(problem.x(), (row, x, exps, softmax) -> {
            lse.set(row, softmax.lse());
            if (statistics != null) {
                softmax.save(statistics, row, problem.x().count());
            }
        });
    }

    void run(LogSumExpBackward problem) {
        LongToDoubleFunction factor = RowFactors.of(problem.gradScale(), driver);
        gradient(problem.x(), problem.dx(), problem.statistics(), (row, x, softmax) -> {
            double g = factor.applyAsDouble(row);
            for (int j = 0; j < problem.x().classes(); j++) {
                x[j] = g * softmax.p(x[j]);
            }
        });
    }

    void run(EntropyForward problem) {
        VectorView entropy = new VectorView(problem.entropy(), driver);
        VectorView lse = optional(problem.lse());
        VectorView statistics = optional(problem.statistics());
        int classes = problem.x().classes();
        forEach(problem.x(), (row, x, exps, softmax) -> {
            entropy.set(row, softmax.entropy(x, exps, x, classes));
            if (lse != null) {
                lse.set(row, softmax.lse());
                softmax.save(statistics, row, problem.x().count());
            }
        });
    }

    void run(EntropyBackward problem) {
        VectorView entropy = new VectorView(problem.entropy(), driver);
        LongToDoubleFunction factor = RowFactors.of(problem.gradScale(), driver);
        gradient(problem.x(), problem.dx(), problem.statistics(), (row, x, softmax) -> {
            double h = entropy.get(row);
            double g = factor.applyAsDouble(row);
            for (int j = 0; j < problem.x().classes(); j++) {
                double p = softmax.p(x[j]);
                x[j] = p == 0 ? 0 : -p * (softmax.logP(x[j]) + h) * g;
            }
        });
    }

    void run(SelectedLogProbForward problem) {
        Rows x = problem.x();
        LabelView labels = new LabelView(problem.labels(), x.classes(), driver);
        labels.count(x.count(), row -> 1, problem.counts(), driver);
        VectorView logProbs = new VectorView(problem.logProbs(), driver);
        VectorView lse = new VectorView(problem.lse(), driver);
        VectorView statistics = new VectorView(problem.statistics(), driver);
        RowView view = new RowView(x, driver);
        ParallelRows.forEach(x.count(), x.classes(), row -> {
            if (!labels.counts(row)) {
                logProbs.set(row, labels.isIgnored(row) ? 0 : Double.NaN);
                lse.set(row, 0);
                RowSoftmax.saveNothing(statistics, row, x.count());
                return;
            }
            Scratch scratch = Scratch.of(x.classes());
            view.read(row, scratch.first);
            RowSoftmax softmax = RowSoftmax.of(scratch.first, 1, scratch.second, x.classes());
            logProbs.set(row, softmax.logP(scratch.first[labels.of(row)]));
            lse.set(row, softmax.lse());
            softmax.save(statistics, row, x.count());
        });
    }

    void run(SelectedLogProbBackward problem) {
        Rows x = problem.x();
        LabelView labels = new LabelView(problem.labels(), x.classes(), driver);
        LongToDoubleFunction factor = RowFactors.of(problem.gradScale(), driver);
        gradient(x, problem.dx(), problem.statistics(), (row, values, softmax) -> {
            if (labels.counts(row)) {
                double g = factor.applyAsDouble(row);
                for (int j = 0; j < x.classes(); j++) {
                    values[j] = ((j == labels.of(row) ? 1 : 0) - softmax.p(values[j])) * g;
                }
            } else {
                Arrays.fill(values, 0, x.classes(), 0);
            }
        });
    }

    private VectorView optional(Tensor tensor) {
        return tensor == null ? null : new VectorView(tensor, driver);
    }

    /** What becomes of a row; it may write over {@code x} and {@code exps} = exp(x - shift). */
    private interface Summarized {
        void row(long row, double[] x, double[] exps, RowSoftmax softmax);
    }

    private void forEach(Rows rows, Summarized work) {
        RowView view = new RowView(rows, driver);
        ParallelRows.forEach(rows.count(), rows.classes(), row -> {
            Scratch scratch = Scratch.of(rows.classes());
            view.read(row, scratch.first);
            RowSoftmax softmax = RowSoftmax.of(scratch.first, 1, scratch.second, rows.classes());
            work.row(row, scratch.first, scratch.second, softmax);
        });
    }

    /** Turns a row's logits into its gradient. */
    private interface ToGradient {
        void row(long row, double[] x, RowSoftmax softmax);
    }

    private void gradient(Rows x, Rows dx, Tensor saved, ToGradient work) {
        VectorView statistics = new VectorView(saved, driver);
        RowView from = new RowView(x, driver);
        RowView to = new RowView(dx, driver);
        ParallelRows.forEach(x.count(), x.classes(), row -> {
            double[] values = Scratch.of(x.classes()).first;
            from.read(row, values);
            work.row(row, values, RowSoftmax.saved(statistics, row, x.count(), 1));
            to.write(row, values);
        });
    }
}

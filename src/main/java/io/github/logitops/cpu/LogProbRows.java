package io.github.logitops.cpu;

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
        forEach(problem.x(), (row, x, exps, summary) -> lse.set(row, summary.lse()));
    }

    void run(LogSumExpBackward problem) {
        VectorView lse = new VectorView(problem.lse(), driver);
        LongToDoubleFunction factor = RowFactors.of(problem.gradScale(), driver);
        gradient(problem.x(), problem.dx(), (row, values) -> {
            toLogProbs(values, problem.x().classes(), lse.get(row));
            double g = factor.applyAsDouble(row);
            for (int j = 0; j < problem.x().classes(); j++) {
                values[j] = g * Math.exp(values[j]);
            }
        });
    }

    void run(EntropyForward problem) {
        VectorView entropy = new VectorView(problem.entropy(), driver);
        VectorView lse = problem.lse() == null ? null : new VectorView(problem.lse(), driver);
        int classes = problem.x().classes();
        forEach(problem.x(), (row, x, exps, summary) -> {
            entropy.set(row, summary.entropy(x, exps, x, classes));
            if (lse != null) {
                lse.set(row, summary.lse());
            }
        });
    }

    void run(EntropyBackward problem) {
        VectorView entropy = new VectorView(problem.entropy(), driver);
        VectorView lse = new VectorView(problem.lse(), driver);
        LongToDoubleFunction factor = RowFactors.of(problem.gradScale(), driver);
        gradient(problem.x(), problem.dx(), (row, values) -> {
            toLogProbs(values, problem.x().classes(), lse.get(row));
            double h = entropy.get(row);
            double g = factor.applyAsDouble(row);
            for (int j = 0; j < problem.x().classes(); j++) {
                double p = Math.exp(values[j]);
                values[j] = p == 0 ? 0 : -p * (values[j] + h) * g;
            }
        });
    }

    void run(SelectedLogProbForward problem) {
        Rows x = problem.x();
        LabelView labels = new LabelView(problem.labels(), x.classes(), driver);
        labels.count(x.count(), row -> 1, problem.counts(), driver);
        VectorView logProbs = new VectorView(problem.logProbs(), driver);
        VectorView lse = new VectorView(problem.lse(), driver);
        RowView view = new RowView(x, driver);
        ParallelRows.forEach(x.count(), x.classes(), row -> {
            if (!labels.counts(row)) {
                logProbs.set(row, labels.isIgnored(row) ? 0 : Double.NaN);
                lse.set(row, 0);
                return;
            }
            Scratch scratch = Scratch.of(x.classes());
            view.read(row, scratch.first);
            RowMath.Summary summary = RowMath.summarize(scratch.first, scratch.second, x.classes());
            double logProb = (scratch.first[labels.of(row)] - summary.shift) - Math.log(summary.sum);
            logProbs.set(row, Double.isFinite(summary.lse()) ? logProb : Double.NaN);
            lse.set(row, summary.lse());
        });
    }

    void run(SelectedLogProbBackward problem) {
        Rows x = problem.x();
        LabelView labels = new LabelView(problem.labels(), x.classes(), driver);
        VectorView lse = new VectorView(problem.lse(), driver);
        LongToDoubleFunction factor = RowFactors.of(problem.gradScale(), driver);
        RowView view = new RowView(x, driver);
        RowView dx = new RowView(problem.dx(), driver);
        ParallelRows.forEach(x.count(), x.classes(), row -> {
            double[] values = Scratch.of(x.classes()).first;
            if (labels.counts(row)) {
                view.read(row, values);
                toLogProbs(values, x.classes(), lse.get(row));
                double g = factor.applyAsDouble(row);
                for (int j = 0; j < x.classes(); j++) {
                    values[j] = ((j == labels.of(row) ? 1 : 0) - Math.exp(values[j])) * g;
                }
            } else {
                Arrays.fill(values, 0, x.classes(), 0);
            }
            dx.write(row, values);
        });
    }

    /** What becomes of a row; it may write over {@code x} and {@code exps} = exp(x - shift). */
    private interface Summarized {
        void row(long row, double[] x, double[] exps, RowMath.Summary summary);
    }

    private void forEach(Rows rows, Summarized work) {
        RowView view = new RowView(rows, driver);
        ParallelRows.forEach(rows.count(), rows.classes(), row -> {
            Scratch scratch = Scratch.of(rows.classes());
            view.read(row, scratch.first);
            RowMath.Summary summary = RowMath.summarize(scratch.first, scratch.second, rows.classes());
            work.row(row, scratch.first, scratch.second, summary);
        });
    }

    /** Turns a row's logits into its gradient. */
    private interface ToGradient {
        void row(long row, double[] values);
    }

    private void gradient(Rows x, Rows dx, ToGradient work) {
        RowView from = new RowView(x, driver);
        RowView to = new RowView(dx, driver);
        ParallelRows.forEach(x.count(), x.classes(), row -> {
            double[] values = Scratch.of(x.classes()).first;
            from.read(row, values);
            work.row(row, values);
            to.write(row, values);
        });
    }

    /**
     * Rows whose log-sum-exp is not finite become NaN. No log-probability passes 0: a stored lse is rounded to what logits are
     * exact in, so not below the largest of them.
     */
    private static void toLogProbs(double[] values, int classes, double lse) {
        double shift = Double.isFinite(lse) ? lse : Double.NaN;
        for (int j = 0; j < classes; j++) {
            values[j] -= shift;
        }
    }
}

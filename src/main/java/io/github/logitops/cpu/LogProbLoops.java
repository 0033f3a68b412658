package io.github.logitops.cpu;

import io.github.logitops.memory.Tensor;
import io.github.logitops.op.EntropyProblem;
import io.github.logitops.op.LogSumExpProblem;
import io.github.logitops.op.Problem;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.Rows;
import io.github.logitops.op.SelectedLogProbProblem;
import java.util.Arrays;
import java.util.function.LongToDoubleFunction;

/** The ops that have one number for each row: log-sum-exp, selected log-probability, entropy. */
final class LogProbLoops {
    private final HostDriver driver;
    private final ScratchPool scratch;

    LogProbLoops(HostDriver driver, ScratchPool scratch) {
        this.driver = driver;
        this.scratch = scratch;
    }

    void addTo(ProblemTable table) {
        table.on(LogSumExpProblem.Forward.class, this::logSumExp);
        table.on(LogSumExpProblem.Backward.class, this::logSumExpGradient);
        table.on(EntropyProblem.Forward.class, this::entropy);
        table.on(EntropyProblem.Backward.class, this::entropyGradient);
        table.on(SelectedLogProbProblem.Forward.class, this::selectedLogProb);
        table.on(SelectedLogProbProblem.Backward.class, this::selectedLogProbGradient);
    }

    private void logSumExp(LogSumExpProblem.Forward problem) {
        VectorView lse = new VectorView(problem.lse(), driver);
        VectorView statistics = VectorView.orNull(problem.statistics(), driver);
        forEach(problem, problem.x(), (row, x, spare) -> {
            lse.set(row, x.softmax().lse());
            if (statistics != null) {
                x.softmax().save(statistics, row, problem.x().count());
            }
        });
    }

    private void logSumExpGradient(LogSumExpProblem.Backward problem) {
        LongToDoubleFunction factor = RowFactors.of(problem.gradScale(), driver);
        gradient(problem, problem.x(), problem.dx(), problem.statistics(), (row, block, x, softmax) -> {
            double g = factor.applyAsDouble(row);
            for (int j = 0; j < block.count(); j++) {
                x[j] = g * softmax.p(x[j]);
            }
        });
    }

    private void entropy(EntropyProblem.Forward problem) {
        VectorView entropy = new VectorView(problem.entropy(), driver);
        VectorView lse = VectorView.orNull(problem.lse(), driver);
        VectorView statistics = VectorView.orNull(problem.statistics(), driver);
        forEach(problem, problem.x(), (row, x, spare) -> {
            entropy.set(row, x.entropy(spare));
            if (lse != null) {
                lse.set(row, x.softmax().lse());
                x.softmax().save(statistics, row, problem.x().count());
            }
        });
    }

    private void entropyGradient(EntropyProblem.Backward problem) {
        VectorView entropy = new VectorView(problem.entropy(), driver);
        LongToDoubleFunction factor = RowFactors.of(problem.gradScale(), driver);
        gradient(problem, problem.x(), problem.dx(), problem.statistics(), (row, block, x, softmax) -> {
            double h = entropy.get(row);
            double g = factor.applyAsDouble(row);
            for (int j = 0; j < block.count(); j++) {
                double p = softmax.p(x[j]);
                x[j] = p == 0 ? 0 : -p * (softmax.logP(x[j]) + h) * g;
            }
        });
    }

    private void selectedLogProb(SelectedLogProbProblem.Forward problem) {
        Rows x = problem.x();
        ResultBuffers result = problem.result();
        ParallelRows rows = ParallelRows.of(problem, x, scratch);
        LabelView labels = new LabelView(problem.labels(), x.classes(), driver);
        labels.count(x.count(), row -> 1, result, driver);
        VectorView logProbs = new VectorView(result.get(ResultPart.LOG_PROBS), driver);
        VectorView lse = new VectorView(result.get(ResultPart.LSE), driver);
        VectorView statistics = new VectorView(result.get(ResultPart.STATISTICS), driver);
        RowView view = new RowView(x, driver);
        rows.forEach((row, own) -> {
            if (!labels.counts(row)) {
                logProbs.set(row, labels.isIgnored(row) ? 0 : Double.NaN);
                lse.set(row, 0);
                RowSoftmax.saveNothing(statistics, row, x.count());
                return;
            }
            RowSoftmax softmax = read(view, row, own).softmax();
            logProbs.set(row, softmax.logP(view.get(row, labels.of(row))));
            lse.set(row, softmax.lse());
            softmax.save(statistics, row, x.count());
        });
    }

    private void selectedLogProbGradient(SelectedLogProbProblem.Backward problem) {
        Rows x = problem.x();
        LabelView labels = new LabelView(problem.labels(), x.classes(), driver);
        LongToDoubleFunction factor = RowFactors.of(problem.gradScale(), driver);
        Tensor statistics = problem.saved().get(ResultPart.STATISTICS);
        gradient(problem, x, problem.dx(), statistics, (row, block, values, softmax) -> {
            if (labels.counts(row)) {
                double g = factor.applyAsDouble(row);
                int label = labels.of(row) - block.from();
                for (int j = 0; j < block.count(); j++) {
                    values[j] = ((j == label ? 1 : 0) - softmax.p(values[j])) * g;
                }
            } else {
                Arrays.fill(values, 0, block.count(), 0);
            }
        });
    }

    /** What becomes of a row; {@code spare} is an array to work in. */
    private interface Summarized {
        void row(long row, SoftmaxRow x, double[] spare);
    }

    private void forEach(Problem problem, Rows x, Summarized work) {
        RowView view = new RowView(x, driver);
        ParallelRows rows = ParallelRows.of(problem, x, scratch);
        rows.forEach((row, own) -> work.row(row, read(view, row, own), own.third()));
    }

    private static SoftmaxRow read(RowView view, long row, Scratch own) {
        return SoftmaxRow.of(view.row(row, own.first()), 1, own.second(), own.blocks());
    }

    /** Turns a block of a row's logits into its gradient. */
    private interface ToGradient {
        void block(long row, Block block, double[] x, RowSoftmax softmax);
    }

    private void gradient(Problem problem, Rows x, Rows dx, Tensor saved, ToGradient work) {
        VectorView statistics = new VectorView(saved, driver);
        RowView from = new RowView(x, driver);
        RowView to = new RowView(dx, driver);
        ParallelRows rows = ParallelRows.of(problem, x, scratch);
        rows.forEach((row, own) -> {
            double[] values = own.first();
            RowSoftmax softmax = RowSoftmax.saved(statistics, row, x.count(), 1);
            for (Block block : own.blocks()) {
                from.read(row, block, values);
                work.block(row, block, values, softmax);
                to.write(row, block, values);
            }
        });
    }
}

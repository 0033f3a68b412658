package io.github.logitops.device;

import io.github.logitops.memory.Stream;
import io.github.logitops.op.EntropyProblem;
import io.github.logitops.op.LogSumExpProblem;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.RowLabels;
import io.github.logitops.op.Rows;
import io.github.logitops.op.SelectedLogProbProblem;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Reduction;

/** The launches of the ops that have one number for each row: log-sum-exp, selected log-probability, entropy. */
final class LogProbLaunches {
    private static final KernelEntries LOG_SUM_EXP = Kernels.of(Op.LOG_SUM_EXP, "fwd");
    private static final KernelEntries LOG_SUM_EXP_GRADIENT = Kernels.of(Op.LOG_SUM_EXP, "bwd");
    private static final KernelEntries ENTROPY = Kernels.of(Op.ENTROPY, "fwd");
    private static final KernelEntries ENTROPY_GRADIENT = Kernels.of(Op.ENTROPY, "bwd");
    private static final KernelEntries SELECTED_LOG_PROB = Kernels.of(Op.SELECTED_LOG_PROB, "fwd");
    private static final KernelEntries SELECTED_LOG_PROB_GRADIENT = Kernels.of(Op.SELECTED_LOG_PROB, "bwd");

    private final Launcher launcher;

    LogProbLaunches(Launcher launcher) {
        this.launcher = launcher;
    }

    void addTo(ProblemTable table) {
        table.on(LogSumExpProblem.Forward.class, this::logSumExp);
        table.on(LogSumExpProblem.Backward.class, this::logSumExpGradient);
        table.on(EntropyProblem.Forward.class, this::entropy);
        table.on(EntropyProblem.Backward.class, this::entropyGradient);
        table.on(SelectedLogProbProblem.Forward.class, this::selectedLogProb);
        table.on(SelectedLogProbProblem.ForwardPart.class, (part, stream) -> selectedLogProbRows(part.of(), stream));
        table.on(SelectedLogProbProblem.Totals.class, this::selectedLogProbTotals);
        table.on(SelectedLogProbProblem.Backward.class, this::selectedLogProbGradient);
    }

    private void logSumExp(LogSumExpProblem.Forward problem, Stream stream) {
        Rows x = problem.x();
        RowLaunch launch = launcher.rows(LOG_SUM_EXP, x);
        launch.parameters().tensor(x).pointer(problem.lse()).statistics(problem.statistics());
        launcher.run(launch, stream);
    }

    private void logSumExpGradient(LogSumExpProblem.Backward problem, Stream stream) {
        Rows x = problem.x();
        RowLaunch launch = launcher.rows(LOG_SUM_EXP_GRADIENT, x);
        launch.parameters()
                .tensor(problem.dx())
                .tensor(x)
                .statistics(problem.statistics())
                .gradScale(problem.gradScale());
        launcher.run(launch, stream);
    }

    private void entropy(EntropyProblem.Forward problem, Stream stream) {
        Rows x = problem.x();
        RowLaunch launch = launcher.rows(ENTROPY, x);
        launch.parameters()
                .tensor(x)
                .pointer(problem.entropy())
                .pointer(problem.lse())
                .statistics(problem.statistics());
        launcher.run(launch, stream);
    }

    private void entropyGradient(EntropyProblem.Backward problem, Stream stream) {
        Rows x = problem.x();
        RowLaunch launch = launcher.rows(ENTROPY_GRADIENT, x);
        launch.parameters()
                .tensor(problem.dx())
                .tensor(x)
                .pointer(problem.entropy())
                .statistics(problem.statistics())
                .gradScale(problem.gradScale());
        launcher.run(launch, stream);
    }

    private void selectedLogProb(SelectedLogProbProblem.Forward problem, Stream stream) {
        selectedLogProbRows(problem, stream);
        Rows x = problem.x();
        count(x.dtype().arithmetic(), x.count(), problem.labels(), x.classes(), problem.result(), stream);
    }

    private void selectedLogProbTotals(SelectedLogProbProblem.Totals problem, Stream stream) {
        DType arithmetic = problem.result().get(ResultPart.LSE).dtype();
        count(arithmetic, problem.rows(), problem.labels(), problem.classes(), problem.result(), stream);
    }

    private void count(
            DType arithmetic, long rows, RowLabels labels, int classes, ResultBuffers result, Stream stream) {
        Batch.of(arithmetic, rows, labels, classes, result, Reduction.NONE).addUp(launcher, stream);
    }

    private void selectedLogProbRows(SelectedLogProbProblem.Forward problem, Stream stream) {
        Rows x = problem.x();
        ResultBuffers result = problem.result();
        RowLaunch launch = launcher.rows(SELECTED_LOG_PROB, x);
        launch.parameters()
                .tensor(x)
                .labels(problem.labels())
                .pointer(result.get(ResultPart.LOG_PROBS))
                .pointer(result.get(ResultPart.LSE))
                .statistics(result.get(ResultPart.STATISTICS));
        launcher.run(launch, stream);
    }

    private void selectedLogProbGradient(SelectedLogProbProblem.Backward problem, Stream stream) {
        Rows x = problem.x();
        RowLaunch launch = launcher.rows(SELECTED_LOG_PROB_GRADIENT, x);
        launch.parameters()
                .tensor(problem.dx())
                .tensor(x)
                .labels(problem.labels())
                .statistics(problem.saved().get(ResultPart.STATISTICS))
                .gradScale(problem.gradScale());
        launcher.run(launch, stream);
    }
}

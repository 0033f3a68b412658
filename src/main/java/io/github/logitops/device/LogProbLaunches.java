package io.github.logitops.device;

import static io.github.logitops.device.RowArguments.pointers;
import static io.github.logitops.device.RowArguments.shape;
import static io.github.logitops.device.RowArguments.strides;

import io.github.logitops.driver.KernelArguments;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.EntropyBackward;
import io.github.logitops.op.EntropyForward;
import io.github.logitops.op.GradScale;
import io.github.logitops.op.LabelCounts;
import io.github.logitops.op.LogSumExpBackward;
import io.github.logitops.op.LogSumExpForward;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.RowLabels;
import io.github.logitops.op.Rows;
import io.github.logitops.op.SelectedLogProbBackward;
import io.github.logitops.op.SelectedLogProbForward;
import io.github.logitops.spec.DType;
import java.util.OptionalLong;

/** The launches of the ops that have one number for each row: log-sum-exp, selected log-probability, entropy. */
final class LogProbLaunches {
    private static final String LOG_SUM_EXP = "log_sum_exp";
    private static final String SELECTED_LOG_PROB = "selected_log_prob";
    private static final String ENTROPY = "entropy";

    private final Launcher launcher;

    LogProbLaunches(Launcher launcher) {
        this.launcher = launcher;
    }

    void addTo(ProblemTable table) {
        table.on(LogSumExpForward.class, this::logSumExp);
        table.on(LogSumExpBackward.class, this::logSumExpGradient);
        table.on(EntropyForward.class, this::entropy);
        table.on(EntropyBackward.class, this::entropyGradient);
        table.on(SelectedLogProbForward.class, this::selectedLogProb);
        table.on(SelectedLogProbBackward.class, this::selectedLogProbGradient);
    }

    private void logSumExp(LogSumExpForward problem, Stream stream) {
        KernelArguments arguments =
                pointers(problem.lse(), problem.statistics(), problem.x().tensor());
        forward(LOG_SUM_EXP, problem.x(), arguments, stream);
    }

    private void logSumExpGradient(LogSumExpBackward problem, Stream stream) {
        KernelArguments arguments = pointers(
                problem.dx().tensor(),
                problem.x().tensor(),
                problem.statistics(),
                problem.gradScale().perRow());
        backward(LOG_SUM_EXP, problem.x(), problem.dx(), problem.gradScale(), arguments, stream);
    }

    private void entropy(EntropyForward problem, Stream stream) {
        KernelArguments arguments = pointers(
                problem.entropy(),
                problem.lse(),
                problem.statistics(),
                problem.x().tensor());
        forward(ENTROPY, problem.x(), arguments, stream);
    }

    private void entropyGradient(EntropyBackward problem, Stream stream) {
        KernelArguments arguments = pointers(
                problem.dx().tensor(),
                problem.x().tensor(),
                problem.entropy(),
                problem.statistics(),
                problem.gradScale().perRow());
        backward(ENTROPY, problem.x(), problem.dx(), problem.gradScale(), arguments, stream);
    }

    private void selectedLogProb(SelectedLogProbForward problem, Stream stream) {
        Rows x = problem.x();
        countLabels(x, problem.labels(), problem.counts(), stream);
        Tier tier = LaunchPlanner.tier(x);
        KernelArguments arguments = pointers(
                problem.logProbs(),
                problem.lse(),
                problem.statistics(),
                x.tensor(),
                problem.labels().labels());
        shape(arguments, x);
        strides(arguments, x);
        labels(arguments, problem.labels());
        launch(SELECTED_LOG_PROB, Kernel.Direction.FWD, tier, x, arguments, stream);
    }

    private void selectedLogProbGradient(SelectedLogProbBackward problem, Stream stream) {
        Rows x = problem.x();
        Tier tier = LaunchPlanner.tier(x);
        KernelArguments arguments = pointers(
                problem.dx().tensor(),
                x.tensor(),
                problem.statistics(),
                problem.labels().labels(),
                problem.gradScale().perRow());
        shape(arguments, x);
        strides(arguments, problem.dx());
        strides(arguments, x);
        labels(arguments, problem.labels());
        arguments.float64(problem.gradScale().value());
        launch(SELECTED_LOG_PROB, Kernel.Direction.BWD, tier, x, arguments, stream);
    }

    /** Counted rows and the first label out of range; without labels every row counts. */
    void countLabels(Rows x, RowLabels labels, LabelCounts counts, Stream stream) {
        KernelArguments arguments = pointers(counts.divisors(), counts.stats(), tensor(labels), null)
                .int64(x.count())
                .int32(x.classes());
        ignored(arguments, labels);
        arguments.int32(areI64(labels));
        arguments.int32(0); // the type of weights that there are none of
        launcher.oneBlock(Kernel.labelStats(), arguments, stream);
    }

    /** The type of the labels, and which are ignored; of null neither matters. */
    static void labels(KernelArguments arguments, RowLabels labels) {
        arguments.int32(areI64(labels));
        ignored(arguments, labels);
    }

    private static void ignored(KernelArguments arguments, RowLabels labels) {
        OptionalLong ignored = labels == null ? OptionalLong.empty() : labels.ignoreIndex();
        arguments.int64(ignored.orElse(0)).int32(ignored.isPresent() ? 1 : 0);
    }

    private static int areI64(RowLabels labels) {
        return labels != null && labels.labels().dtype() == DType.I64 ? 1 : 0;
    }

    /** The labels' tensor; null for none. */
    static Tensor tensor(RowLabels labels) {
        return labels == null ? null : labels.labels();
    }

    private void forward(String op, Rows x, KernelArguments arguments, Stream stream) {
        shape(arguments, x);
        strides(arguments, x);
        launch(op, Kernel.Direction.FWD, LaunchPlanner.tier(x), x, arguments, stream);
    }

    private void backward(String op, Rows x, Rows dx, GradScale gradScale, KernelArguments arguments, Stream stream) {
        shape(arguments, x);
        strides(arguments, dx);
        strides(arguments, x);
        arguments.float64(gradScale.value());
        launch(op, Kernel.Direction.BWD, LaunchPlanner.tier(x), x, arguments, stream);
    }

    private void launch(
            String op, Kernel.Direction direction, Tier tier, Rows x, KernelArguments arguments, Stream stream) {
        Kernel kernel = Kernel.ofRows(op, direction, tier, x.dtype());
        launcher.rows(x.dtype().bytes(), kernel, tier, x, arguments, stream);
    }
}

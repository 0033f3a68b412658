package io.github.logitops.device;

import static io.github.logitops.device.RowArguments.pointers;
import static io.github.logitops.device.RowArguments.shape;
import static io.github.logitops.device.RowArguments.strides;

import io.github.logitops.driver.KernelArguments;
import io.github.logitops.memory.Stream;
import io.github.logitops.op.EntropyBackward;
import io.github.logitops.op.EntropyForward;
import io.github.logitops.op.GradScale;
import io.github.logitops.op.LogSumExpBackward;
import io.github.logitops.op.LogSumExpForward;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.Rows;
import io.github.logitops.op.SelectedLogProbBackward;
import io.github.logitops.op.SelectedLogProbForward;

/** The launches of the ops that have one number for each row: log-sum-exp, selected log-probability, entropy. */
final class LogProbLaunches {
    private static final String LOG_SUM_EXP = "log_sum_exp";
    private static final String SELECTED_LOG_PROB = "selected_log_prob";
    private static final String ENTROPY = "entropy";

    private final Launcher launcher;
    private final LabelLaunches labels;

    LogProbLaunches(Launcher launcher, LabelLaunches labels) {
        this.launcher = launcher;
        this.labels = labels;
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
        ResultBuffers result = problem.result();
        labels.count(problem.labels(), null, x.count(), x.classes(), result, stream);
        Tier tier = LaunchPlanner.tier(x);
        KernelArguments arguments = pointers(
                result.get(ResultPart.LOG_PROBS),
                result.get(ResultPart.LSE),
                result.get(ResultPart.STATISTICS),
                x.tensor(),
                problem.labels().labels());
        shape(arguments, x);
        strides(arguments, x);
        LabelLaunches.type(arguments, problem.labels());
        LabelLaunches.ignored(arguments, problem.labels());
        launch(SELECTED_LOG_PROB, Kernel.Direction.FWD, tier, x, arguments, stream);
    }

    private void selectedLogProbGradient(SelectedLogProbBackward problem, Stream stream) {
        Rows x = problem.x();
        Tier tier = LaunchPlanner.tier(x);
        KernelArguments arguments = pointers(
                problem.dx().tensor(),
                x.tensor(),
                problem.saved().get(ResultPart.STATISTICS),
                problem.labels().labels(),
                problem.gradScale().perRow());
        shape(arguments, x);
        strides(arguments, problem.dx());
        strides(arguments, x);
        LabelLaunches.type(arguments, problem.labels());
        LabelLaunches.ignored(arguments, problem.labels());
        arguments.float64(problem.gradScale().value());
        launch(SELECTED_LOG_PROB, Kernel.Direction.BWD, tier, x, arguments, stream);
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

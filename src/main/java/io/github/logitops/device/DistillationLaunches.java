package io.github.logitops.device;

import io.github.logitops.driver.KernelArguments;
import io.github.logitops.memory.Stream;
import io.github.logitops.op.DistillationForward;
import io.github.logitops.op.DistillationFused;
import io.github.logitops.op.DistillationInputs;
import io.github.logitops.op.RowLossBuffers;
import io.github.logitops.op.Rows;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Divergence;
import io.github.logitops.spec.Reduction;

/** The launches of distillation: labels are counted before, row losses reduced after. */
final class DistillationLaunches {
    private static final String OP = "distillation";

    private final KernelExecutor executor;
    private final LogProbLaunches labels;

    DistillationLaunches(KernelExecutor executor, LogProbLaunches labels) {
        this.executor = executor;
        this.labels = labels;
    }

    void run(DistillationForward problem, Stream stream) {
        DistillationInputs inputs = problem.inputs();
        labels.countLabels(inputs.student(), inputs.labels(), problem.result().counts(), stream);
        Tier tier = LaunchPlanner.tier(inputs.student());
        KernelArguments arguments = LogProbLaunches.pointers(
                problem.result().rowLosses(),
                inputs.student().tensor(),
                inputs.teacher().tensor(),
                LogProbLaunches.tensor(inputs.labels()));
        KernelExecutor.shape(arguments, inputs.student());
        numbers(arguments, inputs);
        launch(Kernel.Direction.FWD, tier, inputs, arguments, stream);
        reduce(inputs, problem.result(), stream);
    }

    void run(DistillationFused problem, Stream stream) {
        DistillationInputs inputs = problem.inputs();
        labels.countLabels(inputs.student(), inputs.labels(), problem.result().counts(), stream);
        Tier tier = LaunchPlanner.tier(inputs.student());
        KernelArguments arguments = LogProbLaunches.pointers(
                problem.dx().tensor(),
                problem.result().rowLosses(),
                inputs.student().tensor(),
                inputs.teacher().tensor(),
                LogProbLaunches.tensor(inputs.labels()),
                problem.gradScale().perRow(),
                inputs.divisor(problem.result()));
        KernelExecutor.shape(arguments, inputs.student());
        KernelExecutor.strides(arguments, problem.dx());
        numbers(arguments, inputs);
        DistillationOptions options = inputs.options();
        double softSlope = options.softWeight() / options.temperature();
        arguments.float64(softSlope).float64(problem.gradScale().value());
        launch(Kernel.Direction.FUSED, tier, inputs, arguments, stream);
        reduce(inputs, problem.result(), stream);
    }

    /** The logits' strides, what labels are, the options. */
    private static void numbers(KernelArguments arguments, DistillationInputs inputs) {
        KernelExecutor.strides(arguments, inputs.student());
        KernelExecutor.strides(arguments, inputs.teacher());
        LogProbLaunches.labels(arguments, inputs.labels());
        DistillationOptions options = inputs.options();
        arguments
                .float64(1 / options.temperature())
                .int32(kind(options.divergence()))
                .float64(options.divergence().weightOfP())
                .float64(options.divergence().weightOfQ())
                .float64(options.hardWeight())
                .float64(options.softWeight());
    }

    /** DivergenceKind of the kernels. */
    private static int kind(Divergence divergence) {
        if (divergence.equals(Divergence.KL)) {
            return 0;
        }
        return divergence.equals(Divergence.REVERSE_KL) ? 1 : 2;
    }

    private void launch(
            Kernel.Direction direction, Tier tier, DistillationInputs inputs, KernelArguments arguments, Stream s) {
        Rows x = inputs.student();
        int both = 2 * x.dtype().bytes();
        executor.launchRows(both, Kernel.ofRows(OP, direction, tier, x.dtype()), tier, x, arguments, s);
    }

    private void reduce(DistillationInputs inputs, RowLossBuffers result, Stream stream) {
        if (inputs.options().reduction() == Reduction.NONE) {
            return;
        }
        KernelArguments arguments = LogProbLaunches.pointers(
                        result.loss(),
                        null,
                        result.counts().stats(),
                        result.rowLosses(),
                        null,
                        null,
                        inputs.divisor(result))
                .int64(inputs.student().count())
                .float64(Double.NaN); // the mean of nothing
        executor.launchOneBlock(Kernel.lossReduce(result.loss().dtype()), arguments, stream);
    }
}

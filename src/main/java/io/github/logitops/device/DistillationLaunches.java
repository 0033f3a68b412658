package io.github.logitops.device;

import static io.github.logitops.device.RowArguments.pointers;
import static io.github.logitops.device.RowArguments.shape;
import static io.github.logitops.device.RowArguments.strides;

import io.github.logitops.driver.KernelArguments;
import io.github.logitops.memory.Stream;
import io.github.logitops.op.DistillationForward;
import io.github.logitops.op.DistillationFused;
import io.github.logitops.op.DistillationInputs;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.RowLossBuffers;
import io.github.logitops.op.Rows;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Divergence;
import io.github.logitops.spec.Reduction;

/** The launches of distillation: labels are counted before, row losses reduced after. */
final class DistillationLaunches {
    private static final String OP = "distillation";

    private final Launcher launcher;
    private final LogProbLaunches labels;

    DistillationLaunches(Launcher launcher, LogProbLaunches labels) {
        this.launcher = launcher;
        this.labels = labels;
    }

    void addTo(ProblemTable table) {
        table.on(DistillationForward.class, this::forward);
        table.on(DistillationFused.class, this::fused);
    }

    private void forward(DistillationForward problem, Stream stream) {
        DistillationInputs inputs = problem.inputs();
        labels.countLabels(inputs.student(), inputs.labels(), problem.result().counts(), stream);
        Tier tier = LaunchPlanner.tier(inputs.student());
        KernelArguments arguments = pointers(
                problem.result().rowLosses(),
                inputs.student().tensor(),
                inputs.teacher().tensor(),
                LogProbLaunches.tensor(inputs.labels()));
        shape(arguments, inputs.student());
        numbers(arguments, inputs);
        launch(Kernel.Direction.FWD, tier, inputs, arguments, stream);
        reduce(inputs, problem.result(), stream);
    }

    private void fused(DistillationFused problem, Stream stream) {
        DistillationInputs inputs = problem.inputs();
        labels.countLabels(inputs.student(), inputs.labels(), problem.result().counts(), stream);
        Tier tier = LaunchPlanner.tier(inputs.student());
        KernelArguments arguments = pointers(
                problem.dx().tensor(),
                problem.result().rowLosses(),
                inputs.student().tensor(),
                inputs.teacher().tensor(),
                LogProbLaunches.tensor(inputs.labels()),
                problem.gradScale().perRow(),
                inputs.divisor(problem.result()));
        shape(arguments, inputs.student());
        strides(arguments, problem.dx());
        numbers(arguments, inputs);
        DistillationOptions options = inputs.options();
        double softSlope = options.softWeight() / options.temperature();
        arguments.float64(softSlope).float64(problem.gradScale().value());
        launch(Kernel.Direction.FUSED, tier, inputs, arguments, stream);
        reduce(inputs, problem.result(), stream);
    }

    /** The logits' strides, what labels are, the options. */
    private static void numbers(KernelArguments arguments, DistillationInputs inputs) {
        strides(arguments, inputs.student());
        strides(arguments, inputs.teacher());
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
        launcher.rows(both, Kernel.ofRows(OP, direction, tier, x.dtype()), tier, x, arguments, s);
    }

    private void reduce(DistillationInputs inputs, RowLossBuffers result, Stream stream) {
        if (inputs.options().reduction() == Reduction.NONE) {
            return;
        }
        KernelArguments arguments = pointers(
                        result.loss(),
                        null,
                        result.counts().stats(),
                        result.rowLosses(),
                        null,
                        null,
                        inputs.divisor(result))
                .int64(inputs.student().count())
                .float64(Double.NaN); // the mean of nothing
        launcher.oneBlock(Kernel.lossReduce(result.loss().dtype()), arguments, stream);
    }
}

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
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.RowLabels;
import io.github.logitops.op.Rows;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Divergence;
import io.github.logitops.spec.EmptyMean;

/** The launches of distillation: labels are counted before, row losses reduced after. */
final class DistillationLaunches {
    private static final String OP = "distillation";

    private final Launcher launcher;
    private final LabelLaunches labels;

    DistillationLaunches(Launcher launcher, LabelLaunches labels) {
        this.launcher = launcher;
        this.labels = labels;
    }

    void addTo(ProblemTable table) {
        table.on(DistillationForward.class, this::forward);
        table.on(DistillationFused.class, this::fused);
    }

    private void forward(DistillationForward problem, Stream stream) {
        DistillationInputs inputs = problem.inputs();
        count(inputs, problem.result(), stream);
        Tier tier = LaunchPlanner.tier(inputs.x());
        KernelArguments arguments = pointers(
                problem.result().get(ResultPart.ROW_LOSSES),
                inputs.x().tensor(),
                inputs.teacher().tensor(),
                RowLabels.tensor(inputs.labels()));
        shape(arguments, inputs.x());
        numbers(arguments, inputs);
        launch(Kernel.Direction.FWD, tier, inputs, arguments, stream);
        reduce(inputs, problem.result(), stream);
    }

    private void fused(DistillationFused problem, Stream stream) {
        DistillationInputs inputs = problem.inputs();
        count(inputs, problem.result(), stream);
        Tier tier = LaunchPlanner.tier(inputs.x());
        KernelArguments arguments = pointers(
                problem.dx().tensor(),
                problem.result().get(ResultPart.ROW_LOSSES),
                inputs.x().tensor(),
                inputs.teacher().tensor(),
                RowLabels.tensor(inputs.labels()),
                problem.gradScale().perRow(),
                problem.result().divisors(inputs.reduction()));
        shape(arguments, inputs.x());
        strides(arguments, problem.dx());
        numbers(arguments, inputs);
        DistillationOptions options = inputs.options();
        double softSlope = options.softWeight() / options.temperature();
        arguments.float64(softSlope).float64(problem.gradScale().value());
        launch(Kernel.Direction.FUSED, tier, inputs, arguments, stream);
        reduce(inputs, problem.result(), stream);
    }

    private void count(DistillationInputs inputs, ResultBuffers result, Stream stream) {
        Rows x = inputs.x();
        labels.count(inputs.labels(), null, x.count(), x.classes(), result, stream);
    }

    private void reduce(DistillationInputs inputs, ResultBuffers result, Stream stream) {
        labels.reduce(result, inputs.x().count(), inputs.reduction(), EmptyMean.NAN, stream);
    }

    /** The logits' strides, what labels are, the options. */
    private static void numbers(KernelArguments arguments, DistillationInputs inputs) {
        strides(arguments, inputs.x());
        strides(arguments, inputs.teacher());
        LabelLaunches.type(arguments, inputs.labels());
        LabelLaunches.ignored(arguments, inputs.labels());
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
        Rows x = inputs.x();
        int both = 2 * x.dtype().bytes();
        launcher.rows(both, Kernel.ofRows(OP, direction, tier, x.dtype()), tier, x, arguments, s);
    }
}

package io.github.logitops.device;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.op.DistillationProblem;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.Rows;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Divergence;
import io.github.logitops.spec.Op;

/** The launches of distillation. */
final class DistillationLaunches {
    private static final KernelEntries KL = Kernels.of(Op.DISTILLATION, "fused_kl");
    private static final KernelEntries REVERSE_KL = Kernels.of(Op.DISTILLATION, "fused_reverse_kl");
    private static final KernelEntries JENSEN_SHANNON = Kernels.of(Op.DISTILLATION, "fused_jensen_shannon");

    private final Launcher launcher;

    DistillationLaunches(Launcher launcher) {
        this.launcher = launcher;
    }

    void addTo(ProblemTable table) {
        table.on(DistillationProblem.Forward.class, this::forward);
        table.on(DistillationProblem.Fused.class, this::fused);
    }

    private void forward(DistillationProblem.Forward problem, Stream stream) {
        run(problem.inputs(), problem.result(), null, GradScale.ONE, stream);
    }

    private void fused(DistillationProblem.Fused problem, Stream stream) {
        run(problem.inputs(), problem.result(), problem.dx(), problem.gradScale(), stream);
    }

    /** Without {@code dx} there is no gradient. */
    private void run(
            DistillationProblem.Inputs inputs, ResultBuffers result, Rows dx, GradScale gradScale, Stream stream) {
        Rows x = inputs.x();
        Batch batch =
                Batch.of(x.dtype().arithmetic(), x.count(), inputs.labels(), x.classes(), result, inputs.reduction());
        if (dx != null) {
            batch.countBefore(launcher, stream);
        }
        DistillationOptions options = inputs.options();
        RowLaunch launch = launcher.rows(kernel(options.divergence()), x);
        launch.parameters()
                .tensor(x)
                .tensor(inputs.teacher())
                .labels(inputs.labels())
                .float64(1 / options.temperature())
                .float64(options.divergence().weightOfP())
                .float64(options.divergence().weightOfQ())
                .float64(options.hardWeight())
                .float64(options.softWeight())
                .pointer(result.get(ResultPart.ROW_LOSSES))
                .tensor(dx)
                .float64(options.softWeight() / options.temperature())
                .pointer(dx == null ? null : result.divisors(inputs.reduction()))
                .gradScale(gradScale);
        launcher.run(launch, stream);
        batch.addUp(launcher, stream);
    }

    private static KernelEntries kernel(Divergence divergence) {
        if (divergence.equals(Divergence.KL)) {
            return KL;
        }
        return divergence.equals(Divergence.REVERSE_KL) ? REVERSE_KL : JENSEN_SHANNON;
    }
}

package io.github.logitops.device;

import io.github.logitops.memory.Stream;
import io.github.logitops.op.MaskRows;
import io.github.logitops.op.MaskedSoftmaxProblem;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.SoftmaxProblem;
import io.github.logitops.spec.Op;

/** The launches of softmax, log-softmax and masked softmax. */
final class SoftmaxLaunches {
    private static final KernelEntries SOFTMAX = Kernels.of(Op.SOFTMAX, "fwd");
    private static final KernelEntries SOFTMAX_GRADIENT = Kernels.of(Op.SOFTMAX, "bwd");
    private static final KernelEntries LOG_SOFTMAX = Kernels.of(Op.LOG_SOFTMAX, "fwd");
    private static final KernelEntries LOG_SOFTMAX_GRADIENT = Kernels.of(Op.LOG_SOFTMAX, "bwd");
    private static final KernelEntries MASKED_SOFTMAX = Kernels.of(Op.MASKED_SOFTMAX, "fwd");
    private static final KernelEntries PLAIN_MASKED_SOFTMAX = Kernels.of(Op.MASKED_SOFTMAX, "fwd_plain");

    private final Launcher launcher;

    SoftmaxLaunches(Launcher launcher) {
        this.launcher = launcher;
    }

    void addTo(ProblemTable table) {
        table.on(SoftmaxProblem.Forward.class, this::forward);
        table.on(SoftmaxProblem.Backward.class, this::backward);
        table.on(MaskedSoftmaxProblem.Forward.class, this::masked);
    }

    private void forward(SoftmaxProblem.Forward problem, Stream stream) {
        KernelEntries kernel = problem.kind() == SoftmaxProblem.Kind.SOFTMAX ? SOFTMAX : LOG_SOFTMAX;
        RowLaunch launch = launcher.rows(kernel, problem.x());
        launch.parameters().tensor(problem.y()).tensor(problem.x());
        launcher.run(launch, stream);
    }

    private void backward(SoftmaxProblem.Backward problem, Stream stream) {
        KernelEntries kernel = problem.kind() == SoftmaxProblem.Kind.SOFTMAX ? SOFTMAX_GRADIENT : LOG_SOFTMAX_GRADIENT;
        RowLaunch launch = launcher.rows(kernel, problem.y());
        launch.parameters()
                .tensor(problem.dx())
                .tensor(problem.y())
                .tensor(problem.dy())
                .gradScale(problem.gradScale());
        launcher.run(launch, stream);
    }

    private void masked(MaskedSoftmaxProblem.Forward problem, Stream stream) {
        KernelEntries kernel = problem.mask().isAdditive() ? MASKED_SOFTMAX : PLAIN_MASKED_SOFTMAX;
        RowLaunch launch = launcher.rows(kernel, problem.x());
        MaskRows mask = problem.maskRows();
        launch.parameters()
                .tensor(problem.y())
                .tensor(problem.x())
                .pointer(problem.mask().tensor())
                .int64(mask.middle())
                .int64(mask.inner())
                .int64(mask.outerStride())
                .int64(mask.middleStride())
                .int64(mask.innerStride())
                .int64(mask.axisStride())
                .int64(problem.queries());
        launcher.run(launch, stream);
    }
}

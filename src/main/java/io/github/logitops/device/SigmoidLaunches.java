package io.github.logitops.device;

import io.github.logitops.memory.Stream;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.SigmoidProblem;
import io.github.logitops.spec.Op;

/** The launches of sigmoid and log-sigmoid. */
final class SigmoidLaunches {
    private static final KernelEntries SIGMOID = Kernels.of(Op.SIGMOID, "fwd");
    private static final KernelEntries SIGMOID_GRADIENT = Kernels.of(Op.SIGMOID, "bwd");
    private static final KernelEntries LOG_SIGMOID = Kernels.of(Op.LOG_SIGMOID, "fwd");
    private static final KernelEntries LOG_SIGMOID_GRADIENT = Kernels.of(Op.LOG_SIGMOID, "bwd");

    private final Launcher launcher;

    SigmoidLaunches(Launcher launcher) {
        this.launcher = launcher;
    }

    void addTo(ProblemTable table) {
        table.on(SigmoidProblem.Forward.class, this::forward);
        table.on(SigmoidProblem.Backward.class, this::backward);
    }

    private void forward(SigmoidProblem.Forward problem, Stream stream) {
        KernelEntries kernel = problem.kind() == SigmoidProblem.Kind.SIGMOID ? SIGMOID : LOG_SIGMOID;
        ElementWalk walk = ElementWalk.of(problem.y().tensor(), problem.x().tensor());
        launcher.elements(kernel.entry(problem.x().dtype()), walk, walk.parameters(), stream);
    }

    private void backward(SigmoidProblem.Backward problem, Stream stream) {
        KernelEntries kernel = problem.kind() == SigmoidProblem.Kind.SIGMOID ? SIGMOID_GRADIENT : LOG_SIGMOID_GRADIENT;
        ElementWalk walk = ElementWalk.of(
                problem.dx().tensor(), problem.y().tensor(), problem.dy().tensor());
        Parameters parameters = walk.parameters().gradScale(problem.gradScale());
        launcher.elements(kernel.entry(problem.y().dtype()), walk, parameters, stream);
    }
}

package io.github.logitops.device;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.Rows;
import io.github.logitops.op.SigmoidCrossEntropyProblem;
import io.github.logitops.op.SigmoidCrossEntropyProblem.Inputs;
import io.github.logitops.op.SigmoidProblem;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;

/** The launches of sigmoid, log-sigmoid and sigmoid cross entropy. */
final class SigmoidLaunches {
    private static final KernelEntries SIGMOID = Kernels.of(Op.SIGMOID, "fwd");
    private static final KernelEntries SIGMOID_GRADIENT = Kernels.of(Op.SIGMOID, "bwd");
    private static final KernelEntries LOG_SIGMOID = Kernels.of(Op.LOG_SIGMOID, "fwd");
    private static final KernelEntries LOG_SIGMOID_GRADIENT = Kernels.of(Op.LOG_SIGMOID, "bwd");

    private static final KernelEntries LOSSES = Kernels.of(Op.SIGMOID_CROSS_ENTROPY, "fused");

    private final Launcher launcher;

    SigmoidLaunches(Launcher launcher) {
        this.launcher = launcher;
    }

    void addTo(ProblemTable table) {
        table.on(SigmoidProblem.Forward.class, this::forward);
        table.on(SigmoidProblem.Backward.class, this::backward);
        table.on(SigmoidCrossEntropyProblem.Forward.class, this::losses);
        table.on(SigmoidCrossEntropyProblem.Backward.class, this::lossGradient);
        table.on(SigmoidCrossEntropyProblem.Fused.class, this::lossesAndGradient);
    }

    private void forward(SigmoidProblem.Forward problem, Stream stream) {
        KernelEntries kernel = problem.kind() == SigmoidProblem.Kind.SIGMOID ? SIGMOID : LOG_SIGMOID;
        ElementWalk walk = ElementWalk.of(problem.y().tensor(), problem.x().tensor());
        Parameters parameters = walk.parameters()
                .matrix(problem.y().tensor())
                .matrix(problem.x().tensor());
        launcher.elements(kernel.entry(problem.x().dtype()), walk, parameters, stream);
    }

    private void backward(SigmoidProblem.Backward problem, Stream stream) {
        KernelEntries kernel = problem.kind() == SigmoidProblem.Kind.SIGMOID ? SIGMOID_GRADIENT : LOG_SIGMOID_GRADIENT;
        ElementWalk walk = ElementWalk.of(
                problem.dx().tensor(), problem.y().tensor(), problem.dy().tensor());
        Parameters parameters = walk.parameters()
                .matrix(problem.dx().tensor())
                .matrix(problem.y().tensor())
                .matrix(problem.dy().tensor())
                .gradScale(problem.gradScale());
        launcher.elements(kernel.entry(problem.y().dtype()), walk, parameters, stream);
    }

    private void losses(SigmoidCrossEntropyProblem.Forward problem, Stream stream) {
        Call call = new Call(problem.inputs(), problem.result(), GradScale.ONE, null);
        launch(call, true, Sums.ALL, stream);
    }

    private void lossGradient(SigmoidCrossEntropyProblem.Backward problem, Stream stream) {
        Call call = new Call(problem.inputs(), problem.saved(), problem.gradScale(), problem.dx());
        launch(call, true, Sums.NONE, stream);
    }

    /** Targets are counted first, by a launch of their own, where the gradient is divided by how many count. */
    private void lossesAndGradient(SigmoidCrossEntropyProblem.Fused problem, Stream stream) {
        Call call = new Call(problem.inputs(), problem.result(), problem.gradScale(), problem.dx());
        boolean countsFirst = problem.inputs().countsFirst();
        if (countsFirst) {
            launch(new Call(problem.inputs(), problem.result(), GradScale.ONE, null), false, Sums.COUNT, stream);
        }
        launch(call, true, countsFirst ? Sums.LOSSES : Sums.ALL, stream);
    }

    /** What a launch adds up. */
    private enum Sums {
        NONE,
        /** How many elements count. */
        COUNT,
        LOSSES,
        ALL
    }

    /**
     * What a launch of a sigmoid cross entropy is about.
     *
     * @param dx null: no gradient is asked for
     */
    private record Call(Inputs inputs, ResultBuffers result, GradScale gradScale, Rows dx) {}

    /** @param looks whether it looks at logits; else at targets alone */
    private void launch(Call call, boolean looks, Sums sums, Stream stream) {
        Inputs inputs = call.inputs;
        Tensor x = looks ? inputs.x().tensor() : null;
        Tensor dx = tensor(call.dx);
        Tensor weights = looks ? tensor(inputs.elementWeights()) : null;
        boolean losses = sums == Sums.LOSSES || sums == Sums.ALL;
        Tensor each = losses ? call.result.get(ResultPart.ELEMENT_LOSSES) : null;
        Tensor targets = inputs.targets().tensor();
        ElementWalk walk = ElementWalk.inRuns(targets, x, dx, each, weights);
        Parameters parameters = walk.parameters()
                .matrix(x)
                .matrix(dx)
                .matrix(each)
                .matrix(targets)
                .matrix(weights);
        addNumbers(parameters, call);
        addSums(parameters, call, sums);
        launcher.elements(LOSSES.entry(inputs.x().dtype()), walk, parameters, stream);
    }

    private static Tensor tensor(Rows rows) {
        return rows == null ? null : rows.tensor();
    }

    /** The rest of BinaryTargets, GradScale and what gradients are divided by. */
    private static void addNumbers(Parameters parameters, Call call) {
        Inputs inputs = call.inputs;
        SigmoidCrossEntropyOptions options = inputs.options();
        DType arithmetic = inputs.x().dtype().arithmetic();
        boolean mean = options.reduction() == Reduction.MEAN;
        boolean counted = inputs.countsFirst() && call.dx != null;
        parameters
                .pointer(inputs.positiveWeights())
                .int64(inputs.x().classes())
                .int64(inputs.x().inner())
                .float64(options.ignoreValue().orElse(0))
                .int64(options.ignoreValue().isPresent())
                .number(1 - options.labelSmoothing(), arithmetic)
                .number(options.labelSmoothing() / 2, arithmetic)
                .gradScale(call.gradScale)
                .pointer(counted ? call.result.get(ResultPart.DIVISORS) : null)
                .float64(mean ? Math.max(1, inputs.elements()) : 1);
    }

    /** ElementSums. */
    private static void addSums(Parameters parameters, Call call, Sums sums) {
        SigmoidCrossEntropyOptions options = call.inputs.options();
        ResultBuffers result = call.result;
        boolean counts = sums == Sums.COUNT || sums == Sums.ALL;
        boolean reduced = options.reduction() != Reduction.NONE && (sums == Sums.LOSSES || sums == Sums.ALL);
        parameters
                .pointer(reduced ? result.get(ResultPart.LOSS) : null)
                .pointer(counts ? result.get(ResultPart.DIVISORS) : null)
                .pointer(counts ? result.get(ResultPart.LABEL_STATS) : null)
                .pointer(sums == Sums.NONE ? null : result.get(ResultPart.ELEMENT_SUMS))
                .pointer(result.get(ResultPart.COUNTER))
                .float64(options.emptyMean().value())
                .int64(options.reduction() == Reduction.MEAN);
    }
}

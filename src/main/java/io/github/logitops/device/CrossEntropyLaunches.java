package io.github.logitops.device;

import io.github.logitops.memory.Stream;
import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.Rows;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;

/** The launches of cross entropy, of all classes or of shards. */
final class CrossEntropyLaunches {
    private static final KernelEntries FORWARD = Kernels.of(Op.CROSS_ENTROPY, "fwd");
    private static final KernelEntries PLAIN_FORWARD = Kernels.of(Op.CROSS_ENTROPY, "fwd_plain");
    private static final KernelEntries BACKWARD = Kernels.of(Op.CROSS_ENTROPY, "bwd");
    private static final KernelEntries PLAIN_BACKWARD = Kernels.of(Op.CROSS_ENTROPY, "bwd_plain");
    private static final KernelEntries FUSED = Kernels.of(Op.CROSS_ENTROPY, "fused");
    private static final KernelEntries PLAIN_FUSED = Kernels.of(Op.CROSS_ENTROPY, "fused_plain");
    private static final KernelEntries COMBINE = Kernels.of(KernelTable.CROSS_ENTROPY_COMBINE);

    private final Launcher launcher;

    CrossEntropyLaunches(Launcher launcher) {
        this.launcher = launcher;
    }

    void addTo(ProblemTable table) {
        table.on(CrossEntropyProblem.Forward.class, this::forward);
        table.on(CrossEntropyProblem.Backward.class, this::backward);
        table.on(CrossEntropyProblem.Fused.class, this::fused);
        table.on(CrossEntropyProblem.ForwardPart.class, (part, stream) -> forwardRows(part.of(), stream));
        table.on(CrossEntropyProblem.FusedPart.class, (part, stream) -> fusedRows(part.of(), stream));
        table.on(CrossEntropyProblem.Totals.class, this::totals);
        table.on(CrossEntropyProblem.Partials.class, this::partials);
        table.on(CrossEntropyProblem.Combine.class, this::combine);
    }

    private void forward(CrossEntropyProblem.Forward problem, Stream stream) {
        forwardRows(problem, stream);
        batch(problem.inputs(), problem.result()).addUp(launcher, stream);
    }

    private void forwardRows(CrossEntropyProblem.Forward problem, Stream stream) {
        CrossEntropyProblem.Inputs inputs = problem.inputs();
        Batch batch = batch(inputs, problem.result());
        RowLaunch launch = losses(PLAIN_FORWARD, FORWARD, inputs, batch);
        rowOutputs(launch.parameters(), problem.result());
        launch.parameters().perRow(null, 0); // partials
        launcher.run(launch, stream);
    }

    private void partials(CrossEntropyProblem.Partials problem, Stream stream) {
        CrossEntropyProblem.Inputs inputs = problem.inputs();
        Batch batch = batch(inputs, ResultBuffers.NONE);
        RowLaunch launch = rows(FORWARD, inputs, batch);
        rowOutputs(launch.parameters(), ResultBuffers.NONE);
        launch.parameters().perRow(problem.partials(), inputs.x().count());
        launcher.run(launch, stream);
    }

    private void combine(CrossEntropyProblem.Combine problem, Stream stream) {
        ResultBuffers result = problem.result();
        CrossEntropyOptions options = problem.options();
        DType arithmetic = result.get(ResultPart.LSE).dtype();
        Batch batch = Batch.of(
                arithmetic, problem.rows(), problem.labels(), problem.weights(), problem.shard(), options, result);
        Parameters parameters =
                new Parameters().perRow(problem.partials(), problem.rows()).int64(problem.shards());
        batch.targets(parameters);
        numbers(parameters, options);
        rowOutputs(parameters, result);
        launcher.threadPerRow(COMBINE.entry(arithmetic), problem.rows(), parameters, stream);
        batch.addUp(launcher, stream);
    }

    private void backward(CrossEntropyProblem.Backward problem, Stream stream) {
        CrossEntropyProblem.Inputs inputs = problem.inputs();
        ResultBuffers saved = problem.saved();
        RowLaunch launch = rows(isPlain(inputs) ? PLAIN_BACKWARD : BACKWARD, inputs, batch(inputs, saved));
        launch.parameters()
                .statistics(saved.get(ResultPart.STATISTICS))
                .pointer(saved.get(ResultPart.TARGET_SUMS))
                .tensor(problem.dx())
                .pointer(saved.divisors(inputs.reduction()))
                .gradScale(problem.gradScale());
        launcher.run(launch, stream);
    }

    private void fused(CrossEntropyProblem.Fused problem, Stream stream) {
        Batch batch = batch(problem.inputs(), problem.result());
        batch.countBefore(launcher, stream);
        fusedRows(problem, stream);
        batch.addUp(launcher, stream);
    }

    private void fusedRows(CrossEntropyProblem.Fused problem, Stream stream) {
        CrossEntropyProblem.Inputs inputs = problem.inputs();
        ResultBuffers result = problem.result();
        Batch batch = batch(inputs, result);
        RowLaunch launch = losses(PLAIN_FUSED, FUSED, inputs, batch);
        rowOutputs(launch.parameters(), result);
        launch.parameters()
                .tensor(problem.dx())
                .pointer(result.divisors(inputs.reduction()))
                .gradScale(problem.gradScale());
        launcher.run(launch, stream);
    }

    private void totals(CrossEntropyProblem.Totals problem, Stream stream) {
        Batch batch = Batch.of(
                problem.arithmetic(),
                problem.rows(),
                problem.labels(),
                problem.weights(),
                problem.shard(),
                problem.options(),
                problem.result());
        if (problem.after()) {
            batch.addUp(launcher, stream);
        } else {
            batch.countBefore(launcher, stream);
        }
    }

    /** Whether a call is of CallKind::kPlain in the kernels. */
    private static boolean isPlain(CrossEntropyProblem.Inputs inputs) {
        CrossEntropyOptions options = inputs.options();
        return inputs.labels() != null
                && (inputs.weights() == null || options.labelSmoothing() == 0)
                && inputs.shard().classes() == inputs.x().classes()
                && options.softCap().isEmpty()
                && options.outputs().isEmpty();
    }

    private static Batch batch(CrossEntropyProblem.Inputs inputs, ResultBuffers result) {
        Rows x = inputs.x();
        return Batch.of(
                x.dtype().arithmetic(),
                x.count(),
                inputs.labels(),
                inputs.weights(),
                inputs.shard(),
                inputs.options(),
                result);
    }

    /**
     * The launch of one of two kernels that make losses. Where targets spread, the plain one looks at a row once more than the
     * general one, and only rows in registers are there again for nothing.
     */
    private RowLaunch losses(
            KernelEntries plain, KernelEntries general, CrossEntropyProblem.Inputs inputs, Batch batch) {
        if (!isPlain(inputs)) {
            return rows(general, inputs, batch);
        }
        if (inputs.options().labelSmoothing() == 0) {
            return rows(plain, inputs, batch);
        }
        return withInputs(launcher.rowsOrElse(plain, inputs.x(), general), inputs, batch);
    }

    private RowLaunch rows(KernelEntries kernel, CrossEntropyProblem.Inputs inputs, Batch batch) {
        return withInputs(launcher.rows(kernel, inputs.x(), inputs.probabilities() != null), inputs, batch);
    }

    /** The launch with CrossEntropyInputs of the kernels as its next parameters. */
    private static RowLaunch withInputs(RowLaunch launch, CrossEntropyProblem.Inputs inputs, Batch batch) {
        launch.parameters().tensor(inputs.x());
        batch.targets(launch.parameters());
        launch.parameters().tensor(inputs.probabilities());
        numbers(launch.parameters(), inputs.options());
        return launch;
    }

    /** What logits are made of, and the weight of z-losses. */
    private static void numbers(Parameters parameters, CrossEntropyOptions options) {
        parameters
                .float64(options.logitScale())
                .float64(options.softCap().orElse(0))
                .float64(options.zLoss());
    }

    /** RowOutputs of the kernels. */
    private static void rowOutputs(Parameters parameters, ResultBuffers result) {
        parameters
                .pointer(result.get(ResultPart.ROW_LOSSES))
                .pointer(result.get(ResultPart.LSE))
                .pointer(result.get(ResultPart.TARGET_SUMS))
                .statistics(result.get(ResultPart.STATISTICS))
                .pointer(result.get(ResultPart.Z_LOSSES))
                .pointer(result.get(ResultPart.ARGMAX))
                .pointer(result.get(ResultPart.CORRECT))
                .pointer(result.get(ResultPart.ENTROPY))
                .pointer(result.get(ResultPart.RANKS));
    }
}

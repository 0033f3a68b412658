package io.github.logitops.device;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyBackward;
import io.github.logitops.op.CrossEntropyCombine;
import io.github.logitops.op.CrossEntropyForward;
import io.github.logitops.op.CrossEntropyFused;
import io.github.logitops.op.CrossEntropyInputs;
import io.github.logitops.op.CrossEntropyPartials;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.RowLabels;
import io.github.logitops.spec.ClassShard;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Op;

/** The launches of cross entropy, of all classes or of shards: labels are counted before, row losses reduced after. */
final class CrossEntropyLaunches {
    private static final RowKernel FORWARD = Kernels.of(Op.CROSS_ENTROPY, "fwd");
    private static final RowKernel PLAIN_FORWARD = Kernels.of(Op.CROSS_ENTROPY, "fwd_plain");
    private static final RowKernel BACKWARD = Kernels.of(Op.CROSS_ENTROPY, "bwd");
    private static final RowKernel PLAIN_BACKWARD = Kernels.of(Op.CROSS_ENTROPY, "bwd_plain");
    private static final RowKernel FUSED = Kernels.of(Op.CROSS_ENTROPY, "fused");
    private static final RowKernel PLAIN_FUSED = Kernels.of(Op.CROSS_ENTROPY, "fused_plain");

    private final Launcher launcher;
    private final LabelLaunches labels;

    CrossEntropyLaunches(Launcher launcher, LabelLaunches labels) {
        this.launcher = launcher;
        this.labels = labels;
    }

    void addTo(ProblemTable table) {
        table.on(CrossEntropyForward.class, this::forward);
        table.on(CrossEntropyBackward.class, this::backward);
        table.on(CrossEntropyFused.class, this::fused);
        table.on(CrossEntropyPartials.class, this::partials);
        table.on(CrossEntropyCombine.class, this::combine);
    }

    private void forward(CrossEntropyForward problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        count(inputs, problem.result(), stream);
        RowLaunch launch = rows(isPlain(inputs) ? PLAIN_FORWARD : FORWARD, inputs);
        rowOutputs(launch.parameters(), problem.result(), inputs.x().count());
        launch.parameters().perRow(null, 0); // partials
        launcher.run(launch, stream);
        reduce(inputs, problem.result(), stream);
    }

    private void partials(CrossEntropyPartials problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        RowLaunch launch = rows(FORWARD, inputs);
        rowOutputs(launch.parameters(), ResultBuffers.NONE, inputs.x().count());
        launch.parameters().perRow(problem.partials(), inputs.x().count());
        launcher.run(launch, stream);
    }

    private void combine(CrossEntropyCombine problem, Stream stream) {
        ResultBuffers result = problem.result();
        CrossEntropyOptions options = problem.options();
        labels.count(problem.labels(), problem.weights(), problem.rows(), problem.classes(), result, stream);
        Parameters parameters =
                new Parameters().perRow(problem.partials(), problem.rows()).int64(problem.shards());
        targets(parameters, problem.labels(), problem.weights(), problem.shard(), options);
        numbers(parameters, options);
        rowOutputs(parameters, result, problem.rows());
        Kernel kernel = Kernels.crossEntropyCombine(result.get(ResultPart.LSE).dtype());
        launcher.threadPerRow(kernel, problem.rows(), parameters, stream);
        labels.reduce(result, problem.rows(), options.reduction(), options.emptyMean(), stream);
    }

    private void backward(CrossEntropyBackward problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        ResultBuffers saved = problem.saved();
        RowLaunch launch = rows(isPlain(inputs) ? PLAIN_BACKWARD : BACKWARD, inputs);
        launch.parameters()
                .perRow(saved.get(ResultPart.STATISTICS), inputs.x().count())
                .pointer(saved.get(ResultPart.TARGET_SUMS))
                .tensor(problem.dx())
                .pointer(saved.divisors(inputs.reduction()))
                .gradScale(problem.gradScale());
        launcher.run(launch, stream);
    }

    private void fused(CrossEntropyFused problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        ResultBuffers result = problem.result();
        count(inputs, result, stream);
        RowLaunch launch = rows(isPlain(inputs) ? PLAIN_FUSED : FUSED, inputs);
        rowOutputs(launch.parameters(), result, inputs.x().count());
        launch.parameters()
                .tensor(problem.dx())
                .pointer(result.divisors(inputs.reduction()))
                .gradScale(problem.gradScale());
        launcher.run(launch, stream);
        reduce(inputs, result, stream);
    }

    /** Whether labels of all classes are all that is asked about: then the plain kernels know what others are told. */
    private static boolean isPlain(CrossEntropyInputs inputs) {
        CrossEntropyOptions options = inputs.options();
        return inputs.labels() != null
                && inputs.weights() == null
                && inputs.shard().classes() == inputs.x().classes()
                && options.labelSmoothing() == 0
                && options.zLoss() == 0
                && options.logitScale() == 1
                && options.softCap().isEmpty()
                && options.outputs().isEmpty();
    }

    private void count(CrossEntropyInputs inputs, ResultBuffers result, Stream stream) {
        int classes = (int) inputs.shard().classes();
        labels.count(inputs.labels(), inputs.weights(), inputs.x().count(), classes, result, stream);
    }

    private void reduce(CrossEntropyInputs inputs, ResultBuffers result, Stream stream) {
        CrossEntropyOptions options = inputs.options();
        labels.reduce(result, inputs.x().count(), options.reduction(), options.emptyMean(), stream);
    }

    /** A launch whose parameters begin with CrossEntropyInputs of the kernels. */
    private RowLaunch rows(RowKernel kernel, CrossEntropyInputs inputs) {
        RowLaunch launch = launcher.rows(kernel, inputs.x(), inputs.probabilities() != null);
        launch.parameters().tensor(inputs.x());
        targets(launch.parameters(), inputs.labels(), inputs.weights(), inputs.shard(), inputs.options());
        launch.parameters().tensor(inputs.probabilities());
        numbers(launch.parameters(), inputs.options());
        return launch;
    }

    /** Labels of the kernels. */
    private static void targets(
            Parameters parameters, RowLabels labels, Tensor weights, ClassShard shard, CrossEntropyOptions options) {
        parameters
                .labels(labels)
                .pointer(weights)
                .float64(1 - options.labelSmoothing())
                .float64(options.labelSmoothing() / shard.classes())
                .int32((int) shard.classes())
                .int32((int) shard.first());
    }

    /** What logits are made of, and the weight of z-losses. */
    private static void numbers(Parameters parameters, CrossEntropyOptions options) {
        parameters
                .float64(options.logitScale())
                .float64(options.softCap().orElse(0))
                .float64(options.zLoss());
    }

    /** RowOutputs of the kernels. */
    private static void rowOutputs(Parameters parameters, ResultBuffers result, long rows) {
        parameters
                .pointer(result.get(ResultPart.ROW_LOSSES))
                .pointer(result.get(ResultPart.LSE))
                .pointer(result.get(ResultPart.TARGET_SUMS))
                .perRow(result.get(ResultPart.STATISTICS), rows)
                .pointer(result.get(ResultPart.Z_LOSSES))
                .pointer(result.get(ResultPart.ARGMAX))
                .pointer(result.get(ResultPart.CORRECT))
                .pointer(result.get(ResultPart.ENTROPY));
    }
}

package io.github.logitops.device;

import static io.github.logitops.device.RowArguments.pointers;
import static io.github.logitops.device.RowArguments.shape;
import static io.github.logitops.device.RowArguments.strides;

import io.github.logitops.driver.KernelArguments;
import io.github.logitops.memory.Stream;
import io.github.logitops.op.CrossEntropyBackward;
import io.github.logitops.op.CrossEntropyCombine;
import io.github.logitops.op.CrossEntropyForward;
import io.github.logitops.op.CrossEntropyFused;
import io.github.logitops.op.CrossEntropyInputs;
import io.github.logitops.op.CrossEntropyPartials;
import io.github.logitops.op.GradScale;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.RowLabels;
import io.github.logitops.op.Rows;
import io.github.logitops.spec.ClassShard;
import io.github.logitops.spec.CrossEntropyOptions;

/** The launches of cross entropy, of all classes or of shards: labels are counted before, row losses reduced after. */
final class CrossEntropyLaunches {
    private static final int ROW_OUTPUTS = 8; // pointers that rowOutputs appends

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
        ResultBuffers result = problem.result();
        count(inputs, result, stream);
        KernelArguments arguments = new KernelArguments();
        rowOutputs(arguments, result);
        arguments.pointer(0); // partials
        forward(inputs, arguments, stream);
        reduce(inputs, result, stream);
    }

    private void partials(CrossEntropyPartials problem, Stream stream) {
        KernelArguments arguments = new KernelArguments();
        for (int i = 0; i < ROW_OUTPUTS; i++) {
            arguments.pointer(0);
        }
        pointers(arguments, problem.partials());
        forward(problem.inputs(), arguments, stream);
    }

    private void forward(CrossEntropyInputs inputs, KernelArguments arguments, Stream stream) {
        pointers(arguments, inputs.x().tensor());
        targets(arguments, inputs);
        shape(arguments, inputs.x());
        strides(arguments, inputs.x());
        strides(arguments, inputs.probabilities());
        numbers(arguments, inputs.labels(), inputs.shard(), inputs.options());
        launchRows(Kernel.Direction.FWD, inputs, arguments, stream);
    }

    private void combine(CrossEntropyCombine problem, Stream stream) {
        ResultBuffers result = problem.result();
        labels.count(problem.labels(), problem.weights(), problem.rows(), problem.classes(), result, stream);
        KernelArguments arguments = pointers(
                        result.get(ResultPart.ROW_LOSSES),
                        result.get(ResultPart.LSE),
                        result.get(ResultPart.TARGET_SUMS),
                        result.get(ResultPart.STATISTICS),
                        result.get(ResultPart.Z_LOSSES),
                        problem.partials(),
                        RowLabels.tensor(problem.labels()),
                        problem.weights())
                .int64(problem.rows())
                .int32(problem.shards());
        CrossEntropyOptions options = problem.options();
        numbers(arguments, problem.labels(), problem.shard(), options);
        Kernel kernel = Kernel.crossEntropyCombine(result.get(ResultPart.LSE).dtype());
        launcher.threadPerRow(kernel, problem.rows(), arguments, stream);
        labels.reduce(result, problem.rows(), options.reduction(), options.emptyMean(), stream);
    }

    private void backward(CrossEntropyBackward problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        KernelArguments arguments = pointers(
                problem.dx().tensor(),
                inputs.x().tensor(),
                problem.saved().get(ResultPart.STATISTICS),
                problem.saved().get(ResultPart.TARGET_SUMS));
        gradient(arguments, inputs, problem.saved(), problem.gradScale(), problem.dx());
        launchRows(Kernel.Direction.BWD, inputs, arguments, stream);
    }

    private void fused(CrossEntropyFused problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        ResultBuffers result = problem.result();
        count(inputs, result, stream);
        KernelArguments arguments = pointers(problem.dx().tensor());
        rowOutputs(arguments, result);
        pointers(arguments, inputs.x().tensor());
        gradient(arguments, inputs, result, problem.gradScale(), problem.dx());
        launchRows(Kernel.Direction.FUSED, inputs, arguments, stream);
        reduce(inputs, result, stream);
    }

    private void count(CrossEntropyInputs inputs, ResultBuffers result, Stream stream) {
        int classes = (int) inputs.shard().classes();
        labels.count(inputs.labels(), inputs.weights(), inputs.x().count(), classes, result, stream);
    }

    private void reduce(CrossEntropyInputs inputs, ResultBuffers result, Stream stream) {
        CrossEntropyOptions options = inputs.options();
        labels.reduce(result, inputs.x().count(), options.reduction(), options.emptyMean(), stream);
    }

    private void launchRows(
            Kernel.Direction direction, CrossEntropyInputs inputs, KernelArguments arguments, Stream stream) {
        Rows x = inputs.x();
        Tier tier = LaunchPlanner.tier(x);
        Kernel kernel = Kernel.crossEntropy(direction, tier, x.dtype());
        boolean keepsTargets = direction == Kernel.Direction.FUSED && inputs.probabilities() != null;
        launcher.rows((keepsTargets ? 2 : 1) * x.dtype().bytes(), kernel, tier, x, arguments, stream);
    }

    private static void rowOutputs(KernelArguments arguments, ResultBuffers result) {
        pointers(
                arguments,
                result.get(ResultPart.ROW_LOSSES),
                result.get(ResultPart.LSE),
                result.get(ResultPart.TARGET_SUMS),
                result.get(ResultPart.STATISTICS),
                result.get(ResultPart.Z_LOSSES),
                result.get(ResultPart.ARGMAX),
                result.get(ResultPart.CORRECT),
                result.get(ResultPart.ENTROPY));
    }

    private static void targets(KernelArguments arguments, CrossEntropyInputs inputs) {
        Rows probabilities = inputs.probabilities();
        pointers(
                arguments,
                RowLabels.tensor(inputs.labels()),
                probabilities == null ? null : probabilities.tensor(),
                inputs.weights());
    }

    /** What every kernel that writes a gradient takes after the logits and what was saved. */
    private static void gradient(
            KernelArguments arguments, CrossEntropyInputs inputs, ResultBuffers result, GradScale gradScale, Rows dx) {
        targets(arguments, inputs);
        pointers(arguments, gradScale.perRow(), result.divisors(inputs.options().reduction()));
        shape(arguments, inputs.x());
        strides(arguments, dx);
        strides(arguments, inputs.x());
        strides(arguments, inputs.probabilities());
        numbers(arguments, inputs.labels(), inputs.shard(), inputs.options());
        arguments.float64(gradScale.value());
    }

    /** LOGITOPS_LOSS_NUMBERS of the kernels. */
    private static void numbers(
            KernelArguments arguments, RowLabels labels, ClassShard shard, CrossEntropyOptions options) {
        arguments.int32((int) shard.classes()).int32((int) shard.first());
        LabelLaunches.ignored(arguments, labels);
        LabelLaunches.type(arguments, labels);
        arguments
                .float64(options.labelSmoothing())
                .float64(options.zLoss())
                .float64(options.logitScale())
                .float64(options.softCap().orElse(0));
    }
}

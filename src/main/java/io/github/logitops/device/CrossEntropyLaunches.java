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
import io.github.logitops.op.LossBuffers;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.Rows;

/** The launches of cross entropy, of all classes or of shards: labels are counted before, row losses reduced after. */
final class CrossEntropyLaunches {
    private final Launcher launcher;

    CrossEntropyLaunches(Launcher launcher) {
        this.launcher = launcher;
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
        LossBuffers result = problem.result();
        LossLaunches loss = new LossLaunches(inputs, result);
        launcher.oneBlock(Kernel.labelStats(), loss.countLabels(), stream);
        KernelArguments arguments = new KernelArguments();
        LossLaunches.rowOutputs(arguments, result);
        arguments.pointer(0); // partials
        forward(inputs, loss, arguments, stream);
        reduce(loss, result, stream);
    }

    private void partials(CrossEntropyPartials problem, Stream stream) {
        KernelArguments arguments = new KernelArguments();
        for (int i = 0; i < LossLaunches.ROW_OUTPUTS; i++) {
            arguments.pointer(0);
        }
        arguments.pointer(problem.partials().address());
        forward(problem.inputs(), new LossLaunches(problem.inputs(), null), arguments, stream);
    }

    private void forward(CrossEntropyInputs inputs, LossLaunches loss, KernelArguments arguments, Stream stream) {
        pointers(arguments, inputs.x().tensor());
        targets(arguments, inputs);
        shape(arguments, inputs.x());
        strides(arguments, inputs.x());
        strides(arguments, inputs.probabilities());
        loss.numbers(arguments);
        launchRows(Kernel.Direction.FWD, inputs, arguments, stream);
    }

    private void combine(CrossEntropyCombine problem, Stream stream) {
        LossBuffers result = problem.result();
        LossLaunches loss = new LossLaunches(problem);
        launcher.oneBlock(Kernel.labelStats(), loss.countLabels(), stream);
        KernelArguments arguments = pointers(
                        result.rowLosses(),
                        result.lse(),
                        result.targetSums(),
                        result.statistics(),
                        result.zLosses(),
                        problem.partials(),
                        problem.labels(),
                        problem.weights())
                .int64(problem.rows())
                .int32(problem.shards());
        loss.numbers(arguments);
        Kernel kernel = Kernel.crossEntropyCombine(result.lse().dtype());
        launcher.threadPerRow(kernel, problem.rows(), arguments, stream);
        reduce(loss, result, stream);
    }

    private void backward(CrossEntropyBackward problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        KernelArguments arguments = pointers(
                problem.dx().tensor(),
                inputs.x().tensor(),
                problem.saved().statistics(),
                problem.saved().targetSums());
        gradient(arguments, new LossLaunches(inputs, problem.saved()), inputs, problem.gradScale(), problem.dx());
        launchRows(Kernel.Direction.BWD, inputs, arguments, stream);
    }

    private void fused(CrossEntropyFused problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        LossBuffers result = problem.result();
        LossLaunches loss = new LossLaunches(inputs, result);
        launcher.oneBlock(Kernel.labelStats(), loss.countLabels(), stream);
        KernelArguments arguments = pointers(problem.dx().tensor());
        LossLaunches.rowOutputs(arguments, result);
        pointers(arguments, inputs.x().tensor());
        gradient(arguments, loss, inputs, problem.gradScale(), problem.dx());
        launchRows(Kernel.Direction.FUSED, inputs, arguments, stream);
        reduce(loss, result, stream);
    }

    private void launchRows(
            Kernel.Direction direction, CrossEntropyInputs inputs, KernelArguments arguments, Stream stream) {
        Rows x = inputs.x();
        Tier tier = LaunchPlanner.tier(x);
        Kernel kernel = Kernel.crossEntropy(direction, tier, x.dtype());
        boolean keepsTargets = direction == Kernel.Direction.FUSED && inputs.probabilities() != null;
        launcher.rows((keepsTargets ? 2 : 1) * x.dtype().bytes(), kernel, tier, x, arguments, stream);
    }

    private static void targets(KernelArguments arguments, CrossEntropyInputs inputs) {
        Rows probabilities = inputs.probabilities();
        pointers(arguments, inputs.labels(), probabilities == null ? null : probabilities.tensor(), inputs.weights());
    }

    /** What every kernel that writes a gradient takes after the logits and what was saved. */
    private static void gradient(
            KernelArguments arguments, LossLaunches loss, CrossEntropyInputs inputs, GradScale gradScale, Rows dx) {
        targets(arguments, inputs);
        pointers(arguments, gradScale.perRow()).pointer(loss.divisors());
        shape(arguments, inputs.x());
        strides(arguments, dx);
        strides(arguments, inputs.x());
        strides(arguments, inputs.probabilities());
        loss.numbers(arguments);
        arguments.float64(gradScale.value());
    }

    private void reduce(LossLaunches loss, LossBuffers result, Stream stream) {
        if (loss.reduces()) {
            launcher.oneBlock(Kernel.lossReduce(result.loss().dtype()), loss.reduce(), stream);
        }
    }
}

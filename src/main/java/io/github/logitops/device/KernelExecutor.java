package io.github.logitops.device;

import io.github.logitops.driver.Driver;
import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyBackward;
import io.github.logitops.op.CrossEntropyForward;
import io.github.logitops.op.CrossEntropyFused;
import io.github.logitops.op.CrossEntropyInputs;
import io.github.logitops.op.Executor;
import io.github.logitops.op.GradScale;
import io.github.logitops.op.LossBuffers;
import io.github.logitops.op.Rows;
import io.github.logitops.op.SoftmaxBackward;
import io.github.logitops.op.SoftmaxForward;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;

/**
 * The ops as kernel launches. Each method queues one to three launches and returns; nothing here waits or allocates on the
 * device. Arguments go outputs first, then inputs, optional inputs (0 where absent), rows, columns, strides, numbers.
 */
public final class KernelExecutor implements Executor {
    private static final LaunchPlanner.Geometry ONE_BLOCK = new LaunchPlanner.Geometry(1, LaunchPlanner.BLOCK_THREADS);

    private final Driver driver;
    private final KernelCatalog catalog;

    /** An executor on {@code driver}, which loads kernels when they are first used. */
    public KernelExecutor(Driver driver) {
        this.driver = driver;
        this.catalog = new KernelCatalog(driver);
    }

    @Override
    public void run(SoftmaxForward problem, Stream stream) {
        Rows x = problem.x();
        Rows y = problem.y();
        Tier tier = LaunchPlanner.tier(x, y);
        KernelArguments arguments = new KernelArguments()
                .pointer(y.tensor().address())
                .pointer(x.tensor().address());
        shape(arguments, x);
        strides(arguments, y);
        strides(arguments, x);
        Kernel kernel = Kernel.softmax(problem.kind(), Kernel.Direction.FWD, tier, x.dtype());
        launchRows(kernel, tier, x.count(), arguments, stream);
    }

    @Override
    public void run(SoftmaxBackward problem, Stream stream) {
        Rows y = problem.y();
        Tier tier = LaunchPlanner.tier(y, problem.dy(), problem.dx());
        KernelArguments arguments = new KernelArguments()
                .pointer(problem.dx().tensor().address())
                .pointer(y.tensor().address())
                .pointer(problem.dy().tensor().address())
                .pointer(addressOrNull(problem.gradScale().perRow()));
        shape(arguments, y);
        strides(arguments, problem.dx());
        strides(arguments, y);
        strides(arguments, problem.dy());
        arguments.float64(problem.gradScale().value());
        Kernel kernel = Kernel.softmax(problem.kind(), Kernel.Direction.BWD, tier, y.dtype());
        launchRows(kernel, tier, y.count(), arguments, stream);
    }

    @Override
    public void run(CrossEntropyForward problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        countLabels(inputs, problem.result(), stream);
        KernelArguments arguments = new KernelArguments();
        rowOutputs(arguments, problem.result());
        arguments.pointer(inputs.x().tensor().address());
        targets(arguments, inputs);
        shape(arguments, inputs.x());
        strides(arguments, inputs.x());
        targetStrides(arguments, inputs);
        numbers(arguments, inputs);
        launchRows(Kernel.Direction.FWD, inputs, inputs.x(), arguments, stream);
        reduce(inputs, problem.result(), stream);
    }

    @Override
    public void run(CrossEntropyBackward problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        KernelArguments arguments = new KernelArguments()
                .pointer(problem.dx().tensor().address())
                .pointer(inputs.x().tensor().address())
                .pointer(problem.saved().lse().address())
                .pointer(problem.saved().targetSums().address());
        gradient(arguments, inputs, problem.saved(), problem.gradScale(), problem.dx());
        launchRows(Kernel.Direction.BWD, inputs, problem.dx(), arguments, stream);
    }

    @Override
    public void run(CrossEntropyFused problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        countLabels(inputs, problem.result(), stream);
        KernelArguments arguments =
                new KernelArguments().pointer(problem.dx().tensor().address());
        rowOutputs(arguments, problem.result());
        arguments.pointer(inputs.x().tensor().address());
        gradient(arguments, inputs, problem.result(), problem.gradScale(), problem.dx());
        launchRows(Kernel.Direction.FUSED, inputs, problem.dx(), arguments, stream);
        reduce(inputs, problem.result(), stream);
    }

    private void launchRows(
            Kernel.Direction direction, CrossEntropyInputs inputs, Rows dx, KernelArguments arguments, Stream stream) {
        Rows x = inputs.x();
        Rows targets = inputs.probabilities() == null ? x : inputs.probabilities();
        Tier tier = LaunchPlanner.tier(x, targets, dx);
        launchRows(Kernel.crossEntropy(direction, tier, x.dtype()), tier, x.count(), arguments, stream);
    }

    private static void rowOutputs(KernelArguments arguments, LossBuffers buffers) {
        arguments
                .pointer(buffers.rowLosses().address())
                .pointer(buffers.lse().address())
                .pointer(buffers.targetSums().address())
                .pointer(addressOrNull(buffers.zLosses()))
                .pointer(addressOrNull(buffers.argmax()))
                .pointer(addressOrNull(buffers.correct()))
                .pointer(addressOrNull(buffers.entropy()));
    }

    private static void targets(KernelArguments arguments, CrossEntropyInputs inputs) {
        arguments
                .pointer(addressOrNull(inputs.labels()))
                .pointer(
                        inputs.probabilities() == null
                                ? 0
                                : inputs.probabilities().tensor().address())
                .pointer(addressOrNull(inputs.weights()));
    }

    /** What every kernel that writes a gradient takes after the logits and what was saved. */
    private static void gradient(
            KernelArguments arguments, CrossEntropyInputs inputs, LossBuffers buffers, GradScale gradScale, Rows dx) {
        targets(arguments, inputs);
        arguments.pointer(addressOrNull(gradScale.perRow())).pointer(divisors(inputs.options(), buffers));
        shape(arguments, inputs.x());
        strides(arguments, dx);
        strides(arguments, inputs.x());
        targetStrides(arguments, inputs);
        numbers(arguments, inputs);
        arguments.float64(gradScale.value());
    }

    /** Counted rows, what MEAN divides by, and the first label out of range: before anything that needs them. */
    private void countLabels(CrossEntropyInputs inputs, LossBuffers buffers, Stream stream) {
        Tensor weights = inputs.weights();
        KernelArguments arguments = new KernelArguments()
                .pointer(buffers.divisors().address())
                .pointer(buffers.labelStats().address())
                .pointer(addressOrNull(inputs.labels()))
                .pointer(addressOrNull(weights))
                .int64(inputs.x().count())
                .int32(inputs.x().classes());
        labelNumbers(arguments, inputs);
        arguments.int32(weights != null && weights.dtype() == DType.F64 ? 1 : 0);
        launch(Kernel.labelStats(), ONE_BLOCK, arguments, stream);
    }

    private void reduce(CrossEntropyInputs inputs, LossBuffers buffers, Stream stream) {
        boolean none = inputs.options().reduction() == Reduction.NONE;
        if (none && buffers.correct() == null) {
            return;
        }
        KernelArguments arguments = new KernelArguments()
                .pointer(none ? 0 : buffers.loss().address())
                .pointer(none ? 0 : addressOrNull(buffers.zLoss()))
                .pointer(buffers.labelStats().address())
                .pointer(buffers.rowLosses().address())
                .pointer(addressOrNull(buffers.zLosses()))
                .pointer(addressOrNull(buffers.correct()))
                .pointer(divisors(inputs.options(), buffers))
                .int64(inputs.x().count())
                .float64(inputs.options().emptyMean().value());
        launch(Kernel.lossReduce(buffers.loss().dtype()), ONE_BLOCK, arguments, stream);
    }

    private static long divisors(CrossEntropyOptions options, LossBuffers buffers) {
        return options.reduction() == Reduction.MEAN ? buffers.divisors().address() : 0;
    }

    private static void shape(KernelArguments arguments, Rows rows) {
        arguments.int64(rows.count()).int64(rows.inner()).int32(rows.classes());
    }

    private static void strides(KernelArguments arguments, Rows rows) {
        arguments.int64(rows.outerStride()).int64(rows.axisStride());
    }

    private static void targetStrides(KernelArguments arguments, CrossEntropyInputs inputs) {
        if (inputs.probabilities() == null) {
            arguments.int64(0).int64(0);
        } else {
            strides(arguments, inputs.probabilities());
        }
    }

    private static void numbers(KernelArguments arguments, CrossEntropyInputs inputs) {
        CrossEntropyOptions options = inputs.options();
        labelNumbers(arguments, inputs);
        arguments
                .float64(options.labelSmoothing())
                .float64(options.zLoss())
                .float64(options.logitScale())
                .float64(options.softCap().orElse(0));
    }

    private static void labelNumbers(KernelArguments arguments, CrossEntropyInputs inputs) {
        Tensor labels = inputs.labels();
        CrossEntropyOptions options = inputs.options();
        arguments
                .int64(options.ignoreIndex().orElse(0))
                .int32(options.ignoreIndex().isPresent() ? 1 : 0)
                .int32(labels != null && labels.dtype() == DType.I64 ? 1 : 0);
    }

    private static long addressOrNull(Tensor tensor) {
        return tensor == null ? 0 : tensor.address();
    }

    private void launchRows(Kernel kernel, Tier tier, long rows, KernelArguments arguments, Stream stream) {
        if (rows > 0) { // an empty grid is an error to CUDA
            launch(kernel, LaunchPlanner.geometry(tier, rows), arguments, stream);
        }
    }

    private void launch(Kernel kernel, LaunchPlanner.Geometry geometry, KernelArguments arguments, Stream stream) {
        long function = catalog.function(kernel);
        driver.launch(
                new Launch(function, kernel.entry(), geometry.blocks(), geometry.threads(), arguments),
                stream.handle());
    }
}

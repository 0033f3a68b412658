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
import io.github.logitops.op.DistillationForward;
import io.github.logitops.op.DistillationFused;
import io.github.logitops.op.EntropyBackward;
import io.github.logitops.op.EntropyForward;
import io.github.logitops.op.Executor;
import io.github.logitops.op.GradScale;
import io.github.logitops.op.LogSumExpBackward;
import io.github.logitops.op.LogSumExpForward;
import io.github.logitops.op.LossBuffers;
import io.github.logitops.op.MaskRows;
import io.github.logitops.op.MaskedSoftmaxForward;
import io.github.logitops.op.Rows;
import io.github.logitops.op.SelectedLogProbBackward;
import io.github.logitops.op.SelectedLogProbForward;
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
    private final LogProbLaunches logProbs = new LogProbLaunches(this);
    private final DistillationLaunches distillation = new DistillationLaunches(this, logProbs);

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
    public void run(MaskedSoftmaxForward problem, Stream stream) {
        Rows x = problem.x();
        Rows y = problem.y();
        Tier tier = LaunchPlanner.tier(x, y);
        KernelArguments arguments = new KernelArguments()
                .pointer(y.tensor().address())
                .pointer(x.tensor().address())
                .pointer(addressOrNull(problem.mask().tensor()));
        shape(arguments, x);
        strides(arguments, y);
        strides(arguments, x);
        MaskRows mask = problem.maskRows();
        arguments
                .int64(mask.middle())
                .int64(mask.inner())
                .int64(mask.outerStride())
                .int64(mask.middleStride())
                .int64(mask.innerStride())
                .int64(mask.axisStride())
                .int32(problem.mask().isAdditive() ? 1 : 0)
                .int64(problem.queries());
        Kernel kernel = Kernel.ofRows("masked_softmax", Kernel.Direction.FWD, tier, x.dtype());
        launchRows(kernel, tier, x.count(), arguments, stream);
    }

    @Override
    public void run(LogSumExpForward problem, Stream stream) {
        logProbs.run(problem, stream);
    }

    @Override
    public void run(LogSumExpBackward problem, Stream stream) {
        logProbs.run(problem, stream);
    }

    @Override
    public void run(SelectedLogProbForward problem, Stream stream) {
        logProbs.run(problem, stream);
    }

    @Override
    public void run(SelectedLogProbBackward problem, Stream stream) {
        logProbs.run(problem, stream);
    }

    @Override
    public void run(EntropyForward problem, Stream stream) {
        logProbs.run(problem, stream);
    }

    @Override
    public void run(EntropyBackward problem, Stream stream) {
        logProbs.run(problem, stream);
    }

    @Override
    public void run(DistillationForward problem, Stream stream) {
        distillation.run(problem, stream);
    }

    @Override
    public void run(DistillationFused problem, Stream stream) {
        distillation.run(problem, stream);
    }

    @Override
    public void run(CrossEntropyForward problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        countLabels(inputs, problem.result(), stream);
        Tier tier = LaunchPlanner.tier(inputs.x());
        KernelArguments arguments = new KernelArguments()
                .pointer(problem.result().rowLosses().address())
                .pointer(problem.result().lse().address())
                .pointer(inputs.x().tensor().address())
                .pointer(inputs.labels().address())
                .pointer(addressOrNull(inputs.weights()));
        shape(arguments, inputs.x());
        strides(arguments, inputs.x());
        numbers(arguments, inputs.options());
        launchRows(kernel(Kernel.Direction.FWD, tier, inputs), tier, inputs.x().count(), arguments, stream);
        reduce(inputs, problem.result(), stream);
    }

    @Override
    public void run(CrossEntropyBackward problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        Tier tier = LaunchPlanner.tier(inputs.x(), problem.dx());
        KernelArguments arguments = new KernelArguments()
                .pointer(problem.dx().tensor().address())
                .pointer(inputs.x().tensor().address())
                .pointer(problem.saved().lse().address());
        gradient(arguments, inputs, problem.saved(), problem.gradScale(), problem.dx());
        launchRows(kernel(Kernel.Direction.BWD, tier, inputs), tier, inputs.x().count(), arguments, stream);
    }

    @Override
    public void run(CrossEntropyFused problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        countLabels(inputs, problem.result(), stream);
        Tier tier = LaunchPlanner.tier(inputs.x(), problem.dx());
        KernelArguments arguments = new KernelArguments()
                .pointer(problem.dx().tensor().address())
                .pointer(problem.result().rowLosses().address())
                .pointer(problem.result().lse().address())
                .pointer(inputs.x().tensor().address());
        gradient(arguments, inputs, problem.result(), problem.gradScale(), problem.dx());
        launchRows(
                kernel(Kernel.Direction.FUSED, tier, inputs), tier, inputs.x().count(), arguments, stream);
        reduce(inputs, problem.result(), stream);
    }

    private static Kernel kernel(Kernel.Direction direction, Tier tier, CrossEntropyInputs inputs) {
        return Kernel.crossEntropy(
                direction, tier, inputs.x().dtype(), inputs.labels().dtype());
    }

    /** What every kernel that writes a gradient takes after the logits. */
    private static void gradient(
            KernelArguments arguments, CrossEntropyInputs inputs, LossBuffers buffers, GradScale gradScale, Rows dx) {
        arguments
                .pointer(inputs.labels().address())
                .pointer(addressOrNull(inputs.weights()))
                .pointer(addressOrNull(gradScale.perRow()))
                .pointer(divisor(inputs.options(), buffers));
        shape(arguments, inputs.x());
        strides(arguments, dx);
        strides(arguments, inputs.x());
        numbers(arguments, inputs.options());
        arguments.float64(gradScale.value());
    }

    /** Counted rows, what MEAN divides by, and the first label out of range: before anything that needs them. */
    private void countLabels(CrossEntropyInputs inputs, LossBuffers buffers, Stream stream) {
        CrossEntropyOptions options = inputs.options();
        Tensor weights = inputs.weights();
        KernelArguments arguments = new KernelArguments()
                .pointer(buffers.weightSum().address())
                .pointer(buffers.labelStats().address())
                .pointer(inputs.labels().address())
                .pointer(addressOrNull(weights))
                .int64(inputs.x().count())
                .int32(inputs.x().classes());
        ignored(arguments, options);
        arguments.int32(weights != null && weights.dtype() == DType.F64 ? 1 : 0);
        launch(Kernel.labelStats(inputs.labels().dtype()), ONE_BLOCK, arguments, stream);
    }

    private void reduce(CrossEntropyInputs inputs, LossBuffers buffers, Stream stream) {
        if (inputs.options().reduction() == Reduction.NONE) {
            return;
        }
        KernelArguments arguments = new KernelArguments()
                .pointer(buffers.loss().address())
                .pointer(buffers.rowLosses().address())
                .pointer(divisor(inputs.options(), buffers))
                .int64(inputs.x().count());
        launch(Kernel.lossReduce(buffers.loss().dtype()), ONE_BLOCK, arguments, stream);
    }

    private static long divisor(CrossEntropyOptions options, LossBuffers buffers) {
        return options.reduction() == Reduction.MEAN ? buffers.weightSum().address() : 0;
    }

    static void shape(KernelArguments arguments, Rows rows) {
        arguments.int64(rows.count()).int64(rows.inner()).int32(rows.classes());
    }

    static void strides(KernelArguments arguments, Rows rows) {
        arguments.int64(rows.outerStride()).int64(rows.axisStride());
    }

    private static void numbers(KernelArguments arguments, CrossEntropyOptions options) {
        ignored(arguments, options);
        arguments.float64(options.labelSmoothing());
    }

    private static void ignored(KernelArguments arguments, CrossEntropyOptions options) {
        arguments
                .int64(options.ignoreIndex().orElse(0))
                .int32(options.ignoreIndex().isPresent() ? 1 : 0);
    }

    static long addressOrNull(Tensor tensor) {
        return tensor == null ? 0 : tensor.address();
    }

    void launchRows(Kernel kernel, Tier tier, long rows, KernelArguments arguments, Stream stream) {
        if (rows > 0) { // an empty grid is an error to CUDA
            launch(kernel, LaunchPlanner.geometry(tier, rows), arguments, stream);
        }
    }

    void launchOneBlock(Kernel kernel, KernelArguments arguments, Stream stream) {
        launch(kernel, ONE_BLOCK, arguments, stream);
    }

    private void launch(Kernel kernel, LaunchPlanner.Geometry geometry, KernelArguments arguments, Stream stream) {
        long function = catalog.function(kernel);
        driver.launch(
                new Launch(function, kernel.entry(), geometry.blocks(), geometry.threads(), arguments),
                stream.handle());
    }
}

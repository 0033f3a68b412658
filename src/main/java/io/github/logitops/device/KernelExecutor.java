package io.github.logitops.device;

import io.github.logitops.driver.Driver;
import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyBackward;
import io.github.logitops.op.CrossEntropyCombine;
import io.github.logitops.op.CrossEntropyForward;
import io.github.logitops.op.CrossEntropyFused;
import io.github.logitops.op.CrossEntropyInputs;
import io.github.logitops.op.CrossEntropyPartials;
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
import io.github.logitops.op.SoftmaxKind;

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

    /** Which PTX this device gets, in words. */
    public String target() {
        return catalog.target();
    }

    @Override
    public void run(SoftmaxForward problem, Stream stream) {
        Rows x = problem.x();
        Rows y = problem.y();
        Tier tier = LaunchPlanner.tier(x);
        KernelArguments arguments = new KernelArguments()
                .pointer(y.tensor().address())
                .pointer(x.tensor().address());
        shape(arguments, x);
        strides(arguments, y);
        strides(arguments, x);
        Kernel kernel = Kernel.softmax(problem.kind(), Kernel.Direction.FWD, tier, x.dtype());
        launchRows(x.dtype().bytes(), kernel, tier, x, arguments, stream);
    }

    @Override
    public void run(SoftmaxBackward problem, Stream stream) {
        Rows y = problem.y();
        Tier tier = LaunchPlanner.tier(y);
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
        int readTwice = problem.kind() == SoftmaxKind.SOFTMAX ? 2 : 1; // y and dy, or dy
        launchRows(readTwice * y.dtype().bytes(), kernel, tier, y, arguments, stream);
    }

    @Override
    public void run(MaskedSoftmaxForward problem, Stream stream) {
        Rows x = problem.x();
        Rows y = problem.y();
        Tier tier = LaunchPlanner.tier(x);
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
        launchRows(x.dtype().arithmetic().bytes(), kernel, tier, x, arguments, stream);
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
        LossBuffers result = problem.result();
        LossLaunches loss = new LossLaunches(inputs, result);
        launch(Kernel.labelStats(), ONE_BLOCK, loss.countLabels(), stream);
        KernelArguments arguments = new KernelArguments();
        LossLaunches.rowOutputs(arguments, result);
        arguments.pointer(0); // partials
        forward(inputs, loss, arguments, stream);
        reduce(loss, result, stream);
    }

    @Override
    public void run(CrossEntropyPartials problem, Stream stream) {
        KernelArguments arguments = new KernelArguments();
        for (int i = 0; i < LossLaunches.ROW_OUTPUTS; i++) {
            arguments.pointer(0);
        }
        arguments.pointer(problem.partials().address());
        forward(problem.inputs(), new LossLaunches(problem.inputs(), null), arguments, stream);
    }

    private void forward(CrossEntropyInputs inputs, LossLaunches loss, KernelArguments arguments, Stream stream) {
        arguments.pointer(inputs.x().tensor().address());
        targets(arguments, inputs);
        shape(arguments, inputs.x());
        strides(arguments, inputs.x());
        targetStrides(arguments, inputs);
        loss.numbers(arguments);
        launchRows(Kernel.Direction.FWD, inputs, arguments, stream);
    }

    @Override
    public void run(CrossEntropyCombine problem, Stream stream) {
        LossBuffers result = problem.result();
        LossLaunches loss = new LossLaunches(problem);
        launch(Kernel.labelStats(), ONE_BLOCK, loss.countLabels(), stream);
        KernelArguments arguments = new KernelArguments()
                .pointer(result.rowLosses().address())
                .pointer(result.lse().address())
                .pointer(result.targetSums().address())
                .pointer(result.statistics().address())
                .pointer(addressOrNull(result.zLosses()))
                .pointer(problem.partials().address())
                .pointer(addressOrNull(problem.labels()))
                .pointer(addressOrNull(problem.weights()))
                .int64(problem.rows())
                .int32(problem.shards());
        loss.numbers(arguments);
        Kernel kernel = Kernel.crossEntropyCombine(result.lse().dtype());
        if (problem.rows() > 0) {
            launch(kernel, LaunchPlanner.threadPerRow(problem.rows()), arguments, stream);
        }
        reduce(loss, result, stream);
    }

    @Override
    public void run(CrossEntropyBackward problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        KernelArguments arguments = new KernelArguments()
                .pointer(problem.dx().tensor().address())
                .pointer(inputs.x().tensor().address())
                .pointer(problem.saved().statistics().address())
                .pointer(problem.saved().targetSums().address());
        gradient(arguments, new LossLaunches(inputs, problem.saved()), inputs, problem.gradScale(), problem.dx());
        launchRows(Kernel.Direction.BWD, inputs, arguments, stream);
    }

    @Override
    public void run(CrossEntropyFused problem, Stream stream) {
        CrossEntropyInputs inputs = problem.inputs();
        LossBuffers result = problem.result();
        LossLaunches loss = new LossLaunches(inputs, result);
        launch(Kernel.labelStats(), ONE_BLOCK, loss.countLabels(), stream);
        KernelArguments arguments =
                new KernelArguments().pointer(problem.dx().tensor().address());
        LossLaunches.rowOutputs(arguments, result);
        arguments.pointer(inputs.x().tensor().address());
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
        launchRows((keepsTargets ? 2 : 1) * x.dtype().bytes(), kernel, tier, x, arguments, stream);
    }

    private static void targets(KernelArguments arguments, CrossEntropyInputs inputs) {
        Rows probabilities = inputs.probabilities();
        arguments
                .pointer(addressOrNull(inputs.labels()))
                .pointer(addressOrNull(probabilities == null ? null : probabilities.tensor()))
                .pointer(addressOrNull(inputs.weights()));
    }

    /** What every kernel that writes a gradient takes after the logits and what was saved. */
    private static void gradient(
            KernelArguments arguments, LossLaunches loss, CrossEntropyInputs inputs, GradScale gradScale, Rows dx) {
        targets(arguments, inputs);
        arguments.pointer(addressOrNull(gradScale.perRow())).pointer(loss.divisors());
        shape(arguments, inputs.x());
        strides(arguments, dx);
        strides(arguments, inputs.x());
        targetStrides(arguments, inputs);
        loss.numbers(arguments);
        arguments.float64(gradScale.value());
    }

    private void reduce(LossLaunches loss, LossBuffers result, Stream stream) {
        if (loss.reduces()) {
            launch(Kernel.lossReduce(result.loss().dtype()), ONE_BLOCK, loss.reduce(), stream);
        }
    }

    static void shape(KernelArguments arguments, Rows rows) {
        arguments.int64(rows.count()).int64(rows.inner()).int32(rows.classes());
    }

    static void strides(KernelArguments arguments, Rows rows) {
        arguments.int64(rows.outerStride()).int64(rows.axisStride());
    }

    private static void targetStrides(KernelArguments arguments, CrossEntropyInputs inputs) {
        if (inputs.probabilities() == null) {
            arguments.int64(0).int64(0);
        } else {
            strides(arguments, inputs.probabilities());
        }
    }

    static long addressOrNull(Tensor tensor) {
        return tensor == null ? 0 : tensor.address();
    }

    /**
     * Launches for rows that lie like these.
     *
     * @param keptBytes what the kernel keeps of each column; it learns of how many batches as its last argument
     */
    void launchRows(int keptBytes, Kernel kernel, Tier tier, Rows rows, KernelArguments arguments, Stream stream) {
        LaunchPlanner.Geometry geometry = LaunchPlanner.geometry(
                tier, rows.count(), rows.classes(), rows.dtype(), keptBytes, driver.maxSharedBytes());
        arguments.int32(geometry.keptBatches());
        if (rows.count() > 0) { // an empty grid is an error to CUDA
            launch(kernel, geometry, arguments, stream);
        }
    }

    void launchOneBlock(Kernel kernel, KernelArguments arguments, Stream stream) {
        launch(kernel, ONE_BLOCK, arguments, stream);
    }

    private void launch(Kernel kernel, LaunchPlanner.Geometry geometry, KernelArguments arguments, Stream stream) {
        Launch launch = new Launch(
                catalog.function(kernel),
                kernel.entry(),
                geometry.blocks(),
                geometry.threads(),
                geometry.rowsOfBlock(),
                geometry.sharedBytes(),
                arguments);
        driver.launch(launch, stream.handle());
    }
}

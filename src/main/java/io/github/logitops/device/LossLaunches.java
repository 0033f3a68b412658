package io.github.logitops.device;

import static io.github.logitops.device.RowArguments.pointers;

import io.github.logitops.driver.KernelArguments;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyCombine;
import io.github.logitops.op.CrossEntropyInputs;
import io.github.logitops.op.LossBuffers;
import io.github.logitops.spec.ClassShard;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;

/**
 * The arguments that the kernels of a cross entropy have in common, and those of the kernels before and after the one that
 * walks the logits.
 *
 * @param labels class labels, or null
 * @param weights class weights, or null
 * @param rows how many rows there are
 * @param shard which classes the columns are
 * @param options the numbers
 * @param buffers what is written, or null where that is partials
 */
record LossLaunches(
        Tensor labels, Tensor weights, long rows, ClassShard shard, CrossEntropyOptions options, LossBuffers buffers) {
    /** How many pointers {@link #rowOutputs} appends. */
    static final int ROW_OUTPUTS = 8;

    LossLaunches(CrossEntropyInputs inputs, LossBuffers buffers) {
        this(inputs.labels(), inputs.weights(), inputs.x().count(), inputs.shard(), inputs.options(), buffers);
    }

    LossLaunches(CrossEntropyCombine combine) {
        this(combine.labels(), combine.weights(), combine.rows(), combine.shard(), combine.options(), combine.result());
    }

    static void rowOutputs(KernelArguments arguments, LossBuffers buffers) {
        pointers(
                arguments,
                buffers.rowLosses(),
                buffers.lse(),
                buffers.targetSums(),
                buffers.statistics(),
                buffers.zLosses(),
                buffers.argmax(),
                buffers.correct(),
                buffers.entropy());
    }

    /** Of label_stats: counted rows, what MEAN divides by, and the first label out of range, before anything that needs them. */
    KernelArguments countLabels() {
        KernelArguments arguments = pointers(buffers.divisors(), buffers.labelStats(), labels, weights)
                .int64(rows)
                .int32((int) shard.classes());
        labelNumbers(arguments);
        return arguments.int32(weights != null && weights.dtype() == DType.F64 ? 1 : 0);
    }

    /** Whether there is anything to reduce, or row losses still lack their z-losses. */
    boolean reduces() {
        return options.reduction() != Reduction.NONE || buffers.correct() != null || buffers.zLosses() != null;
    }

    /** Of loss_reduce. */
    KernelArguments reduce() {
        boolean none = options.reduction() == Reduction.NONE;
        return pointers(
                        none ? null : buffers.loss(),
                        none ? null : buffers.zLoss(),
                        buffers.labelStats(),
                        buffers.rowLosses(),
                        buffers.zLosses(),
                        buffers.correct())
                .pointer(divisors())
                .int64(rows)
                .float64(options.emptyMean().value());
    }

    /** The address of what MEAN divides by; 0 for the other reductions. */
    long divisors() {
        return options.reduction() == Reduction.MEAN ? buffers.divisors().address() : 0;
    }

    /** LOGITOPS_LOSS_NUMBERS of the kernels. */
    void numbers(KernelArguments arguments) {
        arguments.int32((int) shard.classes()).int32((int) shard.first());
        labelNumbers(arguments);
        arguments
                .float64(options.labelSmoothing())
                .float64(options.zLoss())
                .float64(options.logitScale())
                .float64(options.softCap().orElse(0));
    }

    private void labelNumbers(KernelArguments arguments) {
        arguments
                .int64(options.ignoreIndex().orElse(0))
                .int32(options.ignoreIndex().isPresent() ? 1 : 0)
                .int32(labels != null && labels.dtype() == DType.I64 ? 1 : 0);
    }
}

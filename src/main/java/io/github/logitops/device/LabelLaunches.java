package io.github.logitops.device;

import static io.github.logitops.device.RowArguments.pointers;

import io.github.logitops.driver.KernelArguments;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.RowLabels;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.EmptyMean;
import io.github.logitops.spec.Reduction;
import java.util.OptionalLong;

/** The launches that ops with labels have before and after the one that walks the logits, and how kernels take labels. */
final class LabelLaunches {
    private final Launcher launcher;

    LabelLaunches(Launcher launcher) {
        this.launcher = launcher;
    }

    /**
     * Counted rows, what MEAN divides by, and the first label out of range, before anything that needs them.
     *
     * @param labels null if there are none: every row counts
     * @param weights class weights, or null
     */
    void count(RowLabels labels, Tensor weights, long rows, int classes, ResultBuffers result, Stream stream) {
        KernelArguments arguments = pointers(
                        result.get(ResultPart.DIVISORS),
                        result.get(ResultPart.LABEL_STATS),
                        RowLabels.tensor(labels),
                        weights)
                .int64(rows)
                .int32(classes);
        ignored(arguments, labels);
        type(arguments, labels);
        arguments.int32(weights != null && weights.dtype() == DType.F64 ? 1 : 0);
        launcher.oneBlock(Kernel.labelStats(), arguments, stream);
    }

    /** The reduced losses, the number of right rows, and row losses with their z-losses: what of it there is. */
    void reduce(ResultBuffers result, long rows, Reduction reduction, EmptyMean emptyMean, Stream stream) {
        boolean none = reduction == Reduction.NONE;
        Tensor zLosses = result.get(ResultPart.Z_LOSSES);
        Tensor correct = result.get(ResultPart.CORRECT);
        if (none && zLosses == null && correct == null) {
            return;
        }
        Tensor loss = result.get(ResultPart.LOSS);
        KernelArguments arguments = pointers(
                        none ? null : loss,
                        none ? null : result.get(ResultPart.Z_LOSS),
                        result.get(ResultPart.LABEL_STATS),
                        result.get(ResultPart.ROW_LOSSES),
                        zLosses,
                        correct,
                        result.divisors(reduction))
                .int64(rows)
                .float64(emptyMean.value());
        launcher.oneBlock(Kernel.lossReduce(loss.dtype()), arguments, stream);
    }

    /** Appends which labels are ignored; of null it does not matter. */
    static void ignored(KernelArguments arguments, RowLabels labels) {
        OptionalLong ignored = labels == null ? OptionalLong.empty() : labels.ignoreIndex();
        arguments.int64(ignored.orElse(0)).int32(ignored.isPresent() ? 1 : 0);
    }

    /** Appends the type of the labels; of null it does not matter. */
    static void type(KernelArguments arguments, RowLabels labels) {
        arguments.int32(labels != null && labels.labels().dtype() == DType.I64 ? 1 : 0);
    }
}

package io.github.logitops.device;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.RowLabels;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.EmptyMean;
import io.github.logitops.spec.Reduction;

/** The launches that ops with labels have before and after the one that walks the logits. */
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
        Parameters parameters = new Parameters()
                .pointer(result.get(ResultPart.DIVISORS))
                .pointer(result.get(ResultPart.LABEL_STATS))
                .labels(labels)
                .pointer(weights)
                .int64(weights != null && weights.dtype() == DType.F64)
                .int64(rows)
                .int64(classes);
        launcher.oneBlock(Kernels.labelStats(), parameters, stream);
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
        Parameters parameters = new Parameters()
                .pointer(none ? null : loss)
                .pointer(none ? null : result.get(ResultPart.Z_LOSS))
                .pointer(result.get(ResultPart.LABEL_STATS))
                .pointer(result.get(ResultPart.ROW_LOSSES))
                .pointer(zLosses)
                .pointer(correct)
                .pointer(result.divisors(reduction))
                .int64(rows)
                .float64(emptyMean.value());
        launcher.oneBlock(Kernels.lossReduce(loss.dtype()), parameters, stream);
    }
}

package io.github.logitops.device;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.RowLabels;
import io.github.logitops.spec.ClassShard;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.EmptyMean;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Reduction;

/**
 * What a call with labels adds up over its rows: the kernel that walks them does it by the way.
 *
 * @param arithmetic the dtype of class weights and losses
 * @param rows how many there are
 * @param labels null if there are none: every row counts
 * @param weights class weights, or null
 * @param shard which classes the columns are
 * @param smoothing of targets
 * @param result where sums go
 * @param reduction of the losses; NONE where there are none
 * @param emptyMean what a MEAN is where no row counts
 */
record Batch(
        DType arithmetic,
        long rows,
        RowLabels labels,
        Tensor weights,
        ClassShard shard,
        double smoothing,
        ResultBuffers result,
        Reduction reduction,
        EmptyMean emptyMean) {

    /** A batch of labels and nothing besides. */
    static Batch of(
            DType arithmetic, long rows, RowLabels labels, int classes, ResultBuffers result, Reduction reduction) {
        return new Batch(arithmetic, rows, labels, null, ClassShard.all(classes), 0, result, reduction, EmptyMean.NAN);
    }

    /** Labels of the kernels. */
    void targets(Parameters to) {
        to.labels(labels)
                .pointer(weights)
                .float64(1 - smoothing)
                .float64(smoothing / shard.classes())
                .int32((int) shard.classes())
                .int32((int) shard.first());
    }

    /** BatchSums of the kernels; {@code gradient}: whether one is written, too. */
    void sums(Parameters to, boolean gradient) {
        sums(to, true, !countsBefore(gradient));
    }

    /** Counts the labels in a launch of its own if they must be known before; or if there are no rows for a kernel to walk. */
    void countBefore(boolean gradient, Launcher launcher, Stream stream) {
        boolean empty = rows == 0;
        if (empty || countsBefore(gradient)) {
            Parameters parameters = new Parameters();
            sums(parameters, empty, true);
            launcher.blocks(
                    Kernels.of(Op.Kernel.LABEL_STATS).entry(arithmetic),
                    (int) ResultPart.chunks(rows),
                    parameters,
                    stream);
        }
    }

    /** Whether a gradient is divided by what labels come to. */
    private boolean countsBefore(boolean gradient) {
        return gradient && reduction == Reduction.MEAN;
    }

    private void sums(Parameters to, boolean losses, boolean divisors) {
        boolean reduces = losses && reduction != Reduction.NONE;
        to.pointer(losses ? result.get(ResultPart.ROW_LOSSES) : null)
                .pointer(losses ? result.get(ResultPart.Z_LOSSES) : null)
                .pointer(losses ? result.get(ResultPart.CORRECT) : null)
                .pointer(reduces ? result.get(ResultPart.LOSS) : null)
                .pointer(reduces ? result.get(ResultPart.Z_LOSS) : null)
                .pointer(divisors ? result.get(ResultPart.DIVISORS) : null)
                .pointer(result.get(ResultPart.LABEL_STATS))
                .pointer(result.get(ResultPart.CHUNKS))
                .pointer(result.get(ResultPart.COUNTERS))
                .float64(emptyMean.value())
                .int32(reduction == Reduction.MEAN ? 1 : 0)
                .int32(ResultPart.CHUNK_ROWS)
                .int64(rows);
        targets(to);
    }
}

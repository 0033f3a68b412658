package io.github.logitops.device;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.RowLabels;
import io.github.logitops.spec.ClassShard;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.EmptyMean;
import io.github.logitops.spec.Reduction;

/**
 * What a call with labels adds up over its rows.
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

    /** A batch of cross entropy. */
    static Batch of(
            DType arithmetic,
            long rows,
            RowLabels labels,
            Tensor weights,
            ClassShard shard,
            CrossEntropyOptions options,
            ResultBuffers result) {
        return new Batch(
                arithmetic,
                rows,
                labels,
                weights,
                shard,
                options.labelSmoothing(),
                result,
                options.reduction(),
                options.emptyMean());
    }

    /** A batch of labels and nothing besides. */
    static Batch of(
            DType arithmetic, long rows, RowLabels labels, int classes, ResultBuffers result, Reduction reduction) {
        return new Batch(arithmetic, rows, labels, null, ClassShard.all(classes), 0, result, reduction, EmptyMean.NAN);
    }

    /** Labels of the kernels. */
    void targets(Parameters to) {
        to.labels(labels)
                .pointer(weights)
                .number(1 - smoothing, arithmetic)
                .number(smoothing / shard.classes(), arithmetic)
                .int32((int) shard.classes())
                .int32((int) shard.first());
    }

    /** Counts the labels before rows are walked, where a gradient is divided by what they come to. */
    void countBefore(Launcher launcher, Stream stream) {
        if (reduction == Reduction.MEAN) {
            launch(false, launcher, stream);
        }
    }

    /** Adds up what the kernel before this launch wrote of each row. */
    void addUp(Launcher launcher, Stream stream) {
        launch(true, launcher, stream);
    }

    private void launch(boolean losses, Launcher launcher, Stream stream) {
        boolean reduces = losses && reduction != Reduction.NONE;
        Parameters parameters = new Parameters()
                .pointer(losses ? result.get(ResultPart.ROW_LOSSES) : null)
                .pointer(losses ? result.get(ResultPart.Z_LOSSES) : null)
                .pointer(losses ? result.get(ResultPart.CORRECT) : null)
                .pointer(reduces ? result.get(ResultPart.LOSS) : null)
                .pointer(reduces ? result.get(ResultPart.Z_LOSS) : null)
                .pointer(result.get(ResultPart.DIVISORS))
                .pointer(result.get(ResultPart.LABEL_STATS))
                .pointer(result.get(ResultPart.CHUNKS))
                .pointer(result.get(ResultPart.COUNTER))
                .float64(emptyMean.value())
                .int32(reduction == Reduction.MEAN ? 1 : 0)
                .int32((int) ResultPart.chunkRows(rows))
                .int64(rows);
        targets(parameters);
        launcher.sums(
                Kernels.of(KernelTable.BATCH_SUMS).entry(arithmetic),
                (int) ResultPart.chunks(rows),
                parameters,
                stream);
    }
}

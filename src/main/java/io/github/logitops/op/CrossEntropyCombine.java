package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Arguments;
import io.github.logitops.spec.ClassShard;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.List;

/**
 * Losses and log-sum-exps of rows whose classes are split over shards, from the shards' sums.
 *
 * @param op the op's name in error messages
 * @param partials the {@link CrossEntropyPartials} of all shards, one after the other
 * @param labels a class for each row; or null where targets are probabilities
 * @param weights a weight for each class; or null for 1 each
 * @param options the numbers
 * @param classes how many classes there are in all
 * @param result the outputs
 */
public record CrossEntropyCombine(
        String op,
        Tensor partials,
        RowLabels labels,
        Tensor weights,
        CrossEntropyOptions options,
        int classes,
        ResultBuffers result)
        implements Problem {
    public CrossEntropyCombine {
        Arguments.notNull(op, "gathered", partials);
        DType dtype = result.get(ResultPart.LSE).dtype();
        Shape rows = result.get(ResultPart.LSE).shape();
        long shards = partials.shape().rank() == 0 ? 0 : partials.shape().extent(0);
        if (shards < 1 || shards > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    op + ": there must be 1 to 2^31-1 shards: partials=" + partials.dtype() + partials.shape());
        }
        Require.dense(op, "partials", partials, dtype, CrossEntropyPartials.shape(rows, shards));
        if (labels != null) {
            labels.requireFit(op, rows);
        }
        if (weights != null) {
            Require.dense(op, "weights", weights, dtype, Shape.of(classes));
        }
        result.requireApart(op, read(partials, labels, weights));
        CrossEntropyInputs.requireHeld(op, dtype, options, classes);
    }

    /** How many shards there are. */
    public int shards() {
        return (int) partials.shape().extent(0);
    }

    /** How many rows there are. */
    public long rows() {
        return result.get(ResultPart.LSE).shape().elements();
    }

    /** All classes. */
    public ClassShard shard() {
        return ClassShard.all(classes);
    }

    @Override
    public List<Tensor> tensors() {
        return result.addedTo(read(partials, labels, weights)).tensors();
    }

    private static Operands read(Tensor partials, RowLabels labels, Tensor weights) {
        return new Operands().and("partials", partials).and(labels).and("weights", weights);
    }
}

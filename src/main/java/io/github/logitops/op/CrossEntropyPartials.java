package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Shape;
import java.util.List;

/**
 * The sums over one shard's columns of each row, from which {@link CrossEntropyCombine} makes losses.
 *
 * @param inputs logits of a shard, targets, weights, options
 * @param partials the sums, of the arithmetic dtype: {@link #COUNT} numbers for each row, in {@link #shape}
 */
public record CrossEntropyPartials(CrossEntropyInputs inputs, Tensor partials) implements Problem {
    /**
     * The numbers of a row. With v the logits, or the capped logits where there is a soft cap, T the targets without the
     * label's own, and a the logit scale they are, in this order,
     *
     * <ol>
     *   <li>m: max v, or up to 1/a less (where it is infinite, 0 stands for it below)
     *   <li>the sum of exp(a (v - m))
     *   <li>the label's v, or 0 if it is not here
     *   <li>sum T
     *   <li>sum T a (v - m)
     * </ol>
     */
    public static final int COUNT = 5;

    public CrossEntropyPartials {
        String op = inputs.op();
        Shape shape = shape(inputs.x().rowShape());
        Require.dense(op, "partials", partials, inputs.x().dtype().arithmetic(), shape);
        new Operands().and("partials", partials).requireApart(op, inputs.read());
    }

    /** The shape of the partials of rows of this shape: the numbers first. */
    public static Shape shape(Shape rows, long... before) {
        return rows.within(COUNT).within(before);
    }

    @Override
    public String op() {
        return inputs.op();
    }

    @Override
    public List<Tensor> tensors() {
        return inputs.read().and("partials", partials).tensors();
    }
}

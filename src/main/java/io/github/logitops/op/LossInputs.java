package io.github.logitops.op;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import java.util.List;

/** What an op takes that makes a loss of each row, and what holds for all of them. */
interface LossInputs {
    /** The op's name in error messages. */
    String op();

    /** The logits that a gradient is of. */
    Rows x();

    /** All that is read beside them. */
    Operands besideX();

    /** How row losses become the loss. */
    Reduction reduction();

    /** The shape of one number for each loss: the rows', unless elements have losses. */
    default Shape lossShape() {
        return x().rowShape();
    }

    /** The result was made for rows like those of the logits. */
    void requireRows(ResultBuffers result);

    /** All that is read. */
    default Operands read() {
        return besideX().and(x());
    }

    /** The result was made for logits like these, and overlaps no input. */
    default void requireFit(ResultBuffers result) {
        requireFit(result, besideX());
    }

    private void requireFit(ResultBuffers result, Operands besideX) {
        requireRows(result);
        result.requireApart(op(), x().name(), x().tensor());
        result.requireApart(op(), besideX);
    }

    /** The gradient goes over the logits themselves or overlaps neither input nor result; its scale suits the reduction. */
    default void requireFit(ResultBuffers result, GradScale gradScale, Rows dx) {
        Arguments.notNull(op(), "gradScale", gradScale);
        Operands besideX = besideX();
        requireFit(result, besideX);
        result.requireApart(op(), dx.name(), dx.tensor());
        Require.fits(op(), gradScale, reduction());
        Require.gradientOverLogits(op(), dx, x(), gradScale, lossShape());
        besideX.requireKept(op(), dx);
        if (gradScale.perRow() != null) {
            result.requireApart(op(), "gradScale", gradScale.perRow());
        }
    }

    /** The tensors of a problem that fills this result. */
    default List<Tensor> tensors(ResultBuffers result) {
        return result.addedTo(read()).tensors();
    }

    /** The tensors of a problem that has a gradient as well. */
    default List<Tensor> tensors(ResultBuffers result, GradScale gradScale, Rows dx) {
        return result.addedTo(read()).and(gradScale).and(dx).tensors();
    }
}

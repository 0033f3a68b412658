package io.github.logitops.op;

import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Reduction;
import java.util.EnumSet;
import java.util.Set;

/**
 * What every distillation takes.
 *
 * @param op the op's name in error messages
 * @param x the student's logits
 * @param teacher the teacher's, of the same shape and dtype
 * @param labels a class for each row; or null, and then every row counts
 * @param options the numbers
 */
public record DistillationInputs(String op, Rows x, Rows teacher, RowLabels labels, DistillationOptions options)
        implements LossInputs {
    public DistillationInputs {
        Require.alike(op, x, teacher);
        if (labels != null) {
            labels.requireFit(op, x.rowShape());
        } else if (options.hardWeight() != 0) {
            throw new IllegalArgumentException(
                    op + ": a hard weight needs labels: hardWeight=" + options.hardWeight() + ", labels=null");
        }
        Require.heldAsExponent(op, x.dtype(), "1/temperature", 1 / options.temperature());
        Require.held(op, x.dtype(), "hardWeight", options.hardWeight());
        Require.held(op, x.dtype(), "softWeight", options.softWeight());
    }

    /** What a distillation leaves beside gradients. */
    public static Set<ResultPart> resultParts() {
        return EnumSet.of(ResultPart.LOSS, ResultPart.ROW_LOSSES, ResultPart.DIVISORS, ResultPart.LABEL_STATS);
    }

    @Override
    public Operands besideX() {
        return new Operands().and(teacher).and(labels);
    }

    @Override
    public Reduction reduction() {
        return options.reduction();
    }

    @Override
    public void requireRows(ResultBuffers result) {
        result.requireRows(op, ResultPart.ROW_LOSSES, x);
    }
}

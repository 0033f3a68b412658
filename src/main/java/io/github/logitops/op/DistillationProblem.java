package io.github.logitops.op;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Reduction;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Distillation. */
public sealed interface DistillationProblem extends Problem {
    /**
     * What every distillation takes.
     *
     * @param op the op's name in error messages
     * @param x the student's logits
     * @param teacher the teacher's, of the same shape and dtype
     * @param labels a class for each row; or null, and then every row counts
     * @param options the numbers
     */
    record Inputs(String op, Rows x, Rows teacher, RowLabels labels, DistillationOptions options)
            implements LossInputs {
        public Inputs {
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

    /**
     * Row losses and the loss of a distillation. Rows that are not counted are not read.
     *
     * @param inputs logits, labels, options
     * @param result the outputs
     */
    record Forward(Inputs inputs, ResultBuffers result) implements DistillationProblem {
        public Forward {
            inputs.requireFit(result);
        }

        @Override
        public String op() {
            return inputs.op();
        }

        @Override
        public List<Tensor> tensors() {
            return inputs.tensors(result);
        }
    }

    /**
     * Row losses, the loss and the gradient with respect to the student's logits, at once. Rows that are not counted are not
     * read.
     *
     * @param inputs logits, labels, options
     * @param result the outputs beside the gradient
     * @param gradScale what the gradient is multiplied by
     * @param dx the gradient; may be the student's logits
     */
    record Fused(Inputs inputs, ResultBuffers result, GradScale gradScale, Rows dx) implements DistillationProblem {
        public Fused {
            inputs.requireFit(result, gradScale, dx);
        }

        @Override
        public String op() {
            return inputs.op();
        }

        @Override
        public List<Tensor> tensors() {
            return inputs.tensors(result, gradScale, dx);
        }
    }
}

package io.github.logitops.op;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.BinaryTargets;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Sigmoid cross entropy. Each element has a loss; rows along the classes are how executors walk them. */
public sealed interface SigmoidCrossEntropyProblem extends Problem {
    /**
     * What every sigmoid cross entropy takes.
     *
     * @param op the op's name in error messages
     * @param x the logits
     * @param targets of their shape and dtype
     * @param positiveWeights a number for each class, of the arithmetic dtype; or null for 1 each
     * @param elementWeights of the logits' shape and dtype; or null for 1 each
     * @param axis along which classes lie
     * @param options the numbers
     */
    record Inputs(
            String op,
            Rows x,
            Rows targets,
            Tensor positiveWeights,
            Rows elementWeights,
            Axis axis,
            SigmoidCrossEntropyOptions options)
            implements LossInputs {
        public Inputs {
            Require.alike(op, x, targets);
            if (positiveWeights != null) {
                Shape ofClasses = Shape.of(x.classes());
                Require.dense(op, "positiveWeights", positiveWeights, x.dtype().arithmetic(), ofClasses);
            }
            if (elementWeights != null) {
                Require.alike(op, x, elementWeights);
            }
            Require.held(op, x.dtype(), "labelSmoothing/2", options.labelSmoothing() / 2);
        }

        /** The inputs that these tensors are. */
        public static Inputs of(
                String op, Tensor x, BinaryTargets targets, Axis axis, SigmoidCrossEntropyOptions options) {
            Rows rows = Rows.of(op, "logits", x, axis);
            Arguments.notNull(op, "targets", targets);
            return new Inputs(
                    op,
                    rows,
                    Rows.of(op, "targets", targets.targets(), axis),
                    targets.positiveWeights(),
                    Rows.orNull(op, "elementWeights", targets.elementWeights(), axis),
                    axis,
                    options);
        }

        /** What a sigmoid cross entropy with these options leaves beside gradients. */
        public static Set<ResultPart> resultParts(SigmoidCrossEntropyOptions options) {
            Set<ResultPart> parts =
                    EnumSet.of(ResultPart.LOSS, ResultPart.DIVISORS, ResultPart.LABEL_STATS, ResultPart.ELEMENT_SUMS);
            if (options.reduction() == Reduction.NONE) {
                parts.add(ResultPart.ELEMENT_LOSSES);
            }
            return parts;
        }

        /** How many elements there are. */
        public long elements() {
            return x.shape().elements();
        }

        /** Whether gradients are divided by a number that only the targets tell. */
        public boolean countsFirst() {
            return reduction() == Reduction.MEAN && options.ignoreValue().isPresent();
        }

        @Override
        public Operands besideX() {
            Operands targetsAndWeights = new Operands().and(targets).and("positiveWeights", positiveWeights);
            return elementWeights == null ? targetsAndWeights : targetsAndWeights.and(elementWeights);
        }

        @Override
        public Reduction reduction() {
            return options.reduction();
        }

        @Override
        public Shape lossShape() {
            return x.shape();
        }

        @Override
        public void requireRows(ResultBuffers result) {
            Tensor sums = result.get(ResultPart.ELEMENT_SUMS);
            if (result.get(ResultPart.LOSS).dtype() != x.dtype().arithmetic()
                    || sums.shape().extent(0) < ResultPart.elementBlocks(elements())) { // those of more will do
                throw new IllegalArgumentException(op + ": the result was made for other logits: result="
                        + result.get(ResultPart.LOSS).dtype() + sums.shape() + ", logits=" + x.dtype() + x.shape());
            }
        }

        /** Where the losses of elements go, along the same axis; null if they are not asked for. */
        public Rows losses(ResultBuffers result) {
            return Rows.orNull(op, "result.elementLosses", result.get(ResultPart.ELEMENT_LOSSES), axis);
        }

        /** The factors of a scale along the same axis; null if there are none. */
        Rows factors(GradScale gradScale) {
            return Rows.orNull(op, "gradScale", gradScale.perRow(), axis);
        }
    }

    /** What it takes. */
    Inputs inputs();

    @Override
    default String op() {
        return inputs().op();
    }

    /**
     * The losses that are asked for.
     *
     * @param inputs logits, targets, weights, options
     * @param result the outputs
     */
    record Forward(Inputs inputs, ResultBuffers result) implements SigmoidCrossEntropyProblem {
        public Forward {
            inputs.requireFit(result);
        }

        @Override
        public List<Tensor> tensors() {
            return inputs.tensors(result);
        }
    }

    /**
     * The gradient with respect to the logits.
     *
     * @param inputs logits, targets, weights, options, the same as the forward op's
     * @param saved the forward op's result: the number of elements that count is read
     * @param gradScale what the gradient is multiplied by
     * @param dx the gradient; may be the logits
     */
    record Backward(Inputs inputs, ResultBuffers saved, GradScale gradScale, Rows dx)
            implements SigmoidCrossEntropyProblem {
        public Backward {
            inputs.requireFit(saved, gradScale, dx);
        }

        /** The factors of the scale; null if there are none. */
        public Rows factors() {
            return inputs.factors(gradScale);
        }

        @Override
        public List<Tensor> tensors() {
            return inputs.tensors(saved, gradScale, dx);
        }
    }

    /**
     * The losses that are asked for, and the gradient with respect to the logits, at once.
     *
     * @param inputs logits, targets, weights, options
     * @param result the outputs beside the gradient
     * @param gradScale what the gradient is multiplied by
     * @param dx the gradient; may be the logits
     */
    record Fused(Inputs inputs, ResultBuffers result, GradScale gradScale, Rows dx)
            implements SigmoidCrossEntropyProblem {
        public Fused {
            inputs.requireFit(result, gradScale, dx);
        }

        /** The factors of the scale; null if there are none. */
        public Rows factors() {
            return inputs.factors(gradScale);
        }

        @Override
        public List<Tensor> tensors() {
            return inputs.tensors(result, gradScale, dx);
        }
    }
}

package io.github.logitops.op;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.LinearGradients;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.ClassShard;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * Cross entropy of logits that a linear layer makes, chunk by chunk: products of matrices, cross entropy in place, products. What labels
 * come to is counted before the first chunk, so that each has its gradient at once.
 *
 * @param linear hidden rows and the layer
 * @param labels a class for each row; or null
 * @param probabilities for each row a number for each class, of the hidden rows' dtype; or null
 * @param weights a weight for each class, of the arithmetic dtype; or null for 1 each
 * @param options the numbers of the cross entropy
 * @param knownLabels the labels as the host has them, so that chunks without a row that counts need no products; null where only the
 *     device knows them
 * @param workspace room for a chunk; null until there is some
 * @param result the outputs beside gradients
 * @param gradScale what gradients are multiplied by
 * @param gradients where they go; null if there are to be none
 */
public record LinearCrossEntropyProblem(
        LinearInputs linear,
        RowLabels labels,
        Tensor probabilities,
        Tensor weights,
        CrossEntropyOptions options,
        IntToLongFunction knownLabels,
        LinearWorkspace workspace,
        ResultBuffers result,
        GradScale gradScale,
        LinearGradients gradients)
        implements Problem {
    public LinearCrossEntropyProblem {
        String op = linear.op();
        Shape rows = linear.rowShape();
        if (labels != null) {
            labels.requireFit(op, rows);
        } else {
            requireProbabilities(linear, probabilities);
        }
        if (weights != null) {
            Require.dense(op, "weights", weights, linear.dtype().arithmetic(), Shape.of(linear.classes()));
        }
        CrossEntropyProblem.Inputs.requireHeld(op, linear.dtype(), options, linear.classes());
        Operands read = linear.read().and(beside(labels, probabilities, weights));
        result.requireApart(op, read);
        Tensor lse = result.get(ResultPart.LSE);
        if (lse.dtype() != linear.dtype().arithmetic() || !lse.shape().equals(rows)) {
            throw new IllegalArgumentException(op + ": the result was made for other logits: result=" + lse.dtype()
                    + lse.shape() + ", rows=" + linear.dtype().arithmetic() + rows);
        }
        if (gradients != null) {
            requireGradients(linear, beside(labels, probabilities, weights), result, gradScale, options, gradients);
        }
    }

    private static void requireProbabilities(LinearInputs linear, Tensor probabilities) {
        Rows targets = Rows.of(linear.op(), "targets", probabilities, Axis.LAST);
        boolean fits = targets.dtype() == linear.dtype()
                && targets.classes() == linear.classes()
                && targets.rowShape().equals(linear.rowShape());
        if (!fits) {
            throw new IllegalArgumentException(linear.op() + ": targets must be like the logits: targets="
                    + targets.dtype() + targets.shape() + ", rows=" + linear.rowShape() + ", logits=" + linear.dtype()
                    + ", classes=" + linear.classes());
        }
    }

    private static void requireGradients(
            LinearInputs linear,
            Operands beside,
            ResultBuffers result,
            GradScale gradScale,
            CrossEntropyOptions options,
            LinearGradients gradients) {
        String op = linear.op();
        linear.requireFit(gradients, gradScale, beside);
        result.requireApart(op, LinearInputs.written(gradients));
        Require.fits(op, gradScale, options.reduction());
        if (gradScale.perRow() != null) {
            result.requireApart(op, new Operands().and(gradScale));
        }
    }

    private static Operands beside(RowLabels labels, Tensor probabilities, Tensor weights) {
        return new Operands().and(labels).and("targets", probabilities).and("weights", weights);
    }

    /** The same, to be carried out. */
    public LinearCrossEntropyProblem in(LinearWorkspace room) {
        return new LinearCrossEntropyProblem(
                linear, labels, probabilities, weights, options, knownLabels, room, result, gradScale, gradients);
    }

    @Override
    public String op() {
        return linear.op();
    }

    @Override
    public List<Tensor> tensors() {
        Operands all = linear.read().and(beside(labels, probabilities, weights)).and(workspace.operands());
        if (gradients != null) {
            all.and(gradScale).and(LinearInputs.written(gradients));
        }
        return result.addedTo(all).tensors();
    }

    @Override
    public List<Problem> steps() {
        List<Problem> steps = new ArrayList<>();
        if (gradients != null) {
            steps.add(totals(false));
        }
        boolean first = true;
        for (RowRange chunk : linear.chunks(workspace)) {
            boolean idle = gradients != null && !mayCount(chunk);
            if (!idle) {
                steps.addAll(linear.logits(chunk, workspace));
            }
            steps.add(losses(chunk));
            if (idle) { // rows that do not count are not looked at
                linear.addZeros(gradients.hidden() == null ? null : chunk.rows(gradients.hidden()), steps);
            } else if (gradients != null) {
                steps.addAll(linear.gradients(chunk, gradients, workspace, first));
                first = false;
            }
        }
        if (gradients != null) {
            steps.addAll(linear.afterChunks(gradients, workspace, first));
        }
        steps.add(totals(true));
        return steps;
    }

    private boolean mayCount(RowRange chunk) {
        if (knownLabels == null) {
            return true;
        }
        for (long row = chunk.first(); row < chunk.first() + chunk.count(); row++) {
            if (!options.ignores(knownLabels.applyAsLong((int) row))) {
                return true;
            }
        }
        return false;
    }

    private Problem totals(boolean after) {
        return new CrossEntropyProblem.Totals(
                op(), linear.dtype().arithmetic(), labels, weights, options, linear.classes(), result, after);
    }

    /** The losses of a chunk, and the gradient in place of its logits. */
    private Problem losses(RowRange chunk) {
        Rows x = Rows.of(op(), "logits", workspace.logits(chunk.count()), Axis.LAST);
        Rows targets = probabilities == null ? null : Rows.of(op(), "targets", chunk.rows(probabilities), Axis.LAST);
        CrossEntropyProblem.Inputs inputs = new CrossEntropyProblem.Inputs(
                op(), x, chunk.labels(labels), targets, weights, options, ClassShard.all(linear.classes()));
        ResultBuffers of = result.of(chunk);
        return gradients == null
                ? new CrossEntropyProblem.ForwardPart(new CrossEntropyProblem.Forward(inputs, of))
                : new CrossEntropyProblem.FusedPart(
                        new CrossEntropyProblem.Fused(inputs, of, chunk.gradScale(gradScale), x));
    }
}

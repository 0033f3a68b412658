package io.github.logitops.op;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.LinearGradients;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import java.util.ArrayList;
import java.util.List;

/**
 * Log-probabilities of labels by logits that a linear layer makes, chunk by chunk; or their gradient, for which logits are made once
 * more.
 *
 * @param linear hidden rows and the layer
 * @param labels a class for each row
 * @param workspace room for a chunk; null until there is some
 * @param result the outputs; where there are gradients, what the forward op left
 * @param gradScale the upstream gradient
 * @param gradients where they go; null: forward
 */
public record LinearSelectedLogProbProblem(
        LinearInputs linear,
        RowLabels labels,
        LinearWorkspace workspace,
        ResultBuffers result,
        GradScale gradScale,
        LinearGradients gradients)
        implements Problem {
    public LinearSelectedLogProbProblem {
        String op = linear.op();
        labels.requireFit(op, linear.rowShape());
        Tensor logProbs = result.get(ResultPart.LOG_PROBS);
        Require.dense(op, "result.logProbs", logProbs, linear.dtype().arithmetic(), linear.rowShape());
        result.requireApart(op, linear.read().and(labels));
        if (gradients != null) {
            linear.requireFit(gradients, gradScale, new Operands().and(labels));
            result.requireApart(op, LinearInputs.written(gradients));
        }
    }

    /** The same, to be carried out. */
    public LinearSelectedLogProbProblem in(LinearWorkspace room) {
        return new LinearSelectedLogProbProblem(linear, labels, room, result, gradScale, gradients);
    }

    @Override
    public String op() {
        return linear.op();
    }

    @Override
    public List<Tensor> tensors() {
        Operands all = linear.read().and(labels).and(workspace.operands());
        if (gradients != null) {
            all.and(gradScale).and(LinearInputs.written(gradients));
        }
        return result.addedTo(all).tensors();
    }

    @Override
    public List<Problem> steps() {
        List<Problem> steps = new ArrayList<>();
        boolean first = true;
        for (RowRange chunk : linear.chunks(workspace)) {
            steps.addAll(linear.logits(chunk, workspace));
            steps.add(ofChunk(chunk));
            if (gradients != null) {
                steps.addAll(linear.gradients(chunk, gradients, workspace, first));
            }
            first = false;
        }
        if (gradients == null) {
            steps.add(new SelectedLogProbProblem.Totals(op(), labels, linear.classes(), result));
        } else {
            steps.addAll(linear.afterChunks(gradients, workspace, first));
        }
        return steps;
    }

    private Problem ofChunk(RowRange chunk) {
        Rows x = Rows.of(op(), "logits", workspace.logits(chunk.count()), Axis.LAST);
        RowLabels ofChunk = chunk.labels(labels);
        return gradients == null
                ? new SelectedLogProbProblem.ForwardPart(
                        new SelectedLogProbProblem.Forward(x, ofChunk, result.of(chunk)))
                : new SelectedLogProbProblem.Backward(x, ofChunk, result.of(chunk), chunk.gradScale(gradScale), x);
    }
}

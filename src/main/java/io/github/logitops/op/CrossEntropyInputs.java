package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What every cross entropy takes.
 *
 * @param op the op's name in error messages
 * @param x the logits
 * @param labels a class for each row, I32 or I64, of the rows' shape
 * @param weights a weight for each class, of the arithmetic dtype; or null for 1 each
 * @param options the numbers
 */
public record CrossEntropyInputs(String op, Rows x, Tensor labels, Tensor weights, CrossEntropyOptions options) {
    public CrossEntropyInputs {
        if (!labels.dtype().isLabel()) {
            throw new IllegalArgumentException(
                    op + ": labels must be I32 or I64: labels=" + labels.dtype() + labels.shape());
        }
        Require.dense(op, "labels", labels, labels.dtype(), x.rowShape());
        if (weights != null) {
            Require.dense(op, "weights", weights, x.dtype().arithmetic(), Shape.of(x.classes()));
        }
    }

    /** The result was made for logits like these, and overlaps no input. */
    void requireFit(LossBuffers result) {
        result.requireFit(op, x);
        result.requireApart(op, "labels", labels);
        if (weights != null) {
            result.requireApart(op, "weights", weights);
        }
    }

    /** The gradient goes over the logits themselves or overlaps neither input nor result; its scale suits the reduction. */
    void requireFit(Rows dx, GradScale gradScale, LossBuffers result) {
        requireFit(result);
        result.requireApart(op, dx.name(), dx.tensor());
        Require.alike(op, x, dx);
        Require.sameOrApart(op, dx.name(), dx.tensor(), x.name(), x.tensor());
        Require.apart(op, dx.name(), dx.tensor(), "labels", labels);
        if (weights != null) {
            Require.apart(op, dx.name(), dx.tensor(), "weights", weights);
        }
        gradScale.requireFit(op, options.reduction());
        gradScale.requireFit(op, dx);
        if (gradScale.perRow() != null) {
            result.requireApart(op, "gradScale", gradScale.perRow());
        }
    }

    /** The inputs' tensors and these. */
    List<Tensor> with(LossBuffers buffers, Tensor... others) {
        List<Tensor> all = new ArrayList<>(List.of(x.tensor(), labels));
        if (weights != null) {
            all.add(weights);
        }
        all.addAll(buffers.tensors());
        all.addAll(Arrays.asList(others));
        return all;
    }
}

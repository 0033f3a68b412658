package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Reduction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What every distillation takes.
 *
 * @param op the op's name in error messages
 * @param student the student's logits
 * @param teacher the teacher's, of the same shape and dtype
 * @param labels a class for each row; or null, and then every row counts
 * @param options the numbers
 */
public record DistillationInputs(String op, Rows student, Rows teacher, RowLabels labels, DistillationOptions options) {
    public DistillationInputs {
        Require.alike(op, student, teacher);
        if (labels != null) {
            labels.requireFit(op, student);
        } else if (options.hardWeight() != 0) {
            throw new IllegalArgumentException(
                    op + ": a hard weight needs labels: hardWeight=" + options.hardWeight() + ", labels=null");
        }
        Require.heldAsExponent(op, student.dtype(), "1/temperature", 1 / options.temperature());
        Require.held(op, student.dtype(), "hardWeight", options.hardWeight());
        Require.held(op, student.dtype(), "softWeight", options.softWeight());
    }

    /** What the reduced loss and the gradients are divided by on the device; null for 1. */
    public Tensor divisor(RowLossBuffers result) {
        return options.reduction() == Reduction.MEAN ? result.counts().divisors() : null;
    }

    void requireFit(RowLossBuffers result) {
        result.requireFit(op, student);
        result.requireApart(op, teacher.name(), teacher.tensor());
        if (labels != null) {
            result.requireApart(op, "labels", labels.labels());
        }
    }

    /** The gradient goes over the student's logits or overlaps nothing; its scale suits the reduction. */
    void requireFit(RowLossBuffers result, GradScale gradScale, Rows dx) {
        requireFit(result);
        Require.gradientOverLogits(op, dx, student, gradScale);
        gradScale.requireFit(op, options.reduction());
        result.requireApart(op, dx.name(), dx.tensor());
        Require.apart(op, dx.name(), dx.tensor(), teacher.name(), teacher.tensor());
        if (labels != null) {
            Require.apart(op, dx.name(), dx.tensor(), "labels", labels.labels());
        }
        if (gradScale.perRow() != null) {
            result.requireApart(op, "gradScale", gradScale.perRow());
        }
    }

    /** The inputs' tensors and these. */
    List<Tensor> with(RowLossBuffers result, Tensor... others) {
        List<Tensor> all = new ArrayList<>(List.of(student.tensor(), teacher.tensor()));
        if (labels != null) {
            all.add(labels.labels());
        }
        all.addAll(result.tensors());
        all.addAll(Arrays.asList(others));
        return all;
    }
}

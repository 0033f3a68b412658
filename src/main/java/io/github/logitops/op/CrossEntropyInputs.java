package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Arguments;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.ClassShard;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What every cross entropy takes. Targets are labels or probabilities: one of the two is null.
 *
 * @param op the op's name in error messages
 * @param x the logits
 * @param labels a class for each row, I32 or I64, of the rows' shape; or null
 * @param probabilities for each row a number for each class, of the logits' shape and dtype; or null
 * @param weights a weight for each of all classes, of the arithmetic dtype; or null for 1 each
 * @param options the numbers
 * @param shard which classes the logits' columns are
 */
public record CrossEntropyInputs(
        String op,
        Rows x,
        Tensor labels,
        Rows probabilities,
        Tensor weights,
        CrossEntropyOptions options,
        ClassShard shard) {
    public CrossEntropyInputs {
        if (labels != null) {
            Require.dense(op, "labels", labels, labels.dtype(), x.rowShape());
        } else {
            Require.alike(op, x, probabilities);
        }
        if (shard.first() + x.classes() > shard.classes()) {
            throw new IllegalArgumentException(op + ": a shard's columns must be some of all classes: first="
                    + shard.first() + ", columns=" + x.classes() + ", classes=" + shard.classes());
        }
        if (weights != null) {
            Require.dense(op, "weights", weights, x.dtype().arithmetic(), Shape.of(shard.classes()));
        }
        requireHeld(op, x.dtype(), options, shard.classes());
    }

    /** Targets of a label type are labels, others are probabilities. */
    public static CrossEntropyInputs of(
            String op,
            Rows x,
            Tensor targets,
            Tensor weights,
            Axis axis,
            CrossEntropyOptions options,
            ClassShard shard) {
        boolean labels = Arguments.notNull(op, "targets", targets).dtype().isLabel();
        Rows probabilities = labels ? null : Rows.of(op, "targets", targets, axis);
        return new CrossEntropyInputs(op, x, labels ? targets : null, probabilities, weights, options, shard);
    }

    /** The tensor that says what rows should be. */
    Tensor targets() {
        return labels != null ? labels : probabilities.tensor();
    }

    /** The result was made for logits like these, and overlaps no input. */
    void requireFit(LossBuffers result) {
        result.requireFit(op, x);
        result.requireApart(op, targetsName(), targets());
        if (weights != null) {
            result.requireApart(op, "weights", weights);
        }
    }

    /** The gradient goes over the logits themselves or overlaps neither input nor result; its scale suits the reduction. */
    void requireFit(Rows dx, GradScale gradScale, LossBuffers result) {
        Arguments.notNull(op, "gradScale", gradScale);
        requireFit(result);
        result.requireApart(op, dx.name(), dx.tensor());
        Require.alike(op, x, dx);
        Require.sameOrApart(op, dx.name(), dx.tensor(), x.name(), x.tensor());
        Require.apart(op, dx.name(), dx.tensor(), targetsName(), targets());
        if (weights != null) {
            Require.apart(op, dx.name(), dx.tensor(), "weights", weights);
        }
        gradScale.requireFit(op, options.reduction());
        gradScale.requireFit(op, dx);
        if (gradScale.perRow() != null) {
            result.requireApart(op, "gradScale", gradScale.perRow());
        }
    }

    /** The output shares no byte with an input. */
    void requireApart(String output, Tensor out) {
        Require.apart(op, output, out, x.name(), x.tensor());
        Require.apart(op, output, out, targetsName(), targets());
        if (weights != null) {
            Require.apart(op, output, out, "weights", weights);
        }
    }

    /** The inputs' tensors. */
    List<Tensor> tensors() {
        List<Tensor> all = new ArrayList<>(List.of(x.tensor(), targets()));
        if (weights != null) {
            all.add(weights);
        }
        return all;
    }

    /** The inputs' tensors and these. */
    List<Tensor> with(LossBuffers buffers, Tensor... others) {
        List<Tensor> all = tensors();
        all.addAll(buffers.tensors());
        all.addAll(Arrays.asList(others));
        return all;
    }

    private String targetsName() {
        return labels != null ? "labels" : probabilities.name();
    }

    /** The options' numbers are held by what the dtype is computed in. */
    static void requireHeld(String op, DType dtype, CrossEntropyOptions options, long classes) {
        Require.held(op, dtype, "labelSmoothing/classes", options.labelSmoothing() / classes);
        Require.heldAsExponent(op, dtype, "logitScale", options.logitScale());
        options.softCap().ifPresent(cap -> {
            Require.held(op, dtype, "softCap", cap);
            Require.held(op, dtype, "logitScale/softCap", options.logitScale() / cap);
        });
        Require.held(op, dtype, "zLoss", options.zLoss());
    }
}

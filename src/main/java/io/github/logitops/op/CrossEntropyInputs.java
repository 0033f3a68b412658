package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Arguments;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.ClassShard;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.RowOutput;
import io.github.logitops.spec.Shape;
import java.util.EnumSet;
import java.util.Set;

/**
 * What every cross entropy takes. Targets are labels or probabilities: one of the two is null.
 *
 * @param op the op's name in error messages
 * @param x the logits
 * @param labels a class for each row; or null
 * @param probabilities for each row a number for each class, of the logits' shape and dtype; or null
 * @param weights a weight for each of all classes, of the arithmetic dtype; or null for 1 each
 * @param options the numbers
 * @param shard which classes the logits' columns are
 */
public record CrossEntropyInputs(
        String op,
        Rows x,
        RowLabels labels,
        Rows probabilities,
        Tensor weights,
        CrossEntropyOptions options,
        ClassShard shard)
        implements LossInputs {
    public CrossEntropyInputs {
        if (labels != null) {
            labels.requireFit(op, x.rowShape());
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
        boolean areLabels = Arguments.notNull(op, "targets", targets).dtype().isLabel();
        RowLabels labels = areLabels ? new RowLabels(targets, options.ignoreIndex()) : null;
        Rows probabilities = areLabels ? null : Rows.of(op, "targets", targets, axis);
        return new CrossEntropyInputs(op, x, labels, probabilities, weights, options, shard);
    }

    /** What a cross entropy with these options leaves beside gradients. */
    public static Set<ResultPart> resultParts(CrossEntropyOptions options) {
        Set<ResultPart> parts = EnumSet.range(ResultPart.LOSS, ResultPart.LABEL_STATS);
        parts.remove(ResultPart.LOG_PROBS);
        if (options.zLoss() != 0) {
            parts.addAll(EnumSet.of(ResultPart.Z_LOSS, ResultPart.Z_LOSSES));
        }
        if (options.outputs().contains(RowOutput.ARGMAX)) {
            parts.addAll(EnumSet.of(ResultPart.ARGMAX, ResultPart.CORRECT));
        }
        if (options.outputs().contains(RowOutput.ENTROPY)) {
            parts.add(ResultPart.ENTROPY);
        }
        return parts;
    }

    @Override
    public Operands besideX() {
        Operands targets = probabilities == null ? new Operands().and(labels) : new Operands().and(probabilities);
        return targets.and("weights", weights);
    }

    @Override
    public Reduction reduction() {
        return options.reduction();
    }

    @Override
    public void requireRows(ResultBuffers result) {
        Tensor lse = result.get(ResultPart.LSE);
        if (lse.dtype() != x.dtype().arithmetic() || !lse.shape().equals(x.rowShape())) {
            throw new IllegalArgumentException(op + ": the result was made for other logits: result=" + lse.dtype()
                    + lse.shape() + ", rows=" + x.dtype().arithmetic() + x.rowShape());
        }
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

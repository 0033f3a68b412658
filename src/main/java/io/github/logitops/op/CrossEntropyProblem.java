package io.github.logitops.op;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.ClassShard;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.RowOutput;
import io.github.logitops.spec.Shape;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Cross entropy, of all classes or of a shard of them. */
public sealed interface CrossEntropyProblem extends Problem {
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
    record Inputs(
            String op,
            Rows x,
            RowLabels labels,
            Rows probabilities,
            Tensor weights,
            CrossEntropyOptions options,
            ClassShard shard)
            implements LossInputs {
        public Inputs {
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
        public static Inputs of(
                String op,
                Rows x,
                Tensor targets,
                Tensor weights,
                Axis axis,
                CrossEntropyOptions options,
                ClassShard shard) {
            boolean areLabels =
                    Arguments.notNull(op, "targets", targets).dtype().isLabel();
            RowLabels labels = areLabels ? new RowLabels(targets, options.ignoreIndex()) : null;
            Rows probabilities = areLabels ? null : Rows.of(op, "targets", targets, axis);
            return new Inputs(op, x, labels, probabilities, weights, options, shard);
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
            if (options.outputs().contains(RowOutput.RANK)) {
                parts.add(ResultPart.RANKS);
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

    /**
     * Row losses, the log-sum-exp of every row (ignored ones too) and the loss.
     *
     * @param inputs logits, labels, weights, options
     * @param result the outputs
     */
    record Forward(Inputs inputs, ResultBuffers result) implements CrossEntropyProblem {
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
     * The gradient with respect to the logits, from what the forward op left in its result.
     *
     * @param inputs logits, labels, weights, options, the same as the forward op's
     * @param saved the forward op's result: statistics, sums of targets, counted rows and weight sum are read
     * @param gradScale what the gradient is multiplied by
     * @param dx the gradient; may be the logits
     */
    record Backward(Inputs inputs, ResultBuffers saved, GradScale gradScale, Rows dx) implements CrossEntropyProblem {
        public Backward {
            inputs.requireFit(saved, gradScale, dx);
        }

        @Override
        public String op() {
            return inputs.op();
        }

        @Override
        public List<Tensor> tensors() {
            return inputs.tensors(saved, gradScale, dx);
        }
    }

    /**
     * Row losses, the loss and the gradient with respect to the logits, at once. Rows that are not counted are not
     * read; their log-sum-exp is written as 0.
     *
     * @param inputs logits, labels, weights, options
     * @param result the outputs beside the gradient
     * @param gradScale what the gradient is multiplied by
     * @param dx the gradient; may be the logits
     */
    record Fused(Inputs inputs, ResultBuffers result, GradScale gradScale, Rows dx) implements CrossEntropyProblem {
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

    /**
     * {@link Forward} of some rows of a batch. {@link Totals} count and add up those of all.
     *
     * @param of these rows
     */
    record ForwardPart(Forward of) implements CrossEntropyProblem {
        @Override
        public String op() {
            return of.op();
        }

        @Override
        public List<Tensor> tensors() {
            return of.tensors();
        }
    }

    /**
     * {@link Fused} of some rows of a batch. {@link Totals} count all rows before the first of these, and add up after the last.
     *
     * @param of these rows
     */
    record FusedPart(Fused of) implements CrossEntropyProblem {
        @Override
        public String op() {
            return of.op();
        }

        @Override
        public List<Tensor> tensors() {
            return of.tensors();
        }
    }

    /**
     * What the rows of a batch come to whose losses are made in parts.
     *
     * @param op the op's name in error messages
     * @param arithmetic the dtype of losses
     * @param labels a class for each row; or null where targets are probabilities
     * @param weights a weight for each class; or null for 1 each
     * @param options the numbers
     * @param classes how many classes there are
     * @param result of all rows
     * @param after whether losses are added up; else only labels are counted, which gradients of a mean need first
     */
    record Totals(
            String op,
            DType arithmetic,
            RowLabels labels,
            Tensor weights,
            CrossEntropyOptions options,
            int classes,
            ResultBuffers result,
            boolean after)
            implements CrossEntropyProblem {
        /** How many rows there are. */
        public long rows() {
            return result.get(ResultPart.LSE).shape().elements();
        }

        /** All classes. */
        public ClassShard shard() {
            return ClassShard.all(classes);
        }

        @Override
        public List<Tensor> tensors() {
            return result.addedTo(new Operands().and(labels).and("weights", weights))
                    .tensors();
        }
    }

    /**
     * The sums over one shard's columns of each row, from which {@link Combine} makes losses.
     *
     * @param inputs logits of a shard, targets, weights, options
     * @param partials the sums, of the arithmetic dtype: {@link #COUNT} numbers for each row, in {@link #shape}
     */
    record Partials(Inputs inputs, Tensor partials) implements CrossEntropyProblem {
        /**
         * The numbers of a row. With v the logits, or the capped logits where there is a soft cap, T the targets without the
         * label's own, and a the logit scale they are, in this order,
         *
         * <ol>
         *   <li>m: max v, or up to 1/a less (where it is infinite, 0 stands for it below)
         *   <li>the sum of exp(a (v - m))
         *   <li>the label's v, or 0 if it is not here
         *   <li>sum T
         *   <li>sum T a (v - m)
         * </ol>
         */
        public static final int COUNT = 5;

        public Partials {
            String op = inputs.op();
            Shape shape = shape(inputs.x().rowShape());
            Require.dense(op, "partials", partials, inputs.x().dtype().arithmetic(), shape);
            new Operands().and("partials", partials).requireApart(op, inputs.read());
        }

        /** The shape of the partials of rows of this shape: the numbers first. */
        public static Shape shape(Shape rows, long... before) {
            return rows.within(COUNT).within(before);
        }

        @Override
        public String op() {
            return inputs.op();
        }

        @Override
        public List<Tensor> tensors() {
            return inputs.read().and("partials", partials).tensors();
        }
    }

    /**
     * Losses and log-sum-exps of rows whose classes are split over shards, from the shards' sums.
     *
     * @param op the op's name in error messages
     * @param partials the {@link Partials} of all shards, one after the other
     * @param labels a class for each row; or null where targets are probabilities
     * @param weights a weight for each class; or null for 1 each
     * @param options the numbers
     * @param classes how many classes there are in all
     * @param result the outputs
     */
    record Combine(
            String op,
            Tensor partials,
            RowLabels labels,
            Tensor weights,
            CrossEntropyOptions options,
            int classes,
            ResultBuffers result)
            implements CrossEntropyProblem {
        public Combine {
            Arguments.notNull(op, "gathered", partials);
            DType dtype = result.get(ResultPart.LSE).dtype();
            Shape rows = result.get(ResultPart.LSE).shape();
            long shards = partials.shape().rank() == 0 ? 0 : partials.shape().extent(0);
            if (shards < 1 || shards > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        op + ": there must be 1 to 2^31-1 shards: partials=" + partials.dtype() + partials.shape());
            }
            Require.dense(op, "partials", partials, dtype, Partials.shape(rows, shards));
            if (labels != null) {
                labels.requireFit(op, rows);
            }
            if (weights != null) {
                Require.dense(op, "weights", weights, dtype, Shape.of(classes));
            }
            result.requireApart(op, read(partials, labels, weights));
            Inputs.requireHeld(op, dtype, options, classes);
        }

        /** How many shards there are. */
        public int shards() {
            return (int) partials.shape().extent(0);
        }

        /** How many rows there are. */
        public long rows() {
            return result.get(ResultPart.LSE).shape().elements();
        }

        /** All classes. */
        public ClassShard shard() {
            return ClassShard.all(classes);
        }

        @Override
        public List<Tensor> tensors() {
            return result.addedTo(read(partials, labels, weights)).tensors();
        }

        private static Operands read(Tensor partials, RowLabels labels, Tensor weights) {
            return new Operands().and("partials", partials).and(labels).and("weights", weights);
        }
    }
}

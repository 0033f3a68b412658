package io.github.logitops.op;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.Mask;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;
import java.util.List;

/** Masked softmax; its gradient is that of softmax. */
public sealed interface MaskedSoftmaxProblem extends Problem {
    /**
     * y = softmax of what the mask leaves of x, row by row; 0 where x is hidden, and throughout a row that is all hidden.
     *
     * @param axis the axis of the rows
     * @param x the logits
     * @param mask what is hidden
     * @param y the output; may be x
     */
    record Forward(Axis axis, Rows x, Mask mask, Rows y) implements MaskedSoftmaxProblem {
        private static final String OP = Op.MASKED_SOFTMAX.method("forward");

        public Forward {
            Require.alike(OP, x, y);
            Require.sameOrApart(OP, "y", y.tensor(), "x", x.tensor());
            Tensor tensor = Arguments.notNull(OP, "mask", mask).tensor();
            if (tensor != null) {
                DType needed = mask.isAdditive() ? x.dtype() : DType.BOOL;
                if (tensor.dtype() != needed) {
                    throw new IllegalArgumentException(
                            OP + ": the mask must be " + needed + ": mask=" + tensor.dtype() + tensor.shape());
                }
                MaskRows.of(OP, x.shape(), axis, mask);
                Require.apart(OP, "y", y.tensor(), "mask", tensor);
            }
            Shape shape = x.shape();
            if (mask.isCausal() && (shape.rank() < 2 || axis.in(shape) != shape.rank() - 1)) {
                throw new IllegalArgumentException(OP + ": a causal mask needs queries and keys, the last axis: axis="
                        + axis.index() + ", x=" + shape);
            }
        }

        /** The problem along {@code axis}. */
        public static Forward of(Axis axis, Tensor x, Mask mask, Tensor y) {
            return new Forward(axis, Rows.of(OP, "x", x, axis), mask, Rows.of(OP, "y", y, axis));
        }

        /** Where rows find their mask. */
        public MaskRows maskRows() {
            return MaskRows.of(OP, x.shape(), axis, mask);
        }

        /** The number of rows, one after the other, that a causal mask is about; 0 if it is not causal. */
        public long queries() {
            return mask.isCausal() ? x.shape().extent(x.shape().rank() - 2) : 0;
        }

        @Override
        public String op() {
            return OP;
        }

        @Override
        public List<Tensor> tensors() {
            return new Operands().and(x).and(y).and("mask", mask.tensor()).tensors();
        }
    }
}

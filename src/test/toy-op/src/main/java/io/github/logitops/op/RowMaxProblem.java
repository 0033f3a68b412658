package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;
import java.util.List;

/** The largest logit. */
public sealed interface RowMaxProblem extends Problem {
    /**
     * The largest logit of each row.
     *
     * @param x the logits
     * @param max the output, of the rows' shape and the arithmetic dtype
     */
    record Forward(Rows x, Tensor max) implements RowMaxProblem {
        private static final String OP = Op.ROW_MAX.method("forward");

        public Forward {
            Require.perRowOutput(OP, "max", max, x);
        }

        /** The problem along {@code axis}. */
        public static Forward of(Axis axis, Tensor x, Tensor max) {
            return new Forward(Rows.of(OP, "x", x, axis), max);
        }

        @Override
        public String op() {
            return OP;
        }

        @Override
        public List<Tensor> tensors() {
            return List.of(x.tensor(), max);
        }
    }
}

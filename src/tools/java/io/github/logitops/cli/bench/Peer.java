package io.github.logitops.cli.bench;

import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import java.util.Arrays;
import java.util.Optional;

/**
 * Somebody else's softmax and cross entropy, which {@code logitops bench --peers} measures beside ours on the same cores. Those
 * on the class path are found by {@link java.util.ServiceLoader}: so the tools depend on none of them.
 */
public interface Peer {
    /** Its name in reports, such as pytorch. */
    String provider();

    /** What it is, with its version, for the record. */
    String version();

    /** Makes a call ready, with buffers that are used again from call to call; empty if it has no such call. */
    Optional<Call> ready(Task task);

    /** What is measured of peers. */
    enum Work {
        /** Softmax. */
        SOFTMAX(Op.SOFTMAX.method("forward")),
        /** Log-softmax. */
        LOG_SOFTMAX(Op.LOG_SOFTMAX.method("forward")),
        /** The mean cross entropy of labels. */
        LOSS(Op.CROSS_ENTROPY.method("forward")),
        /** The same and its gradient. */
        LOSS_AND_GRADIENT(Op.CROSS_ENTROPY.method("forwardBackward")),
        /** The same from a Java array into a new Java array. */
        LOSS_AND_GRADIENT_OF_ARRAYS(Op.CROSS_ENTROPY.method("forwardBackward") + ArrayOps.SORT);

        private final String op;

        Work(String op) {
            this.op = op;
        }

        /** The work of an op; empty if it is not measured of peers. */
        static Optional<Work> of(BenchOp op) {
            return Arrays.stream(values())
                    .filter(work -> work.op.equals(op.name()))
                    .findFirst();
        }
    }

    /**
     * Work on {@code outer * inner} rows of {@code classes} elements, which lie {@code inner} apart: dense, as [outer, classes] or
     * [outer, classes, inner].
     *
     * @param work what to do
     * @param dtype of logits, results and gradients
     * @param outer the product of the extents before the classes
     * @param classes elements in a row
     * @param inner the product of the extents after the classes
     * @param logits all of them, exact in {@code dtype}; shared, so not to be changed
     * @param labels the class of each row; shared, too
     */
    record Task(Work work, DType dtype, int outer, int classes, int inner, float[] logits, int[] labels) {
        /** How many rows there are. */
        public int rows() {
            return outer * inner;
        }
    }

    /** A call that is ready. */
    interface Call extends Runnable, AutoCloseable {
        /** What a call gives: probabilities, the loss alone, or the gradient. For checks, not for measurements. */
        float[] result();

        @Override
        void close();
    }
}

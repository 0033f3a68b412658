package io.github.logitops.op;

import io.github.logitops.memory.Stream;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;

/**
 * What carries ops out: the high seam, where ops have their meaning and no mechanics. Problems are valid by construction, so
 * nothing is checked here again.
 */
public interface Executor {
    /** Queues the problem's work on the stream and returns; allocates nothing on the device. */
    void run(Problem problem, Stream stream);

    /**
     * The bytes that a {@link ProductProblem} works in beside its matrices.
     *
     * @throws io.github.logitops.memory.DriverException with the plain reason if products cannot be carried out here
     */
    default long productBytes() {
        return 0;
    }

    /** Makes ready for calls of an op whose logits have this dtype and their classes along this axis. */
    default void load(Op op, DType dtype, Axis axis) {}
}

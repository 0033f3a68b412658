package io.github.logitops.cli.bench;

import io.github.logitops.CrossEntropy;
import io.github.logitops.reference.Targets;
import io.github.logitops.spec.Op;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/** Ops on arrays of Java. */
final class ArrayOps {
    /** What stands behind the name of such an op. */
    static final String SORT = " arrays";

    /** Cross entropy of labels and its gradient, from an array into a new one. */
    static final BenchOp CROSS_ENTROPY = new BenchOp(
            Op.CROSS_ENTROPY.method("forwardBackward") + SORT,
            Traffic.of(1, 1, 4 + 8),
            ArrayOps::crossEntropy,
            row -> CrossEntropyOps.exact(row, Targets.of(new long[] {row.label()}))
                    .gradient());

    private ArrayOps() {}

    private static Prepared crossEntropy(Workload w) {
        CrossEntropy op = CrossEntropyOps.crossEntropy(w);
        AtomicReference<float[]> gradient = new AtomicReference<>(new float[w.logits().length]);
        int columns = w.shape().columns();
        return new Prepared(
                set -> gradient.set(
                        op.forwardBackward(w.logits(), w.labelOfRow(), w.shape().shape())
                                .gradient()),
                row -> w.ops()
                        .vector(
                                Arrays.copyOfRange(gradient.get(), (int) row * columns, (int) (row + 1) * columns),
                                w.stream()),
                values -> values);
    }
}

package io.github.logitops.cli.bench;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * An op as the bench sees it.
 *
 * @param name as in tables: its method, and behind a space what sort of call it is if there are several
 * @param traffic what it must move at least
 * @param suits which shapes it can be called on
 * @param ready makes it ready for a workload
 * @param exact what it should write for a row
 */
record BenchOp(
        String name,
        Traffic traffic,
        Predicate<BenchShape> suits,
        Function<Workload, Prepared> ready,
        Function<BenchRow, double[]> exact) {
    /** Those that every shape is measured with. The kernels of the others are like these. */
    static final List<BenchOp> FIRST = Stream.of(SoftmaxOps.PLAIN, CrossEntropyOps.LABELS)
            .flatMap(List::stream)
            .toList();

    /** Every op in each direction: the only place that a new op adds to. */
    static final List<BenchOp> METHODS = Stream.of(
                    FIRST,
                    SoftmaxOps.MASKED,
                    RowValueOps.LOG_SUM_EXP,
                    RowValueOps.OTHERS,
                    DistillationOps.ALL,
                    CrossEntropyOps.PROBABILITIES,
                    ShardOps.ALL,
                    SigmoidOps.ALL)
            .flatMap(List::stream)
            .toList();

    /** The same and the options of cross entropy. */
    static final List<BenchOp> ALL =
            Stream.of(METHODS, CrossEntropyOptionOps.ALL).flatMap(List::stream).toList();

    BenchOp(String name, Traffic traffic, Function<Workload, Prepared> ready, Function<BenchRow, double[]> exact) {
        this(name, traffic, shape -> true, ready, exact);
    }

    /** Ours, or a call of somebody else that does the same. */
    Contender contender(String provider, BenchShape shape, Contender.Call call) {
        return new Contender(provider, name, traffic.bytes().applyAsLong(shape), traffic.ceiling(), call);
    }
}

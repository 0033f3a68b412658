package io.github.logitops.cli.bench;

import io.github.logitops.CrossEntropyResult;
import io.github.logitops.CrossEntropyShard;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.reference.CrossEntropyReference;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.reference.Targets;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;
import java.util.List;

/** Cross entropy with classes split over devices, as far as one goes: all classes in one shard. */
final class ShardOps {
    private static final int PARTIALS_BYTES = 4 * CrossEntropyProblem.Partials.COUNT;

    static final List<BenchOp> ALL = List.of(
            new BenchOp(
                    Op.CROSS_ENTROPY_SHARD.method("forwardPartials"),
                    Traffic.of(1, 0, 4 + PARTIALS_BYTES),
                    ShardOps::partials,
                    row -> new double[] {SoftmaxReference.logSumExp(row.x()), row.x()[row.label()]}),
            new BenchOp(
                    Op.CROSS_ENTROPY_SHARD.method("combine"),
                    Traffic.of(0, 0, PARTIALS_BYTES + 4 + 8),
                    w -> {
                        OneShard all = OneShard.of(w);
                        all.forwardPartials(w, 0, w.labels());
                        return Prepared.numbers(w, all.result.rowLosses(), i -> all.combine(w));
                    },
                    row -> new double[] {labels(row).loss()}),
            new BenchOp(
                    Op.CROSS_ENTROPY_SHARD.method("combineProbabilities"),
                    Traffic.of(0, 0, PARTIALS_BYTES + 8),
                    w -> {
                        OneShard all = OneShard.of(w);
                        all.forwardPartials(w, 0, w.gradient(0));
                        return Prepared.numbers(
                                w,
                                all.result.rowLosses(),
                                i -> all.shard.combineProbabilities(all.gathered, all.result, w.stream()));
                    },
                    row -> new double[] {
                        CrossEntropyOps.exact(row, Targets.of(new double[][] {row.dy()}))
                                .loss()
                    }),
            new BenchOp(
                    Op.CROSS_ENTROPY_SHARD.method("backward"),
                    Traffic.of(1, 1, 4 + 4),
                    w -> {
                        OneShard all = OneShard.of(w);
                        all.forwardPartials(w, 0, w.labels());
                        all.combine(w);
                        return Prepared.rows(w, i -> all.backward(w, i));
                    },
                    row -> labels(row).gradient()));

    private ShardOps() {}

    /** A maximum is at most that of the row, so it is told with the sum of exponentials that belongs to it. */
    private static Prepared partials(Workload w) {
        OneShard all = OneShard.of(w);
        long rows = w.shape().rows();
        DType dtype = all.partials.dtype();
        Layout firstThree = new Layout(Shape.of(3, 1), rows);
        return new Prepared(
                i -> all.forwardPartials(w, i, w.labels()),
                row -> w.ops().wrap(all.partials.address() + row * dtype.bytes(), dtype, firstThree),
                numbers -> new double[] {numbers[0] + Math.log(numbers[1]), numbers[2]});
    }

    private static CrossEntropyReference.Row labels(BenchRow row) {
        return CrossEntropyOps.exact(row, Targets.of(new long[] {row.label()}));
    }

    /**
     * A shard that has all classes.
     *
     * @param gathered the partials of all shards
     * @param partials the same bytes, as those of this one
     */
    private record OneShard(CrossEntropyShard shard, Tensor gathered, Tensor partials, CrossEntropyResult result) {
        static OneShard of(Workload w) {
            BenchShape shape = w.shape();
            CrossEntropyShard shard = CrossEntropyOps.crossEntropy(w).shard(0, shape.columns());
            DType dtype = shape.dtype().arithmetic();
            Tensor gathered = w.keep(w.ops().empty(dtype, CrossEntropyProblem.Partials.shape(shape.rowShape(), 1)));
            Tensor partials = w.keep(
                    w.ops().wrap(gathered.address(), dtype, CrossEntropyProblem.Partials.shape(shape.rowShape())));
            return new OneShard(shard, gathered, partials, w.result(shard::newResult));
        }

        void forwardPartials(Workload w, int set, Tensor targets) {
            shard.forwardPartials(w.input(set), targets, null, partials, w.stream());
        }

        void combine(Workload w) {
            shard.combine(gathered, w.labels(), null, result, w.stream());
        }

        void backward(Workload w, int set) {
            shard.backward(w.input(set), w.labels(), null, result, GradScale.ONE, w.output(set), w.stream());
        }
    }
}

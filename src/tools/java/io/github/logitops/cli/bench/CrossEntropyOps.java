package io.github.logitops.cli.bench;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.CrossEntropyReference;
import io.github.logitops.reference.Targets;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Op;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Cross entropy with labels, and with probabilities. */
final class CrossEntropyOps {
    /** A label is read for each row; a loss and a log-sum-exp are written. */
    static final List<BenchOp> LABELS =
            of("", 0, 4, w -> i -> w.labels(), row -> exact(row, Targets.of(new long[] {row.label()})));

    /** In place of the label: as many bytes as the logits have, and for the gradient the sum of each row's. */
    static final List<BenchOp> PROBABILITIES =
            of(" probabilities", 1, 0, w -> w::gradient, row -> exact(row, Targets.of(new double[][] {row.dy()})));

    private CrossEntropyOps() {}

    private static List<BenchOp> of(
            String sort,
            int reads,
            int rowBytes,
            Function<Workload, IntFunction<Tensor>> targets,
            Function<BenchRow, CrossEntropyReference.Row> exact) {
        return List.of(
                new BenchOp(
                        Op.CROSS_ENTROPY.method("forward") + sort,
                        Traffic.of(1 + reads, 0, rowBytes + 8),
                        w -> forward(w, targets.apply(w)),
                        row -> new double[] {exact.apply(row).loss()}),
                new BenchOp(
                        Op.CROSS_ENTROPY.method("backward") + sort,
                        Traffic.of(1 + reads, 1, 4 + 4),
                        w -> backward(w, targets.apply(w)),
                        row -> exact.apply(row).gradient()),
                new BenchOp(
                        Op.CROSS_ENTROPY.method("forwardBackward") + sort,
                        Traffic.of(1 + reads, 1, rowBytes + 8),
                        w -> forwardBackward(w, CrossEntropyOptions.defaults(), targets.apply(w), null),
                        row -> exact.apply(row).gradient()));
    }

    private static Prepared forward(Workload w, IntFunction<Tensor> targets) {
        CrossEntropy op = crossEntropy(w);
        CrossEntropyResult result = w.result(op::newResult);
        return Prepared.numbers(
                w, result.rowLosses(), i -> op.forward(w.input(i), targets.apply(i), null, result, w.stream()));
    }

    private static Prepared backward(Workload w, IntFunction<Tensor> targets) {
        CrossEntropy op = crossEntropy(w);
        CrossEntropyResult saved = w.result(op::newResult);
        op.forward(w.input(0), targets.apply(0), null, saved, w.stream());
        return Prepared.rows(w, i -> op.backward(w.input(i), targets.apply(i), null, saved, w.output(i), w.stream()));
    }

    static Prepared forwardBackward(
            Workload w, CrossEntropyOptions options, IntFunction<Tensor> targets, Tensor weights) {
        CrossEntropy op = w.ops().crossEntropy(options, w.shape().axis());
        CrossEntropyResult result = w.result(op::newResult);
        return Prepared.rows(
                w,
                i -> op.forwardBackward(
                        w.input(i), targets.apply(i), weights, GradScale.ONE, w.output(i), result, w.stream()));
    }

    static CrossEntropy crossEntropy(Workload w) {
        return w.ops().crossEntropy(CrossEntropyOptions.defaults(), w.shape().axis());
    }

    /** One row of a batch of as many: the gradient of their mean. */
    static CrossEntropyReference.Row exact(BenchRow row, Targets targets) {
        return exact(
                row, targets, null, CrossEntropyOptions.defaults(), row.shape().rows());
    }

    /** One row of a batch of which so many count, all with the same weight. */
    static CrossEntropyReference.Row exact(
            BenchRow row, Targets targets, double[] weights, CrossEntropyOptions options, long counted) {
        double[][] logits = {row.x()};
        double[] gradScale = {1.0 / counted};
        return CrossEntropyReference.of(logits, targets, weights, options, gradScale)
                .rows()[0];
    }
}

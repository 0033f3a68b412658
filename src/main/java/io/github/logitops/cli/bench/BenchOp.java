package io.github.logitops.cli.bench;

import io.github.logitops.op.GradScale;
import io.github.logitops.reference.CrossEntropyReference;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.reference.Targets;
import io.github.logitops.spec.CrossEntropyOptions;
import java.util.List;

/**
 * An op as the bench sees it: the only place that a new op adds to.
 *
 * @param name as in tables
 * @param reads tensors of logits' size that it must read
 * @param writes tensors of logits' size that it must write
 * @param rowBytes what it must read and write for each row besides
 * @param call queues it on a set of a workload
 * @param exact what it writes for a row
 */
record BenchOp(String name, int reads, int writes, int rowBytes, Call call, Exact exact) {
    private static final int LABEL = 4;

    @FunctionalInterface
    interface Call {
        void on(Workload workload, int set);
    }

    /** A row of the output, or the row's loss where {@link #writes} is 0. */
    @FunctionalInterface
    interface Exact {
        double[] of(double[] x, double[] dy, int label, long rows);
    }

    /** Every op. Row losses, log-sum-exps and labels have 4 bytes, but with F64 logits, whose bytes they hardly add to. */
    static final List<BenchOp> ALL = List.of(
            new BenchOp(
                    "softmax.forward",
                    1,
                    1,
                    0,
                    (w, i) -> w.ops().softmax(w.shape().axis()).forward(w.input(i), w.output(i), w.stream()),
                    (x, dy, label, rows) -> SoftmaxReference.softmax(x)),
            new BenchOp(
                    "softmax.backward",
                    2,
                    1,
                    0,
                    (w, i) -> w.ops()
                            .softmax(w.shape().axis())
                            .backward(w.input(i), w.gradient(i), w.output(i), w.stream()),
                    (x, dy, label, rows) -> SoftmaxReference.softmaxBackward(x, dy, 1)),
            new BenchOp(
                    "logSoftmax.forward",
                    1,
                    1,
                    0,
                    (w, i) -> w.ops().logSoftmax(w.shape().axis()).forward(w.input(i), w.output(i), w.stream()),
                    (x, dy, label, rows) -> SoftmaxReference.logSoftmax(x)),
            new BenchOp(
                    "logSoftmax.backward",
                    2,
                    1,
                    0,
                    (w, i) -> w.ops()
                            .logSoftmax(w.shape().axis())
                            .backward(w.input(i), w.gradient(i), w.output(i), w.stream()),
                    (x, dy, label, rows) -> SoftmaxReference.logSoftmaxBackward(x, dy, 1)),
            new BenchOp(
                    "crossEntropy.forward",
                    1,
                    0,
                    LABEL + 8,
                    (w, i) -> w.crossEntropy().forward(w.input(i), w.labels(), null, w.result(), w.stream()),
                    (x, dy, label, rows) ->
                            new double[] {crossEntropy(x, label, rows).loss()}),
            new BenchOp(
                    "crossEntropy.backward",
                    1,
                    1,
                    LABEL + 4,
                    (w, i) -> w.crossEntropy()
                            .backward(w.input(i), w.labels(), null, w.result(), w.output(i), w.stream()),
                    (x, dy, label, rows) -> crossEntropy(x, label, rows).gradient()),
            new BenchOp(
                    "crossEntropy.forwardBackward",
                    1,
                    1,
                    LABEL + 8,
                    (w, i) -> w.crossEntropy()
                            .forwardBackward(
                                    w.input(i), w.labels(), null, GradScale.ONE, w.output(i), w.result(), w.stream()),
                    (x, dy, label, rows) -> crossEntropy(x, label, rows).gradient()));

    /** What it must read and write. */
    long bytes(BenchShape shape) {
        return (reads + writes) * shape.bytes() + shape.rows() * rowBytes;
    }

    Contender contender(Workload workload) {
        return new Contender("logitops", name, bytes(workload.shape()), ceiling(), set -> call.on(workload, set));
    }

    /** One row of a batch of as many: the gradient of their mean. */
    private static CrossEntropyReference.Row crossEntropy(double[] x, int label, long rows) {
        return CrossEntropyReference.of(
                        new double[][] {x},
                        Targets.of(new long[] {label}),
                        null,
                        CrossEntropyOptions.defaults(),
                        new double[] {1.0 / rows})
                .rows()[0];
    }

    private String ceiling() {
        if (writes == 0) {
            return "read";
        }
        return reads == 2 ? "triad" : "copy";
    }
}

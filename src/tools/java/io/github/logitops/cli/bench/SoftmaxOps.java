package io.github.logitops.cli.bench;

import io.github.logitops.LogSoftmax;
import io.github.logitops.MaskedSoftmax;
import io.github.logitops.Softmax;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Mask;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Softmax and log-softmax, and softmax of what a mask leaves. */
final class SoftmaxOps {
    static final List<BenchOp> PLAIN = List.of(
            new BenchOp(
                    Op.SOFTMAX.method("forward"),
                    Traffic.of(1, 1, 0),
                    w -> {
                        Softmax op = w.ops().softmax(w.shape().axis());
                        return Prepared.rows(w, i -> op.forward(w.input(i), w.output(i), w.stream()));
                    },
                    row -> SoftmaxReference.softmax(row.x())),
            new BenchOp(
                    Op.SOFTMAX.method("backward"),
                    Traffic.of(2, 1, 0),
                    w -> {
                        Softmax op = w.ops().softmax(w.shape().axis());
                        return Prepared.rows(w, i -> op.backward(w.input(i), w.gradient(i), w.output(i), w.stream()));
                    },
                    SoftmaxOps::backward),
            new BenchOp(
                    Op.LOG_SOFTMAX.method("forward"),
                    Traffic.of(1, 1, 0),
                    w -> {
                        LogSoftmax op = w.ops().logSoftmax(w.shape().axis());
                        return Prepared.rows(w, i -> op.forward(w.input(i), w.output(i), w.stream()));
                    },
                    row -> SoftmaxReference.logSoftmax(row.x())),
            new BenchOp(
                    Op.LOG_SOFTMAX.method("backward"),
                    Traffic.of(2, 1, 0),
                    w -> {
                        LogSoftmax op = w.ops().logSoftmax(w.shape().axis());
                        return Prepared.rows(w, i -> op.backward(w.input(i), w.gradient(i), w.output(i), w.stream()));
                    },
                    row -> SoftmaxReference.logSoftmaxBackward(row.x(), row.dy(), 1)));

    /** The additive mask is as large as the logits. */
    static final List<BenchOp> MASKED = List.of(
            new BenchOp(
                    Op.MASKED_SOFTMAX.method("forward") + " additive",
                    Traffic.of(2, 1, 0),
                    w -> {
                        MaskedSoftmax op = w.ops().maskedSoftmax(w.shape().axis());
                        return Prepared.rows(
                                w, i -> op.forward(w.input(i), Mask.additive(w.gradient(i)), w.output(i), w.stream()));
                    },
                    row -> SoftmaxReference.maskedSoftmax(
                            SoftmaxReference.plusMask(row.shape().dtype(), row.x(), row.dy()))),
            new BenchOp(
                    Op.MASKED_SOFTMAX.method("forward") + " causal",
                    new Traffic("copy", SoftmaxOps::causalBytes),
                    SoftmaxOps::suitsCausal,
                    SoftmaxOps::causal,
                    row -> SoftmaxReference.maskedSoftmax(seen(row))),
            new BenchOp(
                    Op.MASKED_SOFTMAX.method("backward"),
                    Traffic.of(2, 1, 0),
                    w -> {
                        MaskedSoftmax op = w.ops().maskedSoftmax(w.shape().axis());
                        return Prepared.rows(
                                w, i -> op.backward(w.input(i), w.gradient(i), GradScale.ONE, w.output(i), w.stream()));
                    },
                    SoftmaxOps::backward));

    private SoftmaxOps() {}

    private static double[] backward(BenchRow row) {
        return SoftmaxReference.softmaxBackward(row.x(), row.dy(), 1);
    }

    /** Squares of as many queries as keys, or fewer queries than keys. */
    private static boolean suitsCausal(BenchShape shape) {
        return shape.inner() == 1 && shape.rows() % queries(shape) == 0;
    }

    private static long queries(BenchShape shape) {
        return Math.min(shape.rows(), shape.columns());
    }

    /** Query i sees i + 1 keys, and those that there are more than queries. */
    private static long causalBytes(BenchShape shape) {
        long queries = queries(shape);
        long hidden = queries * (queries - 1) / 2 * (shape.rows() / queries);
        return 2 * shape.bytes() - hidden * shape.dtype().bytes();
    }

    private static Prepared causal(Workload w) {
        BenchShape shape = w.shape();
        long queries = queries(shape);
        Layout squares = new Layout(Shape.of(shape.rows() / queries, queries, shape.columns()), shape.stride());
        List<Tensor> inputs = seenAs(squares, w, w::input);
        List<Tensor> outputs = seenAs(squares, w, w::output);
        MaskedSoftmax op = w.ops().maskedSoftmax();
        return Prepared.rows(w, i -> op.forward(inputs.get(i), Mask.causal(), outputs.get(i), w.stream()));
    }

    private static List<Tensor> seenAs(Layout squares, Workload w, IntFunction<Tensor> tensors) {
        return IntStream.range(0, w.sets())
                .mapToObj(tensors)
                .map(tensor -> w.keep(w.ops().wrap(tensor.address(), tensor.dtype(), squares)))
                .toList();
    }

    /** The row with -inf for what its query does not see. */
    private static double[] seen(BenchRow row) {
        long queries = queries(row.shape());
        double[] z = row.x().clone();
        int keys = (int) (z.length - queries + row.number() % queries + 1);
        Arrays.fill(z, keys, z.length, Double.NEGATIVE_INFINITY);
        return z;
    }
}

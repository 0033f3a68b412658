package io.github.logitops.cli.bench;

import io.github.logitops.LogSigmoid;
import io.github.logitops.Sigmoid;
import io.github.logitops.SigmoidCrossEntropy;
import io.github.logitops.SigmoidCrossEntropyResult;
import io.github.logitops.memory.BinaryTargets;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.SigmoidCrossEntropyReference;
import io.github.logitops.reference.SigmoidReference;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;
import java.util.Arrays;
import java.util.List;

/** Sigmoid, log-sigmoid, and sigmoid cross entropy without weights. */
final class SigmoidOps {
    private static final long LARGE = 256L << 20;

    static final List<BenchOp> ALL = List.of(
            new BenchOp(
                    Op.SIGMOID.method("forward"),
                    Traffic.of(1, 1, 0),
                    SigmoidOps::suits,
                    w -> {
                        Sigmoid op = w.ops().sigmoid();
                        return Prepared.rows(w, i -> op.forward(w.input(i), w.output(i), w.stream()));
                    },
                    row -> SigmoidReference.sigmoid(row.x())),
            new BenchOp(
                    Op.SIGMOID.method("backward"),
                    Traffic.of(2, 1, 0),
                    SigmoidOps::suits,
                    w -> {
                        Sigmoid op = w.ops().sigmoid();
                        return Prepared.rows(w, i -> op.backward(w.input(i), w.gradient(i), w.output(i), w.stream()));
                    },
                    row -> SigmoidReference.sigmoidBackward(row.x(), row.dy(), 1)),
            new BenchOp(
                    Op.LOG_SIGMOID.method("forward"),
                    Traffic.of(1, 1, 0),
                    SigmoidOps::suits,
                    w -> {
                        LogSigmoid op = w.ops().logSigmoid();
                        return Prepared.rows(w, i -> op.forward(w.input(i), w.output(i), w.stream()));
                    },
                    row -> SigmoidReference.logSigmoid(row.x())),
            new BenchOp(
                    Op.LOG_SIGMOID.method("backward"),
                    Traffic.of(2, 1, 0),
                    SigmoidOps::suits,
                    w -> {
                        LogSigmoid op = w.ops().logSigmoid();
                        return Prepared.rows(w, i -> op.backward(w.input(i), w.gradient(i), w.output(i), w.stream()));
                    },
                    row -> SigmoidReference.logSigmoidBackward(row.x(), row.dy(), 1)),
            // The losses of all elements: of a mean nothing is left that a row could be held against.
            new BenchOp(
                    Op.SIGMOID_CROSS_ENTROPY.method("forward"),
                    new Traffic("triad", shape -> 2 * shape.bytes() + losses(shape, shape.rows())),
                    SigmoidOps::suits,
                    w -> {
                        SigmoidCrossEntropyOptions each =
                                SigmoidCrossEntropyOptions.defaults().withReduction(Reduction.NONE);
                        SigmoidCrossEntropy op =
                                w.ops().sigmoidCrossEntropy(each, w.shape().axis());
                        SigmoidCrossEntropyResult result = w.result(op::newResult);
                        return new Prepared(
                                i -> op.forward(w.input(i), targets(w, i), result, w.stream()),
                                row -> lossesOf(w, result, row),
                                losses -> losses);
                    },
                    row -> exact(row, 1).rows()[0].losses()),
            new BenchOp(
                    Op.SIGMOID_CROSS_ENTROPY.method("backward"),
                    Traffic.of(2, 1, 0),
                    SigmoidOps::suits,
                    w -> {
                        SigmoidCrossEntropy op = loss(w);
                        SigmoidCrossEntropyResult result = w.result(op::newResult);
                        op.forward(w.input(0), targets(w, 0), result, w.stream());
                        return Prepared.rows(
                                w,
                                i -> op.backward(
                                        w.input(i), targets(w, i), result, GradScale.ONE, w.output(i), w.stream()));
                    },
                    SigmoidOps::gradient),
            new BenchOp(
                    Op.SIGMOID_CROSS_ENTROPY.method("forwardBackward"),
                    Traffic.of(2, 1, 0),
                    SigmoidOps::suits,
                    w -> {
                        SigmoidCrossEntropy op = loss(w);
                        SigmoidCrossEntropyResult result = w.result(op::newResult);
                        return Prepared.rows(
                                w,
                                i -> op.forwardBackward(
                                        w.input(i), targets(w, i), GradScale.ONE, w.output(i), result, w.stream()));
                    },
                    SigmoidOps::gradient));

    private SigmoidOps() {}

    /** To elements it makes no difference where classes lie, nor how much larger than all caches a tensor is. */
    private static boolean suits(BenchShape shape) {
        return shape.inner() == 1 && shape.bytes() <= LARGE;
    }

    private static SigmoidCrossEntropy loss(Workload w) {
        return w.ops()
                .sigmoidCrossEntropy(
                        SigmoidCrossEntropyOptions.defaults(), w.shape().axis());
    }

    private static BinaryTargets targets(Workload w, int set) {
        return BinaryTargets.of(w.gradient(set));
    }

    private static Tensor lossesOf(Workload w, SigmoidCrossEntropyResult result, long row) {
        Tensor losses = result.elementLosses();
        long address = losses.address() + losses(w.shape(), row);
        return w.ops().wrap(address, losses.dtype(), Shape.of(w.shape().columns()));
    }

    /** The bytes of the losses of so many rows. */
    private static long losses(BenchShape shape, long rows) {
        return rows * shape.columns() * shape.dtype().arithmetic().bytes();
    }

    /** One row of a batch of as many: the gradient of the mean over all elements. */
    private static double[] gradient(BenchRow row) {
        return exact(row, 1.0 / row.shape().rows()).rows()[0].gradient();
    }

    private static SigmoidCrossEntropyReference exact(BenchRow row, double gradScale) {
        double[] scales = new double[row.x().length];
        Arrays.fill(scales, gradScale);
        double[][] x = {row.x()};
        double[][] t = {row.dy()};
        return SigmoidCrossEntropyReference.of(
                new SigmoidCrossEntropyReference.Batch(x, t, null, null, new double[][] {scales}),
                SigmoidCrossEntropyOptions.defaults());
    }
}

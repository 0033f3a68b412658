package io.github.logitops.cli;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.LogSoftmax;
import io.github.logitops.LogitOps;
import io.github.logitops.Softmax;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.GradScale;
import io.github.logitops.op.Mask;
import io.github.logitops.reference.CrossEntropyReference;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.reference.Tolerance;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleBiFunction;
import java.util.function.UnaryOperator;

/** Runs every op on random rows and holds the results against the oracle. */
final class OracleCheck {
    private static final int ROWS = 3;
    private static final double GRAD_SCALE = 256;
    private static final double POISON = -384;

    private final LogitOps ops;
    private final CheckTable table;
    private final Random random;

    OracleCheck(LogitOps ops, CheckTable table, long seed) {
        this.ops = ops;
        this.table = table;
        this.random = new Random(seed);
    }

    /** Checks all ops on rows of this length. */
    void run(DType dtype, int classes) {
        Shape shape = Shape.of(ROWS, classes);
        try (Stream stream = ops.newStream();
                Tensor x = ops.upload(logits(classes), dtype, shape, stream);
                Tensor dy = ops.upload(gaussians(ROWS * classes), dtype, shape, stream);
                Tensor out = ops.empty(dtype, shape)) {
            Buffers buffers = new Buffers(dtype, classes, stream, x, dy, out);
            rowOp(softmax(), buffers);
            rowOp(logSoftmax(), buffers);
            maskedSoftmax(buffers);
            int[] labels = {random.nextInt(classes), 0, classes - 1};
            new LogProbCheck(ops, table, stream, x, buffers.rows(x), out).run(labels);
            new DistillationCheck(ops, table, stream)
                    .run(x, buffers.rows(x), dy, buffers.rows(dy), new long[] {0, -100, classes - 1}, out);
            for (CrossEntropyOptions options : combinations()) {
                crossEntropy(buffers, options, null);
                crossEntropy(buffers, options, weights(classes));
            }
        }
    }

    /** What the ops work on; {@code out} takes what they write. */
    private record Buffers(DType dtype, int classes, Stream stream, Tensor x, Tensor dy, Tensor out) {
        double[][] rows(Tensor tensor) {
            double[] flat = tensor.downloadDoubles(stream);
            double[][] rows = new double[ROWS][];
            for (int n = 0; n < ROWS; n++) {
                rows[n] = Arrays.copyOfRange(flat, n * classes, (n + 1) * classes);
            }
            return rows;
        }

        void poison() {
            double[] poison = new double[ROWS * classes];
            Arrays.fill(poison, POISON);
            out.upload(poison, stream);
        }
    }

    private static List<CrossEntropyOptions> combinations() {
        CrossEntropyOptions defaults = CrossEntropyOptions.defaults();
        return List.of(
                defaults,
                defaults.withReduction(Reduction.SUM).withLabelSmoothing(0.1),
                defaults.withReduction(Reduction.NONE).withLabelSmoothing(1));
    }

    /** Softmax or log-softmax, beside what the oracle calls by the same name. */
    private record RowOp(
            String name,
            Forward forward,
            Backward backward,
            Tolerance tolerance,
            UnaryOperator<double[]> exactForward,
            UnaryOperator<double[]> forwardScale,
            ExactBackward exactBackward,
            ToDoubleBiFunction<double[], double[]> backwardScale) {

        interface Forward {
            void run(Tensor x, Tensor y, Stream stream);
        }

        interface Backward {
            void run(Tensor y, Tensor dy, GradScale gradScale, Tensor dx, Stream stream);
        }

        interface ExactBackward {
            double[] of(double[] y, double[] dy, double gradScale);
        }
    }

    private RowOp softmax() {
        Softmax softmax = ops.softmax();
        return new RowOp(
                "softmax",
                softmax::forward,
                softmax::backward,
                Tolerance.SOFTMAX,
                SoftmaxReference::softmax,
                SoftmaxReference::softmaxScale,
                SoftmaxReference::softmaxBackward,
                SoftmaxReference::softmaxBackwardScale);
    }

    private RowOp logSoftmax() {
        LogSoftmax logSoftmax = ops.logSoftmax();
        return new RowOp(
                "logSoftmax",
                logSoftmax::forward,
                logSoftmax::backward,
                Tolerance.LOSS,
                SoftmaxReference::logSoftmax,
                SoftmaxReference::logSoftmaxScale,
                SoftmaxReference::logSoftmaxBackward,
                SoftmaxReference::logSoftmaxBackwardScale);
    }

    private void rowOp(RowOp op, Buffers buffers) {
        buffers.poison();
        op.forward.run(buffers.x, buffers.out, buffers.stream);
        double[][] x = buffers.rows(buffers.x);
        double[][] y = buffers.rows(buffers.out);
        for (int n = 0; n < ROWS; n++) {
            double[] exact = op.exactForward.apply(x[n]);
            double[] scales = op.forwardScale.apply(x[n]);
            table.add(op.name + ".forward", op.tolerance, buffers.dtype, exact, y[n], scales);
        }
        try (Tensor dx = ops.empty(buffers.dtype, buffers.x.shape())) {
            op.backward.run(buffers.out, buffers.dy, GradScale.of(GRAD_SCALE), dx, buffers.stream);
            double[][] dy = buffers.rows(buffers.dy);
            double[][] actual = buffers.rows(dx);
            for (int n = 0; n < ROWS; n++) {
                double[] exact = op.exactBackward.of(y[n], dy[n], GRAD_SCALE);
                double scale = GRAD_SCALE * op.backwardScale.applyAsDouble(y[n], dy[n]);
                table.add(op.name + ".backward", Tolerance.GRADIENT, buffers.dtype, exact, actual[n], scale);
            }
        }
    }

    /** With the signs of the upstream gradients as a boolean mask. Its backward op is that of softmax. */
    private void maskedSoftmax(Buffers buffers) {
        double[] signs = buffers.rows(buffers.dy)[0];
        boolean[] keep = new boolean[buffers.classes];
        for (int j = 0; j < keep.length; j++) {
            keep[j] = j == 0 || signs[j] > 0; // at least one is seen
        }
        try (Tensor mask = ops.mask(keep, Shape.of(buffers.classes), buffers.stream)) {
            ops.maskedSoftmax().forward(buffers.x, Mask.keep(mask), buffers.out, buffers.stream);
        }
        double[][] z = buffers.rows(buffers.x);
        double[][] y = buffers.rows(buffers.out);
        for (int n = 0; n < ROWS; n++) {
            for (int j = 0; j < keep.length; j++) {
                z[n][j] = keep[j] ? z[n][j] : Double.NEGATIVE_INFINITY;
            }
            double[] exact = SoftmaxReference.maskedSoftmax(z[n]);
            double scale = SoftmaxReference.maskedSoftmaxScale(z[n]);
            table.add("maskedSoftmax.forward", Tolerance.SOFTMAX, buffers.dtype, exact, y[n], scale);
        }
    }

    private void crossEntropy(Buffers buffers, CrossEntropyOptions options, double[] weights) {
        CrossEntropy loss = ops.crossEntropy(options);
        Stream stream = buffers.stream;
        long[] labels = {random.nextInt(buffers.classes), -100, buffers.classes - 1};
        double[] gradScale = new double[ROWS];
        Arrays.fill(gradScale, GRAD_SCALE);
        CrossEntropyReference exact =
                CrossEntropyReference.of(buffers.rows(buffers.x), labels, weights, options, gradScale);
        try (Tensor y = ops.labels(labels, stream);
                Tensor w = weights == null
                        ? null
                        : ops.upload(weights, buffers.dtype.arithmetic(), Shape.of(buffers.classes), stream);
                CrossEntropyResult forward = loss.forward(buffers.x, y, w, stream);
                CrossEntropyResult fused = loss.newResult(buffers.dtype, buffers.x.shape(), stream)) {
            losses("crossEntropy.forward", buffers, options, forward, exact);
            buffers.poison();
            loss.backward(buffers.x, y, w, forward, GradScale.of(GRAD_SCALE), buffers.out, stream);
            double[][] fromLse = buffers.rows(buffers.out);
            buffers.poison();
            loss.forwardBackward(buffers.x, y, w, GradScale.of(GRAD_SCALE), buffers.out, fused, stream);
            double[][] both = buffers.rows(buffers.out);
            losses("crossEntropy.forwardBackward", buffers, options, fused, exact);
            for (int n = 0; n < ROWS; n++) {
                CrossEntropyReference.Row row = exact.rows()[n];
                double savedScale = row.gradientScale() * Math.max(1, Math.abs(row.lse()) / 8);
                Tolerance gradient = Tolerance.GRADIENT;
                table.add("crossEntropy.backward", gradient, buffers.dtype, row.gradient(), fromLse[n], savedScale);
                table.add(
                        "crossEntropy.forwardBackward",
                        gradient,
                        buffers.dtype,
                        row.gradient(),
                        both[n],
                        row.gradientScale());
            }
        }
    }

    private void losses(
            String op,
            Buffers buffers,
            CrossEntropyOptions options,
            CrossEntropyResult result,
            CrossEntropyReference exact) {
        DType dtype = buffers.dtype;
        double[] rowLosses = result.rowLosses().downloadDoubles(buffers.stream);
        for (int n = 0; n < ROWS; n++) {
            CrossEntropyReference.Row row = exact.rows()[n];
            table.addLoss(op, dtype, row.loss(), rowLosses[n], row.lossScale());
        }
        if (options.reduction() != Reduction.NONE) {
            table.addLoss(op, dtype, exact.loss(), result.await(), exact.lossScale());
        }
    }

    /** Logits with a spread of 3, outliers among them; the last row is constant. */
    private double[] logits(int classes) {
        double[] logits = gaussians(ROWS * classes);
        for (int i = 0; i < logits.length; i++) {
            logits[i] *= i % 97 == 13 ? 60 : 3;
        }
        Arrays.fill(logits, (ROWS - 1) * classes, ROWS * classes, 1.75);
        return logits;
    }

    /** Values that F32 holds exactly: weights are not rounded again. */
    private double[] weights(int classes) {
        double[] weights = new double[classes];
        for (int j = 0; j < classes; j++) {
            weights[j] = random.nextFloat() + 0.5f;
        }
        return weights;
    }

    private double[] gaussians(int count) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextGaussian();
        }
        return values;
    }
}

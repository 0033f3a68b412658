package io.github.logitops.pytorch;

import io.github.logitops.SigmoidCrossEntropy;
import io.github.logitops.SigmoidCrossEntropyResult;
import io.github.logitops.memory.BinaryTargets;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.pytorch.TorchExpression.Outcome;
import io.github.logitops.reference.SigmoidCrossEntropyReference;
import io.github.logitops.reference.SigmoidReference;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;
import io.github.logitops.support.Bench;
import io.github.logitops.support.CpuRig;
import io.github.logitops.support.DeviceRows;
import io.github.logitops.support.Geometry;
import java.util.Arrays;

/** Sigmoid, log-sigmoid and sigmoid cross entropy against PyTorch's functions and its autograd. */
class SigmoidAgainstPyTorchTest {
    private static final int CASES = 50;

    /** An op on tensors: forward in place, then backward from PyTorch's output, in place of the upstream gradient. */
    private interface Op {
        void run(Bench bench, Tensor y, Tensor torchs, Tensor dx);
    }

    /** The scale of an output, or of a gradient. */
    private interface Scale {
        double[] of(double[] x, double[] dy);
    }

    @EachPyTorchDType
    void sigmoid(DType dtype) {
        Op op = (bench, y, torchs, dx) -> {
            bench.ops().sigmoid().forward(y, y, bench.stream());
            bench.ops().sigmoid().backward(torchs, dx, dx, bench.stream());
        };
        compare(
                dtype,
                "sigmoid",
                "torch.sigmoid(x)",
                op,
                (x, dy) -> SigmoidReference.sigmoidScale(x),
                (y, dy) -> SigmoidReference.sigmoidBackwardScale(y, dy, 1));
    }

    @EachPyTorchDType
    void logSigmoid(DType dtype) {
        Op op = (bench, y, torchs, dx) -> {
            bench.ops().logSigmoid().forward(y, y, bench.stream());
            bench.ops().logSigmoid().backward(torchs, dx, dx, bench.stream());
        };
        compare(
                dtype,
                "logSigmoid",
                "torch.log_sigmoid(x)",
                op,
                (x, dy) -> SigmoidReference.logSigmoidScale(x),
                // PyTorch's gradient is of the logits: what its output is off by shows in ours, which starts from that.
                SigmoidAgainstPyTorchTest::logSigmoidGradientScale);
    }

    private static double[] logSigmoidGradientScale(double[] y, double[] dy) {
        double[] scale = SigmoidReference.logSigmoidBackwardScale(y, dy, 1);
        for (int j = 0; j < scale.length; j++) {
            scale[j] += 8 * Math.abs(dy[j] * y[j]) * Math.exp(y[j]);
        }
        return scale;
    }

    private static void compare(
            DType dtype, String name, String expression, Op op, Scale forwardScale, Scale backwardScale) {
        Draw draw = new Draw(dtype);
        try (Agreement agreement = new Agreement(dtype)) {
            for (int i = 0; i < CASES; i++) {
                Geometry geometry = draw.geometry();
                double[][] x = draw.logits(geometry);
                double[][] dy = draw.gradients(geometry);
                Outcome torch = TorchExpression.of(dtype)
                        .with("x", geometry.shape(), Draw.flat(geometry, x))
                        .evaluate(expression, Draw.flat(geometry, dy));
                double[][] torchY = Draw.rows(geometry, torch.value());
                double[][] torchDx = Draw.rows(geometry, torch.gradient());
                try (Bench bench = new Bench(new CpuRig())) {
                    DeviceRows y = bench.rows(dtype, geometry, x);
                    DeviceRows dx = bench.rows(dtype, geometry, dy);
                    op.run(
                            bench,
                            y.tensor(),
                            bench.rows(dtype, geometry, torchY).tensor(),
                            dx.tensor());
                    double[][] ours = y.read();
                    double[][] gradient = dx.read();
                    for (int n = 0; n < x.length; n++) {
                        agreement.check(name, 1, forwardScale.of(x[n], dy[n]), torchY[n], ours[n], geometry);
                        double[] scale = backwardScale.of(torchY[n], dy[n]);
                        agreement.check(name + ", gradient", 1, scale, torchDx[n], gradient[n], geometry);
                    }
                }
            }
        }
    }

    /** With the classes along the last axis, over which PyTorch's positive weights broadcast. */
    @EachPyTorchDType
    void sigmoidCrossEntropy(DType dtype) {
        Draw draw = new Draw(dtype);
        try (Agreement agreement = new Agreement(dtype)) {
            for (int i = 0; i < 3 * CASES; i++) {
                Geometry geometry = Geometry.dense(1 + draw.random().nextInt(5), draw.pick(1, 2, 3, 10, 33, 257, 1000));
                checkLoss(draw, agreement, geometry, Reduction.values()[i % 3]);
            }
        }
    }

    private static void checkLoss(Draw draw, Agreement agreement, Geometry geometry, Reduction reduction) {
        DType dtype = draw.dtype();
        double[][] x = draw.logits(geometry);
        double[][] targets = draw.gradients(geometry);
        for (double[] row : targets) {
            Arrays.setAll(row, j -> Math.min(1, Math.abs(row[j])));
        }
        double[][] weights = draw.random().nextBoolean() ? draw.gradients(geometry) : null;
        double[] positive = draw.random().nextBoolean() ? draw.weights(geometry.classes()) : null;
        boolean none = reduction == Reduction.NONE;
        double[][] upstream = draw.gradients(geometry);
        if (!none) {
            Arrays.stream(upstream).forEach(row -> Arrays.fill(row, 2));
        }
        Outcome torch = torch(dtype, geometry, x, targets, weights, positive, upstream, reduction);
        SigmoidCrossEntropyOptions options =
                SigmoidCrossEntropyOptions.defaults().withReduction(reduction);
        SigmoidCrossEntropyReference.Batch batch =
                new SigmoidCrossEntropyReference.Batch(x, targets, positive, weights, upstream);
        SigmoidCrossEntropyReference exact = SigmoidCrossEntropyReference.of(batch, options);
        try (Bench bench = new Bench(new CpuRig())) {
            Stream s = bench.stream();
            SigmoidCrossEntropy op = bench.ops().sigmoidCrossEntropy(options);
            DeviceRows dx = bench.rows(dtype, geometry, x);
            Shape shape = geometry.shape();
            BinaryTargets t = new BinaryTargets(
                    bench.rows(dtype, geometry, targets).tensor(),
                    positive == null ? null : bench.vector(dtype, Shape.of(geometry.classes()), positive),
                    weights == null
                            ? null
                            : bench.rows(dtype, geometry, weights).tensor());
            GradScale scale = none
                    ? GradScale.perRow(bench.vector(dtype, shape, Draw.flat(geometry, upstream)))
                    : GradScale.of(2);
            try (SigmoidCrossEntropyResult result = op.newResult(dtype, shape, s)) {
                op.forwardBackward(dx.tensor(), t, scale, dx.tensor(), result, s);
                String name = "sigmoidCrossEntropy, " + reduction;
                if (none) {
                    double[][] losses =
                            Draw.rows(geometry, result.elementLosses().downloadDoubles(s));
                    double[][] torchs = Draw.rows(geometry, torch.value());
                    for (int n = 0; n < losses.length; n++) {
                        double[] scales = scales(x[n], exact.rows()[n].lossScales());
                        agreement.check(name, 1, scales, torchs[n], losses[n], geometry);
                    }
                } else {
                    double scaleOfSum = exact.lossScale() + ofLinearParts(x, reduction);
                    agreement.check(name, 1, scaleOfSum, torch.value(), new double[] {result.await()}, geometry);
                }
                double divisor = reduction == Reduction.MEAN ? shape.elements() : 1;
                double[][] torchs = Draw.rows(geometry, torch.gradient());
                double[][] gradient = dx.read();
                for (int n = 0; n < gradient.length; n++) {
                    double[] scales = gradientScales(batch, n, divisor, exact.rows()[n].gradientScale());
                    agreement.check(name + ", gradient", 1, scales, torchs[n], gradient[n], geometry);
                }
            }
        }
    }

    /** PyTorch's is the difference of 1 and sigmoid(x), and so is off by roundings of 1, where ours has sigmoid(-x). */
    private static double[] gradientScales(
            SigmoidCrossEntropyReference.Batch batch, int n, double divisor, double[] ours) {
        double[] scales = new double[ours.length];
        for (int j = 0; j < ours.length; j++) {
            double weight = batch.elementWeights() == null ? 1 : batch.elementWeights()[n][j];
            double positive = batch.positiveWeights() == null ? 1 : batch.positiveWeights()[j];
            double size = Math.abs(weight * batch.gradScale()[n][j]) * Math.max(1, positive);
            scales[j] = ours[j] + 4 * size / divisor;
        }
        return scales;
    }

    /** What those of all elements come to. */
    private static double ofLinearParts(double[][] x, Reduction reduction) {
        double sum = 0;
        double elements = 0;
        for (double[] row : x) {
            for (double ofElement : scales(row, new double[row.length])) {
                sum += ofElement;
                elements++;
            }
        }
        return reduction == Reduction.MEAN ? sum / elements : sum;
    }

    /** PyTorch forms (1 - t) x beside what may cancel it: another rounding or two of numbers as large as x. */
    private static double[] scales(double[] x, double[] ours) {
        double[] scales = new double[x.length];
        Arrays.setAll(scales, j -> ours[j] + 4 * Math.abs(x[j]));
        return scales;
    }

    private static Outcome torch(
            DType dtype,
            Geometry geometry,
            double[][] x,
            double[][] targets,
            double[][] weights,
            double[] positive,
            double[][] upstream,
            Reduction reduction) {
        TorchExpression inputs = TorchExpression.of(dtype)
                .with("x", geometry.shape(), Draw.flat(geometry, x))
                .with("t", geometry.shape(), Draw.flat(geometry, targets));
        if (weights != null) {
            inputs.with("w", geometry.shape(), Draw.flat(geometry, weights));
        }
        if (positive != null) {
            inputs.with("p", Shape.of(geometry.classes()), positive);
        }
        int code = reduction == Reduction.NONE ? 0 : reduction == Reduction.MEAN ? 1 : 2;
        String expression = "torch.binary_cross_entropy_with_logits(x, t, %s, %s, %d)"
                .formatted(weights == null ? "None" : "w", positive == null ? "None" : "p", code);
        double[] flat = Draw.flat(geometry, upstream);
        return inputs.evaluate(expression, reduction == Reduction.NONE ? flat : new double[] {2});
    }
}

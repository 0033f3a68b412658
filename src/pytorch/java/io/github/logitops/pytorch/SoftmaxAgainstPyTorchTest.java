package io.github.logitops.pytorch;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Mask;
import io.github.logitops.memory.Tensor;
import io.github.logitops.pytorch.TorchExpression.Outcome;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.CpuRig;
import io.github.logitops.support.DeviceRows;
import io.github.logitops.support.Geometry;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** Softmax, log-softmax and masked softmax against PyTorch's functions and its autograd. */
class SoftmaxAgainstPyTorchTest {
    private static final int CASES = 50;

    @EachPyTorchDType
    void softmax(DType dtype) {
        Draw draw = new Draw(dtype);
        try (Agreement agreement = new Agreement(dtype)) {
            for (int i = 0; i < CASES; i++) {
                Geometry geometry = draw.geometry();
                double[][] x = draw.logits(geometry);
                double[][] dy = draw.gradients(geometry);
                Outcome torch = logits(dtype, geometry, x)
                        .evaluate("torch.softmax(x, " + geometry.axis() + ")", Draw.flat(geometry, dy));
                try (Bench bench = new Bench(new CpuRig())) {
                    var op = bench.ops().softmax(geometry.specAxis());
                    DeviceRows y = bench.rows(dtype, geometry, x);
                    DeviceRows dx = bench.rows(dtype, geometry, dy);
                    op.forward(y.tensor(), y.tensor(), bench.stream());
                    op.backward(torchs(bench, dtype, geometry, torch), dx.tensor(), dx.tensor(), bench.stream());
                    double[][] scales = scales(x, SoftmaxReference::softmaxScale);
                    checkProbabilities("softmax", agreement, geometry, torch, scales, y.read(), dy, dx.read());
                }
            }
        }
    }

    @EachPyTorchDType
    void logSoftmax(DType dtype) {
        Draw draw = new Draw(dtype);
        try (Agreement agreement = new Agreement(dtype)) {
            for (int i = 0; i < CASES; i++) {
                Geometry geometry = draw.geometry();
                double[][] x = draw.logits(geometry);
                double[][] dy = draw.gradients(geometry);
                Outcome torch = logits(dtype, geometry, x)
                        .evaluate("torch.log_softmax(x, " + geometry.axis() + ")", Draw.flat(geometry, dy));
                try (Bench bench = new Bench(new CpuRig())) {
                    var op = bench.ops().logSoftmax(geometry.specAxis());
                    DeviceRows y = bench.rows(dtype, geometry, x);
                    DeviceRows dx = bench.rows(dtype, geometry, dy);
                    op.forward(y.tensor(), y.tensor(), bench.stream());
                    op.backward(torchs(bench, dtype, geometry, torch), dx.tensor(), dx.tensor(), bench.stream());
                    double[][] scales = scales(x, SoftmaxReference::logSoftmaxScale);
                    checkLogProbabilities(agreement, geometry, torch, scales, y.read(), dy, dx.read());
                }
            }
        }
    }

    /** Masks of [queries, keys] and [batch, 1, 1, keys] for scores of [batch, heads, queries, keys]; each row sees a key. */
    @EachPyTorchDType
    void maskedSoftmax(DType dtype) {
        Draw draw = new Draw(dtype);
        try (Agreement agreement = new Agreement(dtype)) {
            for (int i = 0; i < CASES; i++) {
                int queries = 1 + draw.random().nextInt(5);
                int keys = queries + draw.random().nextInt(40);
                int batch = 1 + draw.random().nextInt(3);
                Geometry geometry = Geometry.dense(batch, 2, queries, keys);
                Shape maskShape = draw.pick(Shape.of(queries, keys), Shape.of(batch, 1, 1, keys));
                boolean[] hidden = new boolean[(int) maskShape.elements()];
                for (int k = 0; k < hidden.length; k++) {
                    hidden[k] = k % keys > 0 && draw.random().nextInt(3) == 0;
                }
                checkMasked(draw, agreement, geometry, maskShape, hidden);
            }
        }
    }

    private static void checkMasked(
            Draw draw, Agreement agreement, Geometry geometry, Shape maskShape, boolean[] hidden) {
        DType dtype = draw.dtype();
        double[][] x = draw.logits(geometry);
        double[][] dy = draw.gradients(geometry);
        boolean causal = draw.random().nextBoolean();
        boolean additive = draw.random().nextBoolean();
        double[] bias = new double[hidden.length];
        boolean[] kept = new boolean[hidden.length];
        for (int k = 0; k < hidden.length; k++) {
            bias[k] = hidden[k] ? Double.NEGATIVE_INFINITY : draw.random().nextInt(9) * 0.25 - 1;
            kept[k] = !hidden[k];
        }
        String z = additive ? "torch.add(x, bias)" : "torch.masked_fill(x, hidden, -inf)";
        if (causal) {
            long later = geometry.classes() - geometry.shape().extent(2);
            z = "torch.masked_fill(%s, torch.eq(torch.tril(torch.ones_like(x), %d), 0), -inf)".formatted(z, later);
        }
        TorchExpression inputs =
                logits(dtype, geometry, x).with("bias", maskShape, bias).mask("hidden", maskShape, hidden);
        double[] upstream = Draw.flat(geometry, dy);
        double[][] masked = Draw.rows(geometry, inputs.evaluate(z, upstream).value());
        Outcome torch = inputs.evaluate("torch.softmax(" + z + ", 3)", upstream);
        try (Bench bench = new Bench(new CpuRig())) {
            Tensor tensor = additive
                    ? bench.vector(dtype, maskShape, bias)
                    : bench.keep(bench.ops().mask(kept, maskShape, bench.stream()));
            Mask mask = additive ? Mask.additive(tensor) : Mask.keep(tensor);
            DeviceRows y = bench.rows(dtype, geometry, x);
            DeviceRows dx = bench.rows(dtype, geometry, dy);
            var op = bench.ops().maskedSoftmax();
            op.forward(y.tensor(), causal ? mask.andCausal() : mask, y.tensor(), bench.stream());
            op.backward(torchs(bench, dtype, geometry, torch), dx.tensor(), GradScale.ONE, dx.tensor(), bench.stream());
            String name = additive ? "maskedSoftmax, additive mask" : "maskedSoftmax, boolean mask";
            double[][] scales = scales(masked, row -> SoftmaxReference.maskedSoftmaxScale(row, additive));
            checkProbabilities(name, agreement, geometry, torch, scales, y.read(), dy, dx.read());
        }
    }

    /** PyTorch's result, which both gradients start from: so their difference is that of the backward ops alone. */
    private static Tensor torchs(Bench bench, DType dtype, Geometry geometry, Outcome torch) {
        return bench.rows(dtype, geometry, Draw.rows(geometry, torch.value())).tensor();
    }

    private static TorchExpression logits(DType dtype, Geometry geometry, double[][] x) {
        return TorchExpression.of(dtype).with("x", geometry.shape(), Draw.flat(geometry, x));
    }

    private static double[][] scales(double[][] x, UnaryOperator<double[]> scale) {
        return Arrays.stream(x).map(scale).toArray(double[][]::new);
    }

    private static void checkProbabilities(
            String op,
            Agreement agreement,
            Geometry geometry,
            Outcome torch,
            double[][] scales,
            double[][] y,
            double[][] dy,
            double[][] dx) {
        double share = Agreement.share(geometry);
        double[][] torchY = Draw.rows(geometry, torch.value());
        double[][] torchDx = Draw.rows(geometry, torch.gradient());
        for (int n = 0; n < y.length; n++) {
            agreement.check(op, share, scales[n], torchY[n], y[n], geometry);
            double[] gradientScale = SoftmaxReference.softmaxBackwardScale(torchY[n], dy[n], 1);
            agreement.check(op + ", gradient", share, gradientScale, torchDx[n], dx[n], geometry);
        }
    }

    private static void checkLogProbabilities(
            Agreement agreement,
            Geometry geometry,
            Outcome torch,
            double[][] scales,
            double[][] y,
            double[][] dy,
            double[][] dx) {
        double share = Agreement.share(geometry);
        double[][] torchY = Draw.rows(geometry, torch.value());
        double[][] torchDx = Draw.rows(geometry, torch.gradient());
        for (int n = 0; n < y.length; n++) {
            agreement.check("logSoftmax", share, scales[n], torchY[n], y[n], geometry);
            double[] gradientScale = SoftmaxReference.logSoftmaxBackwardScale(torchY[n], dy[n], 1);
            agreement.check("logSoftmax, gradient", share, gradientScale, torchDx[n], dx[n], geometry);
        }
    }
}

package io.github.logitops.pytorch;

import io.github.logitops.EntropyResult;
import io.github.logitops.LogSumExpResult;
import io.github.logitops.SelectedLogProbResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.pytorch.TorchExpression.Outcome;
import io.github.logitops.reference.LogProbReference;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.support.Bench;
import io.github.logitops.support.CpuRig;
import io.github.logitops.support.DeviceRows;
import io.github.logitops.support.Geometry;
import java.util.stream.IntStream;

/** The ops with one number for each row, against PyTorch's functions and its autograd. */
class RowValuesAgainstPyTorchTest {
    private static final int CASES = 50;

    /** A drawn batch. */
    private record Rows(DType dtype, Geometry geometry, double[][] x, long[] labels, double[] upstream) {
        static Rows of(Draw draw) {
            Geometry geometry = draw.geometry();
            return new Rows(
                    draw.dtype(), geometry, draw.logits(geometry), draw.labels(geometry), draw.perRow(geometry));
        }

        double[] scales(Scale scale) {
            return IntStream.range(0, x.length)
                    .mapToDouble(n -> scale.of(x[n], (int) labels[n]))
                    .toArray();
        }

        /** Of an expression with x, y and an axis wherever it says %1$d. */
        Outcome torch(String expression) {
            return TorchExpression.of(dtype)
                    .with("x", geometry.shape(), Draw.flat(geometry, x))
                    .labels("y", geometry.rowShape(), labels)
                    .evaluate(expression.formatted(geometry.axis()), upstream);
        }
    }

    /** An op on tensors. */
    private interface Op {
        /** Fills dx and returns the value of each row. */
        double[] run(Bench bench, Rows rows, Tensor x, GradScale upstream, Tensor dx);
    }

    @EachPyTorchDType
    void logSumExp(DType dtype) {
        compare(
                dtype,
                "logSumExp",
                "torch.logsumexp(x, [%1$d])",
                (bench, rows, x, upstream, dx) -> {
                    var op = bench.ops().logSumExp(rows.geometry().specAxis());
                    try (LogSumExpResult result = op.forward(x, bench.stream())) {
                        op.backward(x, result, upstream, dx, bench.stream());
                        return result.lse().downloadDoubles(bench.stream());
                    }
                },
                (x, label) -> SoftmaxReference.logSumExpScale(x),
                (x, label, g) -> LogProbReference.logSumExpBackwardScale(x, g));
    }

    @EachPyTorchDType
    void selectedLogProb(DType dtype) {
        compare(
                dtype,
                "selectedLogProb",
                "torch.squeeze(torch.gather(torch.log_softmax(x, %1$d), %1$d, torch.unsqueeze(y, %1$d)), %1$d)",
                (bench, rows, x, upstream, dx) -> {
                    var op = bench.ops()
                            .selectedLogProb(
                                    SelectedLogProbOptions.defaults(),
                                    rows.geometry().specAxis());
                    Tensor y = bench.labels(DType.I64, rows.geometry().rowShape(), rows.labels());
                    try (SelectedLogProbResult result = op.forward(x, y, bench.stream())) {
                        op.backward(x, y, result, upstream, dx, bench.stream());
                        return result.logProbs().downloadDoubles(bench.stream());
                    }
                },
                LogProbReference::selectedLogProbScale,
                LogProbReference::selectedLogProbBackwardScale);
    }

    @EachPyTorchDType
    void entropy(DType dtype) {
        compare(
                dtype,
                "entropy",
                "torch.neg(torch.sum(torch.mul(torch.softmax(x, %1$d), torch.log_softmax(x, %1$d)), [%1$d]))",
                (bench, rows, x, upstream, dx) -> {
                    var op = bench.ops().entropy(rows.geometry().specAxis());
                    try (EntropyResult result = op.forward(x, bench.stream())) {
                        op.backward(x, result, upstream, dx, bench.stream());
                        return result.entropy().downloadDoubles(bench.stream());
                    }
                },
                (x, label) -> LogProbReference.entropyScale(x),
                (x, label, g) -> LogProbReference.entropyBackwardScale(x, g));
    }

    /** The scale of a row's value. */
    private interface Scale {
        double of(double[] x, int label);
    }

    /** The scale of a row's gradient, element by element. */
    private interface GradientScale {
        double[] of(double[] x, int label, double upstream);
    }

    private static void compare(
            DType dtype, String name, String expression, Op op, Scale forwardScale, GradientScale backwardScale) {
        Draw draw = new Draw(dtype);
        try (Agreement agreement = new Agreement(dtype)) {
            for (int i = 0; i < CASES; i++) {
                Rows rows = Rows.of(draw);
                Outcome torch = rows.torch(expression);
                Geometry geometry = rows.geometry();
                try (Bench bench = new Bench(new CpuRig())) {
                    DeviceRows x = bench.rows(dtype, geometry, rows.x());
                    DeviceRows dx = bench.poisoned(dtype, geometry);
                    GradScale upstream = GradScale.perRow(bench.vector(dtype, geometry.rowShape(), rows.upstream()));
                    double[] values = op.run(bench, rows, x.tensor(), upstream, dx.tensor());
                    double[] scales = rows.scales(forwardScale);
                    double share = Agreement.share(geometry);
                    agreement.check(name, share, scales, torch.value(), values, geometry);
                    checkGradient(name, agreement, rows, torch, dx.read(), backwardScale);
                }
            }
        }
    }

    private static void checkGradient(
            String name, Agreement agreement, Rows rows, Outcome torch, double[][] dx, GradientScale backwardScale) {
        Geometry geometry = rows.geometry();
        double[][] torchDx = Draw.rows(geometry, torch.gradient());
        for (int n = 0; n < dx.length; n++) {
            // PyTorch's gradient of logsumexp is exp(x - lse), from the rounded lse.
            double lse = name.equals("logSumExp") ? SoftmaxReference.logSumExp(rows.x()[n]) : 0;
            double share = Agreement.share(geometry) * Agreement.rounding(lse);
            double[] scales = backwardScale.of(rows.x()[n], (int) rows.labels()[n], rows.upstream()[n]);
            agreement.check(name + ", gradient", share, scales, torchDx[n], dx[n], geometry);
        }
    }
}

package io.github.logitops.pytorch;

import io.github.logitops.CrossEntropyResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.pytorch.TorchExpression.Outcome;
import io.github.logitops.reference.CrossEntropyReference;
import io.github.logitops.reference.Targets;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.CpuRig;
import io.github.logitops.support.DeviceRows;
import io.github.logitops.support.Geometry;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A cross entropy, computed by PyTorch's {@code cross_entropy_loss} and by LogitOps. What PyTorch's has no option for goes
 * around it: scale and soft cap before, z-loss after.
 *
 * @param labelType of our labels, or null where targets are probabilities
 * @param gradScale by row where nothing is reduced, else one number in the first element
 */
record CrossEntropySample(
        DType dtype,
        Geometry geometry,
        double[][] x,
        DType labelType,
        Targets targets,
        double[] weights,
        CrossEntropyOptions options,
        double[] gradScale) {

    void compare(Agreement agreement) {
        double[] scales = gradScale.clone();
        if (reduced()) {
            Arrays.fill(scales, gradScale[0]);
        }
        CrossEntropyReference sizes = CrossEntropyReference.of(x, targets, weights, options, scales);
        Outcome torch = torch();
        try (Bench bench = new Bench(new CpuRig())) {
            Stream stream = bench.stream();
            DeviceRows logits = bench.rows(dtype, geometry, x);
            Tensor y = labelType == null
                    ? bench.rows(dtype, geometry, targets.probabilities()).tensor()
                    : bench.labels(labelType, geometry.rowShape(), targets.labels());
            Tensor w = weights == null ? null : bench.vector(dtype, Shape.of(weights.length), weights);
            GradScale scale = reduced()
                    ? GradScale.of(gradScale[0])
                    : GradScale.perRow(bench.vector(dtype, geometry.rowShape(), gradScale));
            DeviceRows dx = bench.poisoned(dtype, geometry);
            var op = bench.ops().crossEntropy(options, geometry.specAxis());
            try (CrossEntropyResult result = op.forward(logits.tensor(), y, w, stream)) {
                checkLoss(agreement, torch, result, sizes, stream);
                op.backward(logits.tensor(), y, w, result, scale, dx.tensor(), stream);
                checkGradient(agreement, "gradient from a result", torch, dx.read(), sizes);
                op.forwardBackward(logits.tensor(), y, w, scale, logits.tensor(), result, stream);
                checkGradient(agreement, "gradient", torch, logits.read(), sizes);
            }
        }
    }

    private boolean reduced() {
        return options.reduction() != Reduction.NONE;
    }

    private void checkLoss(
            Agreement agreement, Outcome torch, CrossEntropyResult result, CrossEntropyReference sizes, Stream stream) {
        String name = "crossEntropy " + kind() + ", loss " + options.reduction();
        if (reduced()) {
            double share = IntStream.range(0, x.length)
                    .mapToDouble(n -> share(n, sizes))
                    .max()
                    .orElse(1);
            double[] ours = {result.await()};
            agreement.check(name, share, sizes.lossScale(), torch.value(), ours, this);
            return;
        }
        double[] scales = Arrays.stream(sizes.rows())
                .mapToDouble(CrossEntropyReference.Row::lossScale)
                .toArray();
        double[] ours = result.rowLosses().downloadDoubles(stream);
        for (int n = 0; n < ours.length; n++) {
            double[] one = {torch.value()[n]};
            agreement.check(name, share(n, sizes), scales[n], one, new double[] {ours[n]}, this);
        }
    }

    private void checkGradient(
            Agreement agreement, String what, Outcome torch, double[][] ours, CrossEntropyReference sizes) {
        String name = "crossEntropy " + kind() + ", " + what;
        double[][] expected = Draw.rows(geometry, torch.gradient());
        for (int n = 0; n < ours.length; n++) {
            double[] scales = sizes.rows()[n].gradientScale();
            agreement.check(name, share(n, sizes), scales, expected[n], ours[n], this);
        }
    }

    private String kind() {
        return labelType == null ? "probabilities" : "labels";
    }

    /** PyTorch rounds scaled logits (our bounds know capped ones to be rounded), and for the z-loss has exp(z - lse). */
    private double share(int n, CrossEntropyReference sizes) {
        double a = options.softCap().isPresent() ? 1 : options.logitScale();
        double[] z =
                a == 1 ? new double[0] : Arrays.stream(x[n]).map(v -> a * v).toArray();
        double lse = options.zLoss() == 0 ? 0 : sizes.rows()[n].lse();
        return Agreement.shareOfLoss(geometry) * Math.max(Agreement.rounding(z), Agreement.rounding(lse));
    }

    private Outcome torch() {
        boolean alone = geometry.shape().rank() == 1;
        String classesSecond = alone ? "%s" : "torch.movedim(%s, " + geometry.axis() + ", 1)";
        String z = classesSecond.formatted("x");
        if (options.logitScale() != 1) {
            z = "torch.mul(" + z + ", " + options.logitScale() + ")";
        }
        if (options.softCap().isPresent()) {
            double cap = options.softCap().getAsDouble();
            z = "torch.mul(torch.tanh(torch.div(%s, %s)), %s)".formatted(z, cap, cap);
        }
        String loss = "torch.cross_entropy_loss(%s, %s, %s, %d, %d, %s)"
                .formatted(
                        z,
                        labelType == null ? classesSecond.formatted("y") : "y",
                        weights == null ? "None" : "w",
                        reductionCode(),
                        options.ignoreIndex().orElse(-100),
                        options.labelSmoothing());
        if (options.zLoss() != 0) {
            String each = "torch.mul(torch.square(torch.logsumexp(%s, [%d])), share)".formatted(z, alone ? 0 : 1);
            loss = "torch.add(" + loss + ", " + (reduced() ? "torch.sum(" + each + ")" : each) + ")";
        }
        return inputs().evaluate(loss, reduced() ? new double[] {gradScale[0]} : gradScale);
    }

    /** As PyTorch numbers them. */
    private int reductionCode() {
        return switch (options.reduction()) {
            case NONE -> 0;
            case MEAN -> 1;
            case SUM -> 2;
        };
    }

    private TorchExpression inputs() {
        TorchExpression inputs = TorchExpression.of(dtype).with("x", geometry.shape(), Draw.flat(geometry, x));
        if (labelType == null) {
            inputs.with("y", geometry.shape(), Draw.flat(geometry, targets.probabilities()));
        } else {
            inputs.labels("y", geometry.rowShape(), targets.labels());
        }
        if (weights != null) {
            inputs.with("w", Shape.of(weights.length), weights);
        }
        double[] shares = new double[x.length];
        long counted = 0;
        for (int n = 0; n < shares.length; n++) {
            boolean counts = labelType == null || !options.ignores(targets.labels()[n]);
            shares[n] = counts ? options.zLoss() : 0;
            counted += counts ? 1 : 0;
        }
        for (int n = 0; n < shares.length && options.reduction() == Reduction.MEAN && counted > 0; n++) {
            shares[n] /= counted;
        }
        return inputs.with("share", geometry.rowShape(), shares);
    }

    @Override
    public String toString() {
        return geometry + " " + kind() + " " + options + (weights == null ? "" : " weighted");
    }
}

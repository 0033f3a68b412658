package io.github.logitops.reference;

import io.github.logitops.reference.CrossEntropyReference.Divisors;
import io.github.logitops.reference.CrossEntropyReference.Row;
import io.github.logitops.spec.CrossEntropyOptions;

/** One row of {@link CrossEntropyReference}. */
final class CrossEntropyRow {
    private CrossEntropyRow() {}

    static Row of(
            double[] x,
            int n,
            Targets targets,
            double[] weights,
            CrossEntropyOptions options,
            double gradScale,
            Divisors divisors) {
        int classes = x.length;
        double[] z = logits(x, options);
        double lse = SoftmaxReference.logSumExp(z);
        double lseScale = SoftmaxReference.logSumExpScale(z);
        double entropy = SoftmaxReference.entropy(z);
        double entropyScale = options.softCap().isPresent() ? lseScale : Math.max(1, entropy);
        int argmax = SoftmaxReference.argmax(x);
        boolean counts = targets.counts(n, classes, options);
        if (!counts || !Double.isFinite(lse)) {
            double loss = targets.isIgnored(n, options) ? 0 : Double.NaN;
            double[] gradient = SoftmaxReference.filled(classes, counts ? Double.NaN : 0);
            double zLoss = counts && options.zLoss() != 0 ? Double.NaN : 0;
            return new Row(loss, 0, zLoss, 0, lse, lseScale, argmax, entropy, entropyScale, gradient, 0);
        }
        double[] target = targets.of(n, weights, classes, options.labelSmoothing());
        double targetSum = CompensatedSum.of(target);
        double[] p = SoftmaxReference.softmax(z);
        double[] logP = SoftmaxReference.logSoftmax(z);
        double zLoss = options.zLoss() * lse * lse;
        double zLossScale = options.zLoss() * lseScale * lseScale;
        double zLossSlope = 2 * options.zLoss() * divisors.ofLosses() / divisors.ofZLosses();

        CompensatedSum loss = new CompensatedSum();
        CompensatedSum targetSize = new CompensatedSum();
        CompensatedSum termSize = new CompensatedSum();
        double[] gradient = new double[classes];
        double factor = gradScale / divisors.ofLosses();
        double gradientScale = 0;
        for (int j = 0; j < classes; j++) {
            if (target[j] != 0) {
                loss.add(-target[j] * logP[j]);
                targetSize.add(Math.abs(target[j]));
                termSize.add(Math.abs(target[j] * z[j]));
            }
            double ofZ = p[j] * (targetSum + zLossSlope * lse) - target[j];
            gradient[j] = ofZ * slope(x[j], options) * factor;
            double ofTargets = Math.abs(p[j]) * (Math.abs(targetSum) + Math.abs(zLossSlope) * lseScale);
            gradientScale = Math.max(gradientScale, ofTargets + Math.abs(target[j]));
        }
        double lossScale = Math.max(lseScale * targetSize.value(), termSize.value());
        gradientScale *= Math.abs(options.logitScale() * factor) * roundingOfLogits(z, options);
        return new Row(
                loss.value(),
                lossScale,
                zLoss,
                zLossScale,
                lse,
                lseScale,
                argmax,
                entropy,
                entropyScale,
                gradient,
                gradientScale);
    }

    private static double[] logits(double[] x, CrossEntropyOptions options) {
        double[] z = new double[x.length];
        for (int j = 0; j < x.length; j++) {
            double scaled = options.logitScale() * x[j];
            double cap = options.softCap().orElse(0);
            z[j] = cap == 0 ? scaled : cap * Math.tanh(scaled / cap);
        }
        return z;
    }

    /** dz/dx: with a soft cap a (1 - tanh²) = a / cosh². */
    private static double slope(double x, CrossEntropyOptions options) {
        double a = options.logitScale();
        if (options.softCap().isEmpty()) {
            return a;
        }
        double cosh = Math.cosh(a * x / options.softCap().getAsDouble());
        return a / (cosh * cosh);
    }

    /** Capped logits are rounded before anything is computed from them: a relative error of |z| ulp in every probability. */
    private static double roundingOfLogits(double[] z, CrossEntropyOptions options) {
        double size = 0;
        for (double value : z) {
            size = Math.max(size, options.softCap().isPresent() ? Math.abs(value) : 0);
        }
        return Math.max(1, size / 8);
    }
}

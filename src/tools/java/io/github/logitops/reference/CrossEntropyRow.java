package io.github.logitops.reference;

import io.github.logitops.reference.CrossEntropyReference.Divisors;
import io.github.logitops.reference.CrossEntropyReference.Row;
import io.github.logitops.spec.CrossEntropyOptions;

/**
 * One row of {@link CrossEntropyReference}. With t_j = z_j - max z and log p_j = t_j - log S it is
 *
 * <pre>
 * loss       = sum_j T_j (log S - t_j) + lambda lse²
 * gradient_j = (p_j S' - T_j) slope_j g a / W        S' = sum_j T_j + 2 lambda (W / N) lse
 * </pre>
 */
final class CrossEntropyRow {
    /** Half the distance of F32's smallest numbers, in roundings: what a product may lose before it meets a large factor, and a target. */
    private static final double SUBNORMAL = 0x1p-126;

    private final CrossEntropyOptions options;
    private final double[] x;
    private final int classes;
    private final Logits logits;
    private final ExactRow exact;
    private final Roundings roundings;
    private final DoubleDouble lse;

    private CrossEntropyRow(double[] x, CrossEntropyOptions options) {
        this.options = options;
        this.x = x;
        classes = x.length;
        logits = Logits.of(options);
        exact = new ExactRow(x, logits);
        roundings = Roundings.of(x, logits);
        lse = exact.lse();
    }

    static Row of(
            double[] x,
            int n,
            Targets targets,
            double[] weights,
            CrossEntropyOptions options,
            double gradScale,
            Divisors divisors) {
        CrossEntropyRow row = new CrossEntropyRow(x, options);
        boolean counts = targets.counts(n, x.length, options);
        if (!counts || !row.exact.regular()) {
            return row.withoutTargets(counts, targets.isIgnored(n, options));
        }
        DoubleDouble[] target = targets.of(n, weights, x.length, options.labelSmoothing());
        double[] sizes = targets.sizes(n, weights, x.length, options.labelSmoothing());
        return row.against(target, sizes, targets.spread(options.labelSmoothing()), gradScale, divisors);
    }

    private Row withoutTargets(boolean counts, boolean ignored) {
        double loss = ignored ? 0 : Double.NaN;
        double[] gradient = SoftmaxReference.filled(classes, counts ? Double.NaN : 0);
        double zLoss = counts && options.zLoss() != 0 ? Double.NaN : 0;
        return result(loss, 0, zLoss, 0, gradient, new double[classes]);
    }

    private Row against(DoubleDouble[] target, double[] sizes, boolean spread, double gradScale, Divisors divisors) {
        DoubleDoubleSum loss = new DoubleDoubleSum();
        DoubleDoubleSum targetSum = new DoubleDoubleSum();
        double targetSize = 0;
        double lossScale = 0;
        for (int j = 0; j < classes; j++) {
            if (target[j].value() != 0) { // else nothing is added, wherever the logit is
                loss.add(target[j].times(exact.logP(j)).negated());
                targetSum.add(target[j]);
                targetSize += sizes[j];
                lossScale += (sizes[j] + SUBNORMAL) * (spread ? roundings.spreadLoss(j) : roundings.labelLoss(j));
            }
        }
        double lambda = options.zLoss();
        double zLossScale = lambda == 0 ? 0 : zLossScale(lambda, Math.abs(lse.value()), roundings.lse());
        DoubleDouble ofLse = lambda == 0
                ? DoubleDouble.ZERO
                : divisors.ofLosses().dividedBy(divisors.ofZLosses()).times(2).times(lambda);
        DoubleDouble ofP = lambda == 0 ? targetSum.value() : ofLse.times(lse).plus(targetSum.value());
        DoubleDouble factor =
                DoubleDouble.product(gradScale, options.logitScale()).dividedBy(divisors.ofLosses());
        double offOfP = (4 + Roundings.SUM) * targetSize
                + Math.abs(ofLse.value()) * (3 * Math.abs(lse.value()) + roundings.lse())
                + Math.abs(ofP.value());
        double[] gradient = new double[classes];
        double[] gradientScale = new double[classes];
        for (int j = 0; j < classes; j++) {
            DoubleDouble ofZ = exact.p(j).times(ofP).minus(target[j]);
            DoubleDouble slope = logits.slope(x[j]);
            gradient[j] = ofZ.value() == 0 && Double.isInfinite(factor.value())
                    ? 0 // the factor is a product of finite numbers
                    : ofZ.times(factor).times(slope).value();
            double roundingsOfZ = roundings.probability(j) * Math.abs(ofP.value())
                    + roundings.p(j) * offOfP
                    + 4 * sizes[j]
                    + 6 * Math.abs(ofZ.value())
                    + SUBNORMAL;
            gradientScale[j] = Math.abs(factor.value()) * ofSlope(slope, ofZ, roundingsOfZ);
        }
        double zLoss = lambda == 0 ? 0 : lse.times(lse).times(lambda).value();
        return result(loss.value().value(), lossScale, zLoss, zLossScale, gradient, gradientScale);
    }

    /** Of the gradient by z times the slope, 1 - (z / c)^2: it is as far off as z is, twice, and rounded on the scale of 1. */
    private double ofSlope(DoubleDouble slope, DoubleDouble ofZ, double roundingsOfZ) {
        double ofSlope = logits.capped() ? 22 * Math.abs(ofZ.value()) : 0;
        return Math.abs(slope.value()) * roundingsOfZ + ofSlope;
    }

    private Row result(
            double plainLoss,
            double plainLossScale,
            double zLoss,
            double zLossScale,
            double[] gradient,
            double[] gradientScale) {
        return new Row(
                plainLoss,
                plainLossScale,
                zLoss,
                zLossScale,
                lse.value(),
                roundings.lse(),
                SoftmaxReference.argmax(x),
                exact.entropy().value(),
                roundings.entropy(),
                gradient,
                gradientScale);
    }

    /** Of lambda lse^2, from the lse's, whose square counts where the lse is nearly 0. */
    private static double zLossScale(double lambda, double lse, double lseScale) {
        return lambda * (3 * lse * lse + 2 * lse * lseScale + lseScale * lseScale * 0x1p-24);
    }
}

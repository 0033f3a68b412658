package io.github.logitops.reference;

import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Reduction;

/**
 * Cross entropy of a batch, as the definition says, in double with compensated sums. Slow and plain on purpose.
 *
 * <p>Beside each result stands its scale: the size of the terms before they cancel, which is what errors are measured by
 * ({@link Tolerance}).
 *
 * @param loss the reduced loss; NaN for NONE
 * @param lossScale its scale
 * @param countedRows rows whose label is neither ignored nor out of range
 * @param firstBadRow the first row whose label is out of range, or -1
 * @param rows the results row by row
 */
public record CrossEntropyReference(double loss, double lossScale, long countedRows, int firstBadRow, Row[] rows) {

    /**
     * The results of one row.
     *
     * @param loss its loss
     * @param lossScale the scale of its loss
     * @param lse its log-sum-exp
     * @param lseScale the scale of its log-sum-exp
     * @param gradient the gradient of the reduced loss with respect to its logits, times its grad scale
     * @param gradientScale the scale of the gradient
     */
    public record Row(
            double loss, double lossScale, double lse, double lseScale, double[] gradient, double gradientScale) {}

    /**
     * Computes a batch.
     *
     * @param logits by row and class
     * @param labels by row
     * @param weights by class, or null for 1 each
     * @param options the numbers
     * @param gradScale by row: what its gradient is multiplied by
     */
    public static CrossEntropyReference of(
            double[][] logits, long[] labels, double[] weights, CrossEntropyOptions options, double[] gradScale) {
        long counted = 0;
        int firstBad = -1;
        CompensatedSum weightSum = new CompensatedSum();
        for (int n = 0; n < logits.length; n++) {
            if (options.ignores(labels[n])) {
                continue;
            }
            if (labels[n] >= 0 && labels[n] < logits[n].length) {
                counted++;
                weightSum.add(weights == null ? 1 : weights[(int) labels[n]]);
            } else if (firstBad < 0) {
                firstBad = n;
            }
        }
        double divisor = options.reduction() == Reduction.MEAN ? weightSum.value() : 1;
        if (divisor == 0) {
            divisor = Double.NaN; // nothing counted, or weights that cancel
        }
        CompensatedSum sum = new CompensatedSum();
        CompensatedSum scale = new CompensatedSum();
        Row[] rows = new Row[logits.length];
        for (int n = 0; n < logits.length; n++) {
            rows[n] = row(logits[n], labels[n], weights, options, gradScale[n] / divisor);
            sum.add(rows[n].loss);
            scale.add(rows[n].lossScale);
        }
        boolean reduced = options.reduction() != Reduction.NONE;
        double loss = reduced ? sum.value() / divisor : Double.NaN;
        return new CrossEntropyReference(loss, scale.value() / Math.abs(divisor), counted, firstBad, rows);
    }

    private static Row row(double[] x, long label, double[] weights, CrossEntropyOptions options, double factor) {
        int classes = x.length;
        double lse = SoftmaxReference.logSumExp(x);
        double lseScale = SoftmaxReference.logSumExpScale(x);
        if (options.ignores(label)) {
            return new Row(0, 0, lse, lseScale, new double[classes], 0);
        }
        if (label < 0 || label >= classes) {
            return new Row(Double.NaN, 0, lse, lseScale, new double[classes], 0);
        }
        if (!Double.isFinite(lse)) {
            return new Row(Double.NaN, 0, lse, lseScale, SoftmaxReference.filled(classes, Double.NaN), 0);
        }
        double e = options.labelSmoothing();
        double[] target = new double[classes];
        for (int j = 0; j < classes; j++) {
            double q = (j == label ? 1 - e : 0) + e / classes;
            target[j] = q == 0 ? 0 : q * (weights == null ? 1 : weights[j]);
        }
        double targetSum = CompensatedSum.of(target);
        double[] p = SoftmaxReference.softmax(x);
        double[] logP = SoftmaxReference.logSoftmax(x);

        CompensatedSum loss = new CompensatedSum();
        CompensatedSum targetSize = new CompensatedSum();
        CompensatedSum termSize = new CompensatedSum();
        double[] gradient = new double[classes];
        double gradientScale = 0;
        for (int j = 0; j < classes; j++) {
            if (target[j] != 0) {
                loss.add(-target[j] * logP[j]);
                targetSize.add(Math.abs(target[j]));
                termSize.add(Math.abs(target[j] * x[j]));
            }
            gradient[j] = (p[j] * targetSum - target[j]) * factor;
            gradientScale = Math.max(gradientScale, Math.abs(p[j] * targetSum) + Math.abs(target[j]));
        }
        double lossScale = Math.max(1, Math.max(lseScale * targetSize.value(), termSize.value()));
        return new Row(loss.value(), lossScale, lse, lseScale, gradient, gradientScale * Math.abs(factor));
    }
}

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
 * @param zLoss what of it is z-loss
 * @param zLossScale its scale
 * @param countedRows rows whose label is neither ignored nor out of range
 * @param correctRows counted rows whose argmax is their target
 * @param firstBadRow the first row whose label is out of range, or -1
 * @param rows the results row by row
 */
public record CrossEntropyReference(
        double loss,
        double lossScale,
        double zLoss,
        double zLossScale,
        long countedRows,
        long correctRows,
        int firstBadRow,
        Row[] rows) {

    /**
     * The results of one row.
     *
     * @param plainLoss its loss without z-loss
     * @param plainLossScale the scale of that
     * @param zLoss its z-loss
     * @param zLossScale the scale of its z-loss
     * @param lse its log-sum-exp
     * @param lseScale the scale of its log-sum-exp
     * @param argmax the class with its largest logit
     * @param entropy the entropy of its softmax
     * @param entropyScale the scale of its entropy
     * @param gradient the gradient of the reduced loss with respect to its logits, times its grad scale
     * @param gradientScale the scale of the gradient
     */
    public record Row(
            double plainLoss,
            double plainLossScale,
            double zLoss,
            double zLossScale,
            double lse,
            double lseScale,
            int argmax,
            double entropy,
            double entropyScale,
            double[] gradient,
            double gradientScale) {
        /** Its loss. */
        public double loss() {
            return plainLoss + zLoss;
        }

        /** The scale of its loss. */
        public double lossScale() {
            return plainLossScale + zLossScale;
        }
    }

    /**
     * Computes a batch.
     *
     * @param logits by row and class
     * @param targets by row
     * @param weights by class, or null for 1 each
     * @param options the numbers
     * @param gradScale by row: what its gradient is multiplied by
     */
    public static CrossEntropyReference of(
            double[][] logits, Targets targets, double[] weights, CrossEntropyOptions options, double[] gradScale) {
        int firstBad = -1;
        long counted = 0;
        long correct = 0;
        CompensatedSum weightSum = new CompensatedSum();
        for (int n = 0; n < logits.length; n++) {
            if (targets.counts(n, logits[n].length, options)) {
                counted++;
                weightSum.add(targets.weight(n, weights));
                correct += targets.best(n) == SoftmaxReference.argmax(logits[n]) ? 1 : 0;
            } else if (firstBad < 0 && !targets.isIgnored(n, options)) {
                firstBad = n;
            }
        }
        boolean mean = options.reduction() == Reduction.MEAN;
        Divisors divisors = new Divisors(mean ? weightSum.value() : 1, mean ? counted : 1);
        CompensatedSum loss = new CompensatedSum();
        CompensatedSum lossScale = new CompensatedSum();
        CompensatedSum zLoss = new CompensatedSum();
        CompensatedSum zLossScale = new CompensatedSum();
        Row[] rows = new Row[logits.length];
        for (int n = 0; n < logits.length; n++) {
            rows[n] = CrossEntropyRow.of(logits[n], n, targets, weights, options, gradScale[n], divisors);
            loss.add(rows[n].plainLoss / divisors.ofLosses());
            loss.add(rows[n].zLoss / divisors.ofZLosses());
            lossScale.add(rows[n].plainLossScale / Math.abs(divisors.ofLosses()));
            lossScale.add(rows[n].zLossScale / divisors.ofZLosses());
            zLoss.add(options.zLoss() == 0 ? 0 : rows[n].zLoss / divisors.ofZLosses());
            zLossScale.add(rows[n].zLossScale / divisors.ofZLosses());
        }
        boolean empty = mean && counted == 0;
        boolean bad = firstBad >= 0;
        double nothing = options.emptyMean().value();
        boolean reduced = options.reduction() != Reduction.NONE;
        return new CrossEntropyReference(
                !reduced || bad ? Double.NaN : empty ? nothing : loss.value(),
                empty ? 0 : lossScale.value(),
                !reduced ? Double.NaN : empty && options.zLoss() != 0 ? nothing : zLoss.value(),
                empty ? 0 : zLossScale.value(),
                counted,
                correct,
                firstBad,
                rows);
    }

    /**
     * What MEAN divides by; 1 for the other reductions. Weights that sum to 0 make everything NaN.
     *
     * @param weightSum the sum of weights
     * @param counted the number of rows
     */
    record Divisors(double weightSum, double counted) {
        double ofLosses() {
            return weightSum == 0 ? Double.NaN : weightSum;
        }

        double ofZLosses() {
            return counted;
        }
    }
}

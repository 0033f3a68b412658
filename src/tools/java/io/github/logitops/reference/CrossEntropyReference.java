package io.github.logitops.reference;

import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Reduction;
import java.util.Arrays;

/**
 * Cross entropy of a batch, as the definition says, in {@link DoubleDouble}. Slow and plain on purpose.
 *
 * <p>Beside each result stands its scale: what it may be off by, in roundings ({@link Tolerance}).
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
     * @param gradientScale the scale of the gradient, element by element
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
            double[] gradientScale) {
        /** Its loss. */
        public double loss() {
            return plainLoss + zLoss;
        }

        /** The scale of its loss. */
        public double lossScale() {
            return plainLossScale + zLossScale + (zLoss == 0 ? 0 : Math.abs(loss()));
        }

        private Row ofShards() {
            return new Row(
                    plainLoss,
                    SHARDS * plainLossScale,
                    zLoss,
                    SHARDS * zLossScale,
                    lse,
                    SHARDS * lseScale,
                    argmax,
                    entropy,
                    entropyScale,
                    gradient,
                    Arrays.stream(gradientScale).map(each -> SHARDS * each).toArray());
        }
    }

    private static final double SHARDS = 1.25;

    /** The same where classes are in shards: combining them moves sums of exponentials to another maximum once more. */
    public CrossEntropyReference ofShards() {
        return new CrossEntropyReference(
                loss,
                SHARDS * lossScale,
                zLoss,
                SHARDS * zLossScale,
                countedRows,
                correctRows,
                firstBadRow,
                Arrays.stream(rows).map(Row::ofShards).toArray(Row[]::new));
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
        DoubleDoubleSum weightSum = new DoubleDoubleSum();
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
        Divisors divisors = mean ? Divisors.of(weightSum.value(), counted) : new Divisors(DoubleDouble.ONE, 1);
        DoubleDoubleSum losses = new DoubleDoubleSum();
        DoubleDoubleSum zLosses = new DoubleDoubleSum();
        double lossScale = 0;
        double zLossScale = 0;
        double size = 0;
        Row[] rows = new Row[logits.length];
        for (int n = 0; n < logits.length; n++) {
            Row row = CrossEntropyRow.of(logits[n], n, targets, weights, options, gradScale[n], divisors);
            rows[n] = row;
            losses.add(row.plainLoss);
            zLosses.add(row.zLoss);
            size += Math.abs(row.plainLoss);
            lossScale += row.plainLossScale;
            zLossScale += row.zLossScale + 2 * row.zLoss;
        }
        // Without a z-loss there is nothing to divide, be it by 0 rows.
        DoubleDouble zLoss =
                options.zLoss() == 0 ? DoubleDouble.ZERO : zLosses.value().dividedBy(divisors.ofZLosses);
        DoubleDouble loss = losses.value().dividedBy(divisors.ofLosses).plus(zLoss);
        zLossScale = options.zLoss() == 0 ? 0 : zLossScale / divisors.ofZLosses + 2 * zLoss.value();
        lossScale =
                (lossScale + 2 * size) / Math.abs(divisors.ofLosses.value()) + zLossScale + 2 * Math.abs(loss.value());
        boolean empty = mean && counted == 0;
        boolean bad = firstBad >= 0;
        double nothing = options.emptyMean().value();
        boolean reduced = options.reduction() != Reduction.NONE;
        return new CrossEntropyReference(
                !reduced || bad ? Double.NaN : empty ? nothing : loss.value(),
                empty ? 0 : lossScale,
                !reduced ? Double.NaN : empty && options.zLoss() != 0 ? nothing : zLoss.value(),
                empty ? 0 : zLossScale,
                counted,
                correct,
                firstBad,
                rows);
    }

    /**
     * What MEAN divides by; 1 for the other reductions.
     *
     * @param ofLosses the sum of weights; NaN where that is 0, which makes everything NaN
     * @param ofZLosses the number of rows
     */
    record Divisors(DoubleDouble ofLosses, double ofZLosses) {
        static Divisors of(DoubleDouble weightSum, double counted) {
            return new Divisors(weightSum.value() == 0 ? DoubleDouble.NAN : weightSum, counted);
        }
    }
}

package io.github.logitops.reference;

import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;

/**
 * Sigmoid cross entropy of a batch, as the definition says, in {@link DoubleDouble}. Slow and plain on purpose. Beside each result
 * stands its scale: what it may be off by, in roundings ({@link Tolerance}).
 *
 * @param loss the reduced loss; NaN for NONE
 * @param lossScale its scale
 * @param countedElements elements that are not ignored
 * @param rows the results row by row
 */
public record SigmoidCrossEntropyReference(double loss, double lossScale, long countedElements, Row[] rows) {

    /**
     * The results of one row, element by element.
     *
     * @param losses the losses
     * @param lossScales their scales
     * @param gradient the gradient of the reduced loss with respect to the logits, times its grad scale
     * @param gradientScale its scale
     */
    public record Row(double[] losses, double[] lossScales, double[] gradient, double[] gradientScale) {
        private Row(int classes) {
            this(new double[classes], new double[classes], new double[classes], new double[classes]);
        }
    }

    /**
     * What a batch is, by row and class.
     *
     * @param x the logits
     * @param targets of each
     * @param positiveWeights by class; null for 1 each
     * @param elementWeights of each; null for 1 each
     * @param gradScale of each
     */
    public record Batch(
            double[][] x,
            double[][] targets,
            double[] positiveWeights,
            double[][] elementWeights,
            double[][] gradScale) {
        private double positiveWeight(int j) {
            return positiveWeights == null ? 1 : positiveWeights[j];
        }

        private double elementWeight(int n, int j) {
            return elementWeights == null ? 1 : elementWeights[n][j];
        }
    }

    /** Computes a batch. */
    public static SigmoidCrossEntropyReference of(Batch batch, SigmoidCrossEntropyOptions options) {
        long counted = 0;
        for (double[] row : batch.targets) {
            for (double target : row) {
                counted += options.ignores(target) ? 0 : 1;
            }
        }
        boolean mean = options.reduction() == Reduction.MEAN;
        double divisor = mean ? counted : 1;
        DoubleDoubleSum sum = new DoubleDoubleSum();
        double scale = 0;
        Row[] rows = new Row[batch.x.length];
        for (int n = 0; n < rows.length; n++) {
            rows[n] = new Row(batch.x[n].length);
            for (int j = 0; j < batch.x[n].length; j++) {
                if (!options.ignores(batch.targets[n][j])) {
                    element(batch, n, j, options.labelSmoothing(), divisor, rows[n]);
                }
                sum.add(rows[n].losses[j]);
                scale += rows[n].lossScales[j] + Roundings.SUM * Math.abs(rows[n].losses[j]);
            }
        }
        double empty = options.emptyMean().value();
        double loss =
                mean && counted == 0 ? empty : sum.value().dividedBy(divisor).value();
        double lossScale = mean && counted == 0 ? 0 : scale / divisor + 2 * Math.abs(loss);
        boolean reduced = options.reduction() != Reduction.NONE;
        return new SigmoidCrossEntropyReference(reduced ? loss : Double.NaN, lossScale, counted, rows);
    }

    private static void element(Batch batch, int n, int j, double smoothing, double divisor, Row into) {
        double x = batch.x[n][j];
        double weight = batch.elementWeight(n, j);
        DoubleDouble keep = DoubleDouble.difference(1, smoothing);
        DoubleDouble target = DoubleDouble.of(batch.targets[n][j]);
        DoubleDouble positive = keep.times(target).plus(smoothing / 2).times(batch.positiveWeight(j));
        DoubleDouble negative = keep.times(target.negated().plus(1)).plus(smoothing / 2);
        DoubleDouble up = weighted(negative, SigmoidReference.softplus(x));
        DoubleDouble down = weighted(positive, SigmoidReference.softplus(-x));
        DoubleDouble weightOf = DoubleDouble.of(weight);
        into.losses[j] = weighted(weightOf, up.plus(down)).value();
        double a = Math.abs(negative.value());
        double b = Math.abs(positive.value());
        double ofA = SigmoidReference.softplusScale(x)
                + 5 * SigmoidReference.softplus(x).value();
        double ofB = SigmoidReference.softplusScale(-x)
                + 6 * SigmoidReference.softplus(-x).value();
        double terms = Roundings.times(a, ofA)
                + Roundings.times(b, ofB)
                + 2 * Math.abs(up.plus(down).value());
        into.lossScales[j] = Roundings.times(Math.abs(weight), terms);

        double factor = batch.gradScale[n][j];
        DoubleDouble net =
                weighted(negative, SigmoidReference.sigmoid(x)).minus(weighted(positive, SigmoidReference.sigmoid(-x)));
        DoubleDouble gradient = weighted(weightOf, net);
        into.gradient[j] = gradient.times(factor).dividedBy(divisor).value();
        double slope = Roundings.times(
                        a,
                        SigmoidReference.sigmoidScale(x)
                                + 5 * SigmoidReference.sigmoid(x).value())
                + Roundings.times(
                        b,
                        SigmoidReference.sigmoidScale(-x)
                                + 6 * SigmoidReference.sigmoid(-x).value())
                + 4 * Math.abs(net.value());
        double underflow = (1 + Math.abs(weight)) * Roundings.UNDERFLOW;
        into.gradientScale[j] = Math.abs(factor) / divisor * (Roundings.times(Math.abs(weight), slope) + underflow);
    }

    /** 0 where the factor is, whatever the value. */
    private static DoubleDouble weighted(DoubleDouble factor, DoubleDouble value) {
        return factor.value() == 0 ? DoubleDouble.ZERO : value.times(factor);
    }
}

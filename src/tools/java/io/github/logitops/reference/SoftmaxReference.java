package io.github.logitops.reference;

import io.github.logitops.spec.DType;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * Softmax and log-softmax of one row, as the definitions say, in {@link DoubleDouble} and rounded to double at the end. Slow and
 * plain on purpose: this is what everything else is judged by. Scales are the sizes of errors in roundings ({@link Tolerance}).
 */
public final class SoftmaxReference {
    private SoftmaxReference() {}

    /** max x; NaN if x holds one. */
    public static double max(double[] x) {
        double max = Double.NEGATIVE_INFINITY;
        for (double value : x) {
            max = Math.max(max, value);
        }
        return max;
    }

    /** log sum exp(x). */
    public static double logSumExp(double[] x) {
        return new ExactRow(x).lse().value();
    }

    /** exp(x - logsumexp(x)); all NaN if x holds NaN or +inf, or nothing but -inf. */
    public static double[] softmax(double[] x) {
        return values(x.length, new ExactRow(x)::p);
    }

    /** {@link #softmax} of logits that a mask was added to; all 0 if nothing but -inf is left. */
    public static double[] maskedSoftmax(double[] z) {
        return max(z) == Double.NEGATIVE_INFINITY ? new double[z.length] : softmax(z);
    }

    /**
     * The logits of one row with an additive mask, as ops on this dtype see them: -inf where the mask is, whatever the logit, else
     * the sum; two finite numbers whose sum overflows the arithmetic make its largest finite number, which is not hidden.
     */
    public static double[] plusMask(DType dtype, double[] x, double[] mask) {
        double largest = dtype == DType.F64 ? Double.MAX_VALUE : Float.MAX_VALUE;
        double[] z = new double[x.length];
        for (int j = 0; j < x.length; j++) {
            double sum = x[j] + mask[j];
            boolean finite = Double.isFinite(x[j]) && Double.isFinite(mask[j]);
            boolean hidden = mask[j] == Double.NEGATIVE_INFINITY;
            z[j] = hidden ? mask[j] : finite ? Math.max(-largest, Math.min(largest, sum)) : sum;
        }
        return z;
    }

    /** x - logsumexp(x); all NaN as in {@link #softmax}. */
    public static double[] logSoftmax(double[] x) {
        return values(x.length, new ExactRow(x)::logP);
    }

    /** Where x is largest: the lowest index among equals; a NaN is the largest. */
    static int argmax(double[] x) {
        int best = 0;
        for (int j = 1; j < x.length; j++) {
            boolean nan = Double.isNaN(x[j]) && !Double.isNaN(x[best]);
            best = nan || x[j] > x[best] ? j : best;
        }
        return best;
    }

    /** How many elements come before one, where the largest is first, the lowest index among equals, and a NaN the largest. */
    public static int rank(double[] x, int column) {
        int rank = 0;
        for (int j = 0; j < x.length; j++) {
            boolean nan = Double.isNaN(x[j]);
            boolean equal = x[j] == x[column] || nan && Double.isNaN(x[column]);
            rank += (equal ? j < column : nan || x[j] > x[column]) ? 1 : 0;
        }
        return rank;
    }

    /** g y (dy - sum y dy). */
    public static double[] softmaxBackward(double[] y, double[] dy, double gradScale) {
        DoubleDoubleSum sum = new DoubleDoubleSum();
        for (int j = 0; j < y.length; j++) {
            sum.add(DoubleDouble.product(y[j], dy[j]));
        }
        DoubleDouble dot = sum.value();
        return values(
                y.length, j -> DoubleDouble.of(dy[j]).minus(dot).times(y[j]).times(gradScale));
    }

    /** g (dy - exp(y) sum dy). */
    public static double[] logSoftmaxBackward(double[] y, double[] dy, double gradScale) {
        DoubleDouble sum = DoubleDoubleSum.of(dy);
        return values(
                y.length,
                j -> DoubleDouble.of(dy[j])
                        .minus(DoubleDouble.of(y[j]).exp().times(sum))
                        .times(gradScale));
    }

    /** The scale of {@link #softmax}'s errors, element by element. */
    public static double[] softmaxScale(double[] x) {
        return Roundings.of(x).map(Roundings::probability);
    }

    /**
     * The scale of {@link #maskedSoftmax}'s errors, element by element; 0 in a row that is all hidden.
     *
     * @param added whether the logits are a sum, which is rounded once
     */
    public static double[] maskedSoftmaxScale(double[] z, boolean added) {
        return Roundings.of(z, Logits.PLAIN, added ? 1 : 0).map(Roundings::probability);
    }

    /** The scale of {@link #logSumExp}'s errors. */
    public static double logSumExpScale(double[] x) {
        return Roundings.of(x).lse();
    }

    /** The scale of {@link #logSoftmax}'s errors, element by element. */
    public static double[] logSoftmaxScale(double[] x) {
        return Roundings.of(x).map(Roundings::logProbability);
    }

    /** The scale of {@link #softmaxBackward}'s errors, element by element. */
    public static double[] softmaxBackwardScale(double[] y, double[] dy, double gradScale) {
        double dot = 0;
        double size = 0;
        for (int j = 0; j < y.length; j++) {
            dot += y[j] * dy[j];
            size += Math.abs(y[j] * dy[j]);
        }
        double[] scale = new double[y.length];
        for (int j = 0; j < y.length; j++) {
            double roundings = Math.abs(y[j]) * ((1 + Roundings.SUM) * size + 4 * Math.abs(dy[j] - dot));
            scale[j] = Math.abs(gradScale) * (roundings + Roundings.UNDERFLOW);
        }
        return scale;
    }

    /** The scale of {@link #logSoftmaxBackward}'s errors, element by element. */
    public static double[] logSoftmaxBackwardScale(double[] y, double[] dy, double gradScale) {
        double sum = Arrays.stream(dy).sum();
        double size = Arrays.stream(dy).map(Math::abs).sum();
        double[] scale = new double[y.length];
        for (int j = 0; j < y.length; j++) {
            double p = Math.exp(y[j]);
            double ofP = p == 0
                    ? 0
                    : p * (Math.abs(sum) * (Roundings.EXPONENTIAL + 1.25 * Math.abs(y[j])) + Roundings.SUM * size);
            double roundings = ofP + 3 * Math.abs(dy[j] - p * sum);
            scale[j] = Math.abs(gradScale) * (roundings + (1 + size) * Roundings.UNDERFLOW);
        }
        return scale;
    }

    /** Rounds what is computed class by class. */
    static double[] values(int classes, IntFunction<DoubleDouble> of) {
        double[] values = new double[classes];
        for (int j = 0; j < classes; j++) {
            values[j] = of.apply(j).value();
        }
        return values;
    }

    static double[] filled(int length, double value) {
        double[] values = new double[length];
        Arrays.fill(values, value);
        return values;
    }
}

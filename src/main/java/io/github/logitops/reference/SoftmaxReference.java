package io.github.logitops.reference;

import java.util.Arrays;

/**
 * Softmax and log-softmax of one row, as the definitions say, in double with compensated sums. Slow and plain on purpose: this
 * is what everything else is judged by. Scales are the size of what results are computed from ({@link Tolerance}).
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
        double max = max(x);
        if (Double.isNaN(max) || Double.isInfinite(max)) {
            return max; // NaN, +inf, or nothing but -inf
        }
        return max + Math.log(sumExp(x, max));
    }

    /** exp(x - logsumexp(x)); all NaN if x holds NaN or +inf, or nothing but -inf. */
    public static double[] softmax(double[] x) {
        double max = max(x);
        if (!Double.isFinite(max)) {
            return filled(x.length, Double.NaN);
        }
        double sum = sumExp(x, max);
        double[] y = new double[x.length];
        for (int j = 0; j < x.length; j++) {
            y[j] = Math.exp(x[j] - max) / sum;
        }
        return y;
    }

    /** {@link #softmax} of logits that a mask was added to; all 0 if nothing but -inf is left. */
    public static double[] maskedSoftmax(double[] z) {
        return max(z) == Double.NEGATIVE_INFINITY ? new double[z.length] : softmax(z);
    }

    /** The scale of {@link #maskedSoftmax}'s errors: logits with a mask added are rounded before the maximum is subtracted. */
    public static double maskedSoftmaxScale(double[] z) {
        double[] y = maskedSoftmax(z);
        return Double.isNaN(y[0]) ? 0 : maxAbs(y) * Math.max(1, Math.abs(max(z)) / 8);
    }

    /** x - logsumexp(x); all NaN as in {@link #softmax}. */
    public static double[] logSoftmax(double[] x) {
        double max = max(x);
        if (!Double.isFinite(max)) {
            return filled(x.length, Double.NaN);
        }
        double logSum = Math.log(sumExp(x, max));
        double[] y = new double[x.length];
        for (int j = 0; j < x.length; j++) {
            y[j] = (x[j] - max) - logSum;
        }
        return y;
    }

    /** sum -p log p of the softmax p, where p = 0 adds nothing; NaN as in {@link #softmax}. */
    static double entropy(double[] x) {
        double[] p = softmax(x);
        double[] logP = logSoftmax(x);
        CompensatedSum sum = new CompensatedSum();
        for (int j = 0; j < x.length; j++) {
            if (p[j] != 0) {
                sum.add(-p[j] * logP[j]);
            }
        }
        return sum.value();
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

    /** g y (dy - sum y dy). */
    public static double[] softmaxBackward(double[] y, double[] dy, double gradScale) {
        CompensatedSum dot = new CompensatedSum();
        for (int j = 0; j < y.length; j++) {
            dot.add(y[j] * dy[j]);
        }
        double[] dx = new double[y.length];
        for (int j = 0; j < y.length; j++) {
            dx[j] = gradScale * (y[j] * (dy[j] - dot.value()));
        }
        return dx;
    }

    /** g (dy - exp(y) sum dy). */
    public static double[] logSoftmaxBackward(double[] y, double[] dy, double gradScale) {
        double sum = CompensatedSum.of(dy);
        double[] dx = new double[y.length];
        for (int j = 0; j < y.length; j++) {
            dx[j] = gradScale * (dy[j] - Math.exp(y[j]) * sum);
        }
        return dx;
    }

    /** The scale of {@link #softmax}'s errors, element by element: the same for all. */
    public static double[] softmaxScale(double[] x) {
        return filled(x.length, maxAbs(softmax(x)));
    }

    /** The scale of {@link #logSumExp}'s errors. */
    public static double logSumExpScale(double[] x) {
        return Math.max(1, Math.max(Math.abs(max(x)), Math.abs(logSumExp(x))));
    }

    /** The scale of {@link #logSoftmax}'s errors, element by element. */
    public static double[] logSoftmaxScale(double[] x) {
        double ofRow = logSumExpScale(x);
        return Arrays.stream(x).map(value -> Math.max(ofRow, Math.abs(value))).toArray();
    }

    /** The scale of {@link #softmaxBackward}'s errors without a grad scale. */
    public static double softmaxBackwardScale(double[] y, double[] dy) {
        return maxAbs(y) * maxAbs(dy);
    }

    /** The scale of {@link #logSoftmaxBackward}'s errors without a grad scale. */
    public static double logSoftmaxBackwardScale(double[] y, double[] dy) {
        return maxAbs(dy) + Math.exp(max(y)) * Math.abs(CompensatedSum.of(dy));
    }

    private static double maxAbs(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElse(0);
    }

    static double[] filled(int length, double value) {
        double[] values = new double[length];
        Arrays.fill(values, value);
        return values;
    }

    private static double sumExp(double[] x, double max) {
        CompensatedSum sum = new CompensatedSum();
        for (double value : x) {
            sum.add(Math.exp(value - max));
        }
        return sum.value();
    }
}

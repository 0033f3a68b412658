package io.github.logitops.reference;

/**
 * Gradients of log-sum-exp, and entropy and selected log-probability of one row with theirs, as the definitions say, in double
 * with compensated sums. Slow and plain on purpose. Scales are the size of what results are computed from, without a grad scale
 * ({@link Tolerance}); results that start from a saved log-sum-exp have them times {@link #savedLse}.
 */
public final class LogProbReference {
    private LogProbReference() {}

    /** g exp(x - logsumexp(x)). */
    public static double[] logSumExpBackward(double[] x, double gradScale) {
        double[] dx = SoftmaxReference.softmax(x);
        for (int j = 0; j < dx.length; j++) {
            dx[j] *= gradScale;
        }
        return dx;
    }

    /** The scale of {@link #logSumExpBackward}'s errors: the largest probability. */
    public static double logSumExpBackwardScale(double[] x) {
        return SoftmaxReference.softmaxScale(x)[0];
    }

    /** x_label - logsumexp(x); NaN if x holds NaN or +inf, or nothing but -inf. */
    public static double selectedLogProb(double[] x, int label) {
        return SoftmaxReference.logSoftmax(x)[label];
    }

    /** The scale of {@link #selectedLogProb}'s errors. */
    public static double selectedLogProbScale(double[] x, int label) {
        return SoftmaxReference.logSoftmaxScale(x)[label];
    }

    /** g ([j = label] - p_j). */
    public static double[] selectedLogProbBackward(double[] x, int label, double gradScale) {
        double[] dx = SoftmaxReference.softmax(x);
        for (int j = 0; j < dx.length; j++) {
            dx[j] = gradScale * ((j == label ? 1 : 0) - dx[j]);
        }
        return dx;
    }

    /** The scale of {@link #selectedLogProbBackward}'s errors: the largest of [j = label] + p_j. */
    public static double selectedLogProbBackwardScale(double[] x, int label) {
        return 1 + SoftmaxReference.softmax(x)[label];
    }

    /** - sum p log p, where 0 log 0 is 0; NaN if x holds NaN or +inf, or nothing but -inf. */
    public static double entropy(double[] x) {
        double[] p = SoftmaxReference.softmax(x);
        double[] logP = SoftmaxReference.logSoftmax(x);
        CompensatedSum sum = new CompensatedSum();
        for (int j = 0; j < x.length; j++) {
            sum.add(p[j] == 0 ? 0 : -p[j] * logP[j]);
        }
        return sum.value();
    }

    /** The scale of {@link #entropy}'s errors: terms are of one sign, and so of its own size. */
    public static double entropyScale(double[] x) {
        return Math.max(1, entropy(x));
    }

    /** - g p_j (log p_j + entropy). */
    public static double[] entropyBackward(double[] x, double gradScale) {
        double[] dx = SoftmaxReference.softmax(x);
        double[] logP = SoftmaxReference.logSoftmax(x);
        double entropy = entropy(x);
        for (int j = 0; j < dx.length; j++) {
            dx[j] = dx[j] == 0 ? 0 : -gradScale * (dx[j] * (logP[j] + entropy));
        }
        return dx;
    }

    /** The scale of {@link #entropyBackward}'s errors: the largest of p_j (1 + abs log p_j + entropy). */
    public static double entropyBackwardScale(double[] x) {
        double[] p = SoftmaxReference.softmax(x);
        double[] logP = SoftmaxReference.logSoftmax(x);
        double entropy = entropy(x);
        double scale = 0;
        for (int j = 0; j < p.length; j++) {
            scale = Math.max(scale, p[j] == 0 ? 0 : p[j] * (1 + Math.abs(logP[j]) + entropy));
        }
        return scale;
    }

    /** What scales grow by where a gradient starts from this log-sum-exp, rounded to its dtype. */
    public static double savedLse(double lse) {
        return Math.max(1, Math.abs(lse) / 8);
    }
}

package io.github.logitops.reference;

/**
 * Gradients of log-sum-exp, and entropy and selected log-probability of one row with theirs, as the definitions say, in {@link
 * DoubleDouble}. Slow and plain on purpose. Scales are the sizes of errors in roundings ({@link Tolerance}).
 */
public final class LogProbReference {
    private LogProbReference() {}

    /** g exp(x - logsumexp(x)). */
    public static double[] logSumExpBackward(double[] x, double gradScale) {
        ExactRow row = new ExactRow(x);
        return SoftmaxReference.values(x.length, j -> row.p(j).times(gradScale));
    }

    /** The scale of {@link #logSumExpBackward}'s errors, element by element. */
    public static double[] logSumExpBackwardScale(double[] x, double gradScale) {
        return Roundings.of(x).map((row, j) -> Math.abs(gradScale) * (row.probability(j) + 2 * row.p(j)));
    }

    /** x_label - logsumexp(x); NaN if x holds NaN or +inf, or nothing but -inf. */
    public static double selectedLogProb(double[] x, int label) {
        return new ExactRow(x).logP(label).value();
    }

    /** The scale of {@link #selectedLogProb}'s errors. */
    public static double selectedLogProbScale(double[] x, int label) {
        return SoftmaxReference.logSoftmaxScale(x)[label];
    }

    /** g ([j = label] - p_j). */
    public static double[] selectedLogProbBackward(double[] x, int label, double gradScale) {
        ExactRow row = new ExactRow(x);
        return SoftmaxReference.values(
                x.length, j -> row.p(j).negated().plus(j == label ? 1 : 0).times(gradScale));
    }

    /** The scale of {@link #selectedLogProbBackward}'s errors, element by element. */
    public static double[] selectedLogProbBackwardScale(double[] x, int label, double gradScale) {
        return Roundings.of(x).map((row, j) -> {
            double gradient = (j == label ? 1 : 0) - row.p(j);
            return Math.abs(gradScale) * (row.probability(j) + 3 * Math.abs(gradient));
        });
    }

    /** - sum p log p, where 0 log 0 is 0; NaN if x holds NaN or +inf, or nothing but -inf. */
    public static double entropy(double[] x) {
        return new ExactRow(x).entropy().value();
    }

    /** The scale of {@link #entropy}'s errors. */
    public static double entropyScale(double[] x) {
        return Roundings.of(x).entropy();
    }

    /** - g p_j (log p_j + entropy), 0 where p_j is. */
    public static double[] entropyBackward(double[] x, double gradScale) {
        ExactRow row = new ExactRow(x);
        DoubleDouble entropy = row.entropy();
        return SoftmaxReference.values(x.length, j -> {
            DoubleDouble p = row.p(j);
            return p.value() == 0
                    ? p
                    : p.times(row.logP(j).plus(entropy)).times(gradScale).negated();
        });
    }

    /** The scale of {@link #entropyBackward}'s errors, element by element. */
    public static double[] entropyBackwardScale(double[] x, double gradScale) {
        Roundings roundings = Roundings.of(x);
        double ofEntropy = roundings.entropy();
        return roundings.map((row, j) -> {
            double apart = Math.abs(row.meanDistance() - row.distance(j)); // abs(log p_j + H)
            double ofApart = 4 * apart + row.distance(j) + 1 + row.logSum() + ofEntropy + row.meanDistance() + 1;
            double ofP = Roundings.times(row.p(j), row.relative(j) * apart + ofApart);
            double flushed = Math.min(apart, 1000); // infinite where p is 0, and beyond 1000 p is
            return Math.abs(gradScale) * (ofP + Roundings.UNDERFLOW * (1 + flushed));
        });
    }
}

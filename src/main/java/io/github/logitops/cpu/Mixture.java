package io.github.logitops.cpu;

import io.github.logitops.spec.Divergence;

/**
 * What the two sides P and Q of a divergence are compared with, class by class: M = a P + b Q, or Q for KL(P || Q) and P for
 * KL(Q || P). A Kullback-Leibler divergence is taken as sum p tail(log(m / p)) with tail(x) = e^x - 1 - x: as p and m both sum
 * to 1, that is sum p log(p / m), but no term is negative, and so nothing cancels where p and m are close. For that, logarithms
 * of ratios come from d = log(Q / P) and not from log P and log Q, which are larger.
 */
final class Mixture {
    private static final int LAST = 18; // 1 / 19! is below half a unit in the last place of 1 / 2!

    private Mixture() {}

    static double of(Divergence kind, double p, double q) {
        return kind.equals(Divergence.KL)
                ? q
                : kind.equals(Divergence.REVERSE_KL) ? p : kind.weightOfP() * p + kind.weightOfQ() * q;
    }

    /** log(M / P). */
    static double logOverP(Divergence kind, double d) {
        if (kind.equals(Divergence.KL) || kind.equals(Divergence.REVERSE_KL)) {
            return kind.equals(Divergence.KL) ? d : 0;
        }
        double overLarger = logOverLarger(kind, d);
        return d > 0 ? overLarger + d : overLarger;
    }

    /** log(M / Q). */
    static double logOverQ(Divergence kind, double d) {
        if (kind.equals(Divergence.KL) || kind.equals(Divergence.REVERSE_KL)) {
            return kind.equals(Divergence.KL) ? 0 : -d;
        }
        double overLarger = logOverLarger(kind, d);
        return d > 0 ? overLarger : overLarger - d;
    }

    /**
     * Q - P as d = log(Q / P) has it: adds up to 0 where d is exact. All d are off by one small number, as far as sums of
     * exponentials are rounded, and a divergence feels half its square times {@link #curvature}.
     */
    static double drift(double p, double q, double d) {
        return Math.abs(d) <= 1 ? p * Math.expm1(d) : q - p;
    }

    /** Of the divergence where P and Q are one. */
    static double curvature(Divergence kind) {
        boolean between = !kind.equals(Divergence.KL) && !kind.equals(Divergence.REVERSE_KL);
        return between ? kind.weightOfP() * kind.weightOfQ() : 1;
    }

    /**
     * p log(p / m) + m - p, at least 0. Where p is 0 it is m; but where m alone is 0, p was too small for a double, and it is
     * infinite.
     */
    static double relativeEntropy(double p, double m, double logRatio) {
        if (p == 0) {
            return logRatio == Double.NEGATIVE_INFINITY ? Double.POSITIVE_INFINITY : m;
        }
        return Math.abs(logRatio) <= 1 ? p * tail(logRatio) : (m - p) - p * logRatio;
    }

    /** log of M over the larger of P and Q, in [-abs d, 0]. */
    private static double logOverLarger(Divergence kind, double d) {
        double down = -Math.abs(d);
        double ofLarger = d > 0 ? kind.weightOfQ() : kind.weightOfP();
        double ofSmaller = d > 0 ? kind.weightOfP() : kind.weightOfQ();
        double off = ofSmaller * Math.expm1(down);
        double log = off > -0.5 ? Math.log1p(off) : Math.log(ofLarger + ofSmaller * Math.exp(down));
        return Math.max(log, down); // where the smaller underflows and the larger has almost no weight
    }

    private static double tail(double x) {
        double series = 1;
        for (int k = LAST; k > 2; k--) {
            series = 1 + x / k * series;
        }
        return x * x / 2 * series;
    }
}

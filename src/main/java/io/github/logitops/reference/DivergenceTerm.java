package io.github.logitops.reference;

import io.github.logitops.spec.Divergence;

/**
 * What one class adds to a divergence. A term of KL(P || M) is taken as P log(P / M) + M - P, whose sum is the same and which is
 * never negative: at a temperature T the sum of the plain terms is T times smaller than they are, and one that is multiplied
 * by T^2 would be as inexact.
 */
final class DivergenceTerm {
    private DivergenceTerm() {}

    /** From P and Q of the class and {@code d} = log(Q / P). */
    static double of(Divergence kind, double p, double q, double d) {
        if (kind.equals(Divergence.KL)) {
            return term(p, q, d);
        }
        if (kind.equals(Divergence.REVERSE_KL)) {
            return term(q, p, -d);
        }
        double a = kind.weightOfP();
        double b = kind.weightOfQ();
        double m = a * p + b * q;
        return a * term(p, m, logMixture(a, b, d)) + b * term(q, m, logMixture(b, a, -d));
    }

    /** At least what the term moves by where d is off by 1 times a small number. */
    static double sensitivity(Divergence kind, double p, double q) {
        double apart = Math.abs(q - p);
        if (kind.equals(Divergence.KL)) {
            return Math.min(p, apart);
        }
        if (kind.equals(Divergence.REVERSE_KL)) {
            return Math.min(q, apart);
        }
        double a = kind.weightOfP();
        double b = kind.weightOfQ();
        return Math.min(Math.min(a * p, b * q), a * b * apart);
    }

    private static double term(double p, double m, double logRatio) {
        if (p == 0) {
            return m;
        }
        return Math.abs(logRatio) < 0.5 ? p * tail(logRatio) : m - p - p * logRatio;
    }

    /** log(M / P) of M = a P + b Q. */
    private static double logMixture(double a, double b, double d) {
        if (Math.abs(d) < 0.5) {
            return Math.log1p(b * Math.expm1(d));
        }
        return d < 0 ? Math.log(a + b * Math.exp(d)) : d + Math.log(a * Math.exp(-d) + b);
    }

    /** e^x - 1 - x, summed until nothing is added. */
    private static double tail(double x) {
        double sum = 0;
        double term = x * x / 2;
        for (int k = 3; sum + term != sum; k++) {
            sum += term;
            term *= x / k;
        }
        return sum;
    }
}

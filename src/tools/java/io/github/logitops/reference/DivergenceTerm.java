package io.github.logitops.reference;

import io.github.logitops.spec.Divergence;

/**
 * What one class adds to a divergence. A term of KL(P || M) is taken as P log(P / M) + M - P = P tail(log(M / P)) with tail(x) =
 * e^x - 1 - x, whose sum is the same and which is never negative: at a temperature T the sum of the plain terms is T times smaller
 * than they are, and one that is multiplied by T^2 would be as inexact.
 */
final class DivergenceTerm {
    private final DoubleDouble weightOfP;
    private final DoubleDouble weightOfQ;

    DivergenceTerm(Divergence kind) {
        weightOfP = DoubleDouble.of(kind.weightOfP());
        weightOfQ = DoubleDouble.difference(1, kind.weightOfP());
    }

    /** What KL(Q || M) counts, exactly. */
    DoubleDouble weightOfQ() {
        return weightOfQ;
    }

    /** From P and Q of the class and {@code d} = log(Q / P). */
    DoubleDouble of(DoubleDouble p, DoubleDouble q, DoubleDouble d) {
        if (isKl()) {
            return term(p, q, d);
        }
        DoubleDouble ofQ = ofQ(p, q, d);
        return isReverseKl()
                ? ofQ
                : weightOfP.times(term(p, mixture(p, q), logMixtureOverP(d))).plus(weightOfQ.times(ofQ));
    }

    /** The same of KL(Q || M) alone; 0 for KL(P || Q), where M is Q. */
    DoubleDouble ofQ(DoubleDouble p, DoubleDouble q, DoubleDouble d) {
        return isKl() ? DoubleDouble.ZERO : term(q, mixture(p, q), logMixtureOverQ(d));
    }

    /** log(M / Q). */
    DoubleDouble logMixtureOverQ(DoubleDouble d) {
        return isReverseKl() ? d.negated() : logMixture(weightOfQ, weightOfP, d.negated());
    }

    private DoubleDouble logMixtureOverP(DoubleDouble d) {
        return logMixture(weightOfP, weightOfQ, d);
    }

    /** At least what the term moves by where d is off by 1 times a small number. */
    double sensitivity(double p, double q) {
        double apart = Math.abs(q - p);
        if (isKl() || isReverseKl()) {
            return Math.min(isKl() ? p : q, apart);
        }
        double a = weightOfP.value();
        double b = weightOfQ.value();
        return Math.min(Math.min(a * p, b * q), a * b * apart);
    }

    /** What the term is off by where P and Q are, by these fractions of themselves, and d is not. */
    double ofProbabilities(double p, double q, double d, double ofP, double ofQ) {
        if (isKl()) {
            return ofSides(p, q, d, ofP, ofQ);
        }
        double first = ofFromQ(p, q, d, ofP, ofQ);
        if (isReverseKl()) {
            return first;
        }
        double a = weightOfP.value();
        double m = mixture(p, q);
        double fromP = ofSides(p, m, logMixtureOverP(DoubleDouble.of(d)).value(), ofP, ofMixture(p, q, ofP, ofQ));
        return a * fromP + weightOfQ.value() * first;
    }

    /** The same of KL(Q || M) alone. */
    double ofFromQ(double p, double q, double d, double ofP, double ofQ) {
        double logRatio = logMixtureOverQ(DoubleDouble.of(d)).value();
        return ofSides(q, mixture(p, q), logRatio, ofQ, ofMixture(p, q, ofP, ofQ));
    }

    private static double ofSides(double p, double m, double logRatio, double ofP, double ofM) {
        if (p == 0) {
            return Roundings.times(m, ofM);
        }
        return Math.abs(logRatio) <= 1
                ? p * DoubleDouble.of(logRatio).tail().value() * ofP
                : p * Math.abs(1 + logRatio) * ofP + Roundings.times(m, ofM);
    }

    private double mixture(double p, double q) {
        return mixture(DoubleDouble.of(p), DoubleDouble.of(q)).value();
    }

    private double ofMixture(double p, double q, double ofP, double ofQ) {
        double m = mixture(p, q);
        double ofBoth = Roundings.times(weightOfP.value() * p, ofP) + Roundings.times(weightOfQ.value() * q, ofQ);
        return isReverseKl() ? ofP : m == 0 ? 0 : ofBoth / m + 2;
    }

    private boolean isKl() {
        return weightOfQ.value() == 0;
    }

    private boolean isReverseKl() {
        return weightOfP.value() == 0;
    }

    private DoubleDouble mixture(DoubleDouble p, DoubleDouble q) {
        return isReverseKl() ? p : weightOfP.times(p).plus(weightOfQ.times(q));
    }

    private static DoubleDouble term(DoubleDouble p, DoubleDouble m, DoubleDouble logRatio) {
        if (p.value() == 0) { // or too small for a double, if m alone is 0: log p - log m is infinite all the same
            return logRatio.value() == Double.NEGATIVE_INFINITY ? DoubleDouble.of(Double.POSITIVE_INFINITY) : m;
        }
        return Math.abs(logRatio.value()) < 1
                ? p.times(logRatio.tail())
                : m.minus(p).minus(p.times(logRatio));
    }

    /** log(M / P) of M = a P + b Q. */
    private static DoubleDouble logMixture(DoubleDouble a, DoubleDouble b, DoubleDouble d) {
        DoubleDouble off = b.times(d.expMinusOne());
        if (Math.abs(off.value()) < 0.01) {
            return off.logOnePlus();
        }
        return d.value() < 0
                ? b.times(d.exp()).plus(a).log()
                : a.times(d.negated().exp()).plus(b).log().plus(d);
    }
}

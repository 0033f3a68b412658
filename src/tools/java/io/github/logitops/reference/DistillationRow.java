package io.github.logitops.reference;

import io.github.logitops.reference.DistillationReference.Row;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Divergence;
import java.util.Arrays;

/**
 * One row of {@link DistillationReference}. P and Q are the softmax of teacher / T and student / T, d_j = log(Q_j / P_j) comes from
 * the distances of both to their maxima, and
 *
 * <pre>
 * loss       = hard (-log p_y) + soft D(P, Q)
 * gradient_j = factor (hard (p_j - [j = y]) + soft / T dD/dz_j)
 * </pre>
 */
final class DistillationRow {
    private static final double LEAST_SCALE = 17; // 1e-6 in float: see docs/numerics.md

    private final DistillationOptions options;
    private final double[] student;
    private final int classes;
    private final int label;
    private final DivergenceTerm term;
    private final ExactRow q;
    private final ExactRow p;
    private final Roundings ofQ;
    private final Roundings ofP;

    DistillationRow(double[] student, double[] teacher, int label, DistillationOptions options) {
        this.options = options;
        this.student = student;
        this.classes = student.length;
        this.label = label;
        term = new DivergenceTerm(options.divergence());
        Logits logits = Logits.over(options.temperature());
        q = new ExactRow(student, logits);
        p = new ExactRow(teacher, logits);
        ofQ = Roundings.of(student, logits);
        ofP = Roundings.of(teacher, logits);
    }

    /**
     * Its loss and gradient.
     *
     * @param factor what the gradient is multiplied by
     */
    Row times(DoubleDouble factor) {
        double soft = options.softWeight();
        double hard = options.hardWeight();
        if (!q.regular() || soft != 0 && !p.regular()) {
            return new Row(Double.NaN, 0, SoftmaxReference.filled(classes, Double.NaN), new double[classes]);
        }
        DoubleDouble loss = DoubleDouble.ZERO;
        double lossScale = 0;
        DoubleDouble[] gradient = new DoubleDouble[classes];
        Arrays.fill(gradient, DoubleDouble.ZERO);
        double[] gradientScale = new double[classes];
        if (soft != 0) {
            DoubleDoubleSum divergence = new DoubleDoubleSum();
            DoubleDoubleSum fromQ = new DoubleDoubleSum();
            double ofFromQ = 0;
            for (int j = 0; j < classes; j++) {
                divergence.add(term.of(p.p(j), q.p(j), logRatio(j)));
                fromQ.add(term.ofQ(p.p(j), q.p(j), logRatio(j)));
                lossScale += soft * ofTerm(j);
                ofFromQ += ofTermFromQ(j);
            }
            loss = divergence.value().times(soft);
            DoubleDouble weight = DoubleDouble.of(soft).dividedBy(options.temperature());
            for (int j = 0; j < classes; j++) {
                gradient[j] = slope(j, fromQ.value()).times(weight);
                gradientScale[j] = weight.value() * ofSlope(j, fromQ.value().value(), ofFromQ);
            }
        }
        if (hard != 0) {
            ExactRow plain = new ExactRow(student);
            Roundings ofPlain = Roundings.of(student);
            loss = loss.minus(plain.logP(label).times(hard));
            lossScale += hard * ofPlain.logProbability(label);
            for (int j = 0; j < classes; j++) {
                DoubleDouble slope = plain.p(j).plus(j == label ? -1 : 0);
                gradient[j] = gradient[j].plus(slope.times(hard));
                gradientScale[j] += hard * (ofPlain.probability(j) + 6 * Math.abs(slope.value()));
            }
        }
        double size = Math.abs(factor.value());
        for (int j = 0; j < classes; j++) {
            gradientScale[j] *= size;
        }
        return new Row(
                loss.value(),
                Math.max(LEAST_SCALE * Math.min(1, soft), lossScale + 3 * Math.abs(loss.value())),
                SoftmaxReference.values(classes, j -> gradient[j].times(factor)),
                gradientScale);
    }

    /** d_j = log(Q_j / P_j). */
    private DoubleDouble logRatio(int j) {
        return q.distance(j).minus(p.distance(j)).minus(q.logSum().minus(p.logSum()));
    }

    /** dD/dz_j, z = student / T. An infinite divergence has none, but for KL(P || Q). */
    private DoubleDouble slope(int j, DoubleDouble fromQ) {
        if (isKl()) {
            return q.p(j).minus(p.p(j));
        }
        if (!Double.isFinite(fromQ.value())) {
            return DoubleDouble.NAN;
        }
        DoubleDouble ofClass = q.p(j);
        return ofClass.value() == 0
                ? ofClass
                : logOverMixture(j).minus(fromQ).times(ofClass).times(term.weightOfQ());
    }

    /** log(Q_j / M_j). */
    private DoubleDouble logOverMixture(int j) {
        return term.logMixtureOverQ(logRatio(j)).negated();
    }

    private boolean isKl() {
        return options.divergence().equals(Divergence.KL);
    }

    /** What class j's term of the divergence may be off by. */
    private double ofTerm(int j) {
        double d = logRatio(j).value();
        return term.ofProbabilities(ofP.p(j), ofQ.p(j), d, ofP.relative(j), ofQ.relative(j)) + ofLogRatio(j, d);
    }

    /** The same of KL(Q || M). */
    private double ofTermFromQ(int j) {
        double d = logRatio(j).value();
        return isKl() ? 0 : term.ofFromQ(ofP.p(j), ofQ.p(j), d, ofP.relative(j), ofQ.relative(j)) + ofLogRatio(j, d);
    }

    /**
     * What comes of d_j's own errors. That of the logarithms of sums is the same for all classes, and adds nothing to a sum of
     * tails but its square, which is taken off; beyond their range, classes feel it one by one.
     */
    private double ofLogRatio(int j, double d) {
        double ofP1 = ofP.p(j);
        double ofQ1 = ofQ.p(j);
        double moved = term.sensitivity(ofP1, ofQ1);
        double far = Math.abs(d) <= 1 ? 0 : (moved + Math.abs(ofQ1 - ofP1)) * ofLogSums();
        return Roundings.times(moved, distances(j) + 2 * Math.abs(d)) + far;
    }

    private double distances(int j) {
        return 3 * (ofQ.distance(j) + ofP.distance(j));
    }

    private double ofLogSums() {
        return ofQ.logSum() + ofP.logSum();
    }

    private double ofSlope(int j, double fromQ, double ofFromQ) {
        double qj = ofQ.p(j);
        if (isKl()) {
            return ofQ.probability(j) + ofP.probability(j) + 6 * Math.abs(qj - ofP.p(j));
        }
        if (qj == 0 || !Double.isFinite(fromQ)) {
            return Roundings.UNDERFLOW;
        }
        double ratio = logOverMixture(j).value();
        double off = ofLogSums() + distances(j) + 2 * Math.abs(logRatio(j).value()) + 4 * Math.abs(fromQ) + ofFromQ;
        double size = Math.abs(ratio - fromQ);
        return term.weightOfQ().value()
                * (qj * (size * (ofQ.relative(j) + 8) + off) + Roundings.UNDERFLOW * (1 + size));
    }
}

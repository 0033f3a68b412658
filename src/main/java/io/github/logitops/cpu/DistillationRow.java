package io.github.logitops.cpu;

import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Divergence;

/**
 * Distillation of one row. P and Q are the softmax of teacher / T and student / T, p that of the student, y the label and
 * M = beta P + (1 - beta) Q; but M is Q where beta is 0 and P where it is 1, with weights of 1. Then, with 0 log 0 = 0,
 *
 * <pre>
 * loss       = hard (-log p_y) + soft (beta KL(P || M) + (1 - beta) KL(Q || M))
 * gradient_j = hard (p_j - [j = y]) + soft / T (1 - beta) Q_j (log Q_j - log M_j - KL(Q || M))
 * </pre>
 *
 * where beta is 0, the last term is soft / T (Q_j - P_j). A divergence is added up as {@link Mixture} says.
 */
final class DistillationRow {
    private final DistillationOptions options;
    private final BlockedRow student;
    private final BlockedRow teacher;
    private final int label;
    private final double labelLogit;
    private final Divergence kind;
    private final RowSoftmax plain; // p; null without a hard weight
    private final RowSoftmax ofTeacher;
    private final RowSoftmax ofStudent;
    private final double fromQ;
    private final double divergence;

    /** @param labelLogit the student's logit of the label */
    DistillationRow(
            DistillationOptions options,
            BlockedRow student,
            BlockedRow teacher,
            int label,
            double labelLogit,
            Scratch scratch) {
        this.options = options;
        this.student = student;
        this.teacher = teacher;
        this.label = label;
        this.labelLogit = labelLogit;
        this.kind = options.divergence();
        double inverse = 1 / options.temperature();
        this.plain = options.hardWeight() == 0 ? null : softmax(student, 1, scratch);
        this.ofTeacher = softmax(teacher, inverse, scratch);
        this.ofStudent = softmax(student, inverse, scratch);
        RowSum fromP = new RowSum();
        RowSum ofQ = new RowSum();
        RowSum drift = new RowSum();
        for (Block block : scratch.blocks()) {
            addTerms(block, scratch.third(), fromP, ofQ, drift);
        }
        this.fromQ = ofQ.value();
        double off = drift.value();
        double total = fromP.value() + times(kind.weightOfQ(), fromQ) - Mixture.curvature(kind) / 2 * off * off;
        this.divergence = total < 0 ? 0 : total;
    }

    private static RowSoftmax softmax(BlockedRow logits, double unit, Scratch scratch) {
        return SoftmaxRow.of(logits, unit, scratch.third(), scratch.blocks()).softmax();
    }

    private void addTerms(Block block, double[] spare, RowSum fromP, RowSum ofQ, RowSum drift) {
        double[] s = student.at(block);
        double[] t = teacher.at(block);
        for (int j = 0; j < block.count(); j++) {
            double p = ofTeacher.p(t[j]);
            double term = Mixture.relativeEntropy(p, mixture(s[j], t[j]), Mixture.logOverP(kind, logRatio(s[j], t[j])));
            spare[j] = times(kind.weightOfP(), term);
        }
        fromP.add(spare, block.count());
        for (int j = 0; j < block.count(); j++) {
            double q = ofStudent.p(s[j]);
            spare[j] = Mixture.relativeEntropy(q, mixture(s[j], t[j]), Mixture.logOverQ(kind, logRatio(s[j], t[j])));
        }
        ofQ.add(spare, block.count());
        for (int j = 0; j < block.count(); j++) {
            spare[j] = Mixture.drift(ofTeacher.p(t[j]), ofStudent.p(s[j]), logRatio(s[j], t[j]));
        }
        drift.add(spare, block.count());
    }

    double loss() {
        double soft = times(options.softWeight(), divergence);
        return plain == null ? soft : soft - options.hardWeight() * plain.logP(labelLogit);
    }

    /** Writes a block of the gradient with respect to the student's logits, each element times {@code factor}. */
    void gradient(double factor, Block block, double[] into) {
        double[] s = student.at(block);
        double[] t = teacher.at(block);
        double weight = options.softWeight() / options.temperature();
        for (int j = 0; j < block.count(); j++) {
            double gradient = times(weight, slope(s[j], t[j]));
            if (plain != null) {
                gradient += options.hardWeight() * (plain.p(s[j]) - (block.from() + j == label ? 1 : 0));
            }
            into[j] = gradient * factor;
        }
    }

    /** The divergence's derivative by s / T, of logits s and t of one class. An infinite one has none, but for KL(P || Q): NaN. */
    private double slope(double s, double t) {
        double q = ofStudent.p(s);
        if (kind.equals(Divergence.KL)) {
            return q - ofTeacher.p(t);
        }
        double excess = Double.isFinite(fromQ) ? fromQ : Double.NaN;
        return kind.weightOfQ() * q * ((q == 0 ? 0 : -Mixture.logOverQ(kind, logRatio(s, t))) - excess);
    }

    private double mixture(double s, double t) {
        return Mixture.of(kind, ofTeacher.p(t), ofStudent.p(s));
    }

    /** log(Q_j / P_j). */
    private double logRatio(double s, double t) {
        return ofStudent.logRatio(s, ofTeacher, t);
    }

    /** 0 without a weight, even where the value is infinite. */
    private static double times(double weight, double value) {
        return weight == 0 ? 0 : weight * value;
    }
}

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
    private final double[] student;
    private final double[] teacher;
    private final int classes;
    private final int label;
    private final Divergence kind;
    private final RowSoftmax plain; // p; null without a hard weight
    private final RowSoftmax ofTeacher;
    private final RowSoftmax ofStudent;
    private final double fromQ;
    private final double divergence;

    /** Of logits that stay as they are until the row is done with; {@code spare} is overwritten. */
    DistillationRow(
            DistillationOptions options, double[] student, double[] teacher, double[] spare, int classes, int label) {
        this.options = options;
        this.student = student;
        this.teacher = teacher;
        this.classes = classes;
        this.label = label;
        this.kind = options.divergence();
        this.plain = options.hardWeight() == 0 ? null : RowSoftmax.of(student, 1, spare, classes);
        this.ofTeacher = RowSoftmax.of(teacher, 1 / options.temperature(), spare, classes);
        this.ofStudent = RowSoftmax.of(student, 1 / options.temperature(), spare, classes);
        for (int j = 0; j < classes; j++) {
            double p = ofTeacher.p(teacher[j]);
            double fromP = Mixture.relativeEntropy(p, mixture(j), Mixture.logOverP(kind, logRatio(j)));
            spare[j] = times(kind.weightOfP(), fromP);
        }
        double fromP = RowMath.sum(spare, classes);
        for (int j = 0; j < classes; j++) {
            double q = ofStudent.p(student[j]);
            spare[j] = Mixture.relativeEntropy(q, mixture(j), Mixture.logOverQ(kind, logRatio(j)));
        }
        this.fromQ = RowMath.sum(spare, classes);
        for (int j = 0; j < classes; j++) {
            spare[j] = Mixture.drift(ofTeacher.p(teacher[j]), ofStudent.p(student[j]), logRatio(j));
        }
        double drift = RowMath.sum(spare, classes);
        double total = fromP + times(kind.weightOfQ(), fromQ) - Mixture.curvature(kind) / 2 * drift * drift;
        this.divergence = total < 0 ? 0 : total;
    }

    double loss() {
        double soft = times(options.softWeight(), divergence);
        return plain == null ? soft : soft - options.hardWeight() * plain.logP(student[label]);
    }

    /** Writes the gradient with respect to the student's logits, each element times {@code factor}. */
    void gradient(double factor, double[] into) {
        double weight = options.softWeight() / options.temperature();
        for (int j = 0; j < classes; j++) {
            double gradient = times(weight, slope(j));
            if (plain != null) {
                gradient += options.hardWeight() * (plain.p(student[j]) - (j == label ? 1 : 0));
            }
            into[j] = gradient * factor;
        }
    }

    /** The divergence's derivative by student_j / T. An infinite one has none, but for KL(P || Q): NaN. */
    private double slope(int j) {
        double q = ofStudent.p(student[j]);
        if (kind.equals(Divergence.KL)) {
            return q - ofTeacher.p(teacher[j]);
        }
        double excess = Double.isFinite(fromQ) ? fromQ : Double.NaN;
        return kind.weightOfQ() * q * ((q == 0 ? 0 : -Mixture.logOverQ(kind, logRatio(j))) - excess);
    }

    private double mixture(int j) {
        return Mixture.of(kind, ofTeacher.p(teacher[j]), ofStudent.p(student[j]));
    }

    /** log(Q_j / P_j). */
    private double logRatio(int j) {
        return ofStudent.logRatio(student[j], ofTeacher, teacher[j]);
    }

    /** 0 without a weight, even where the value is infinite. */
    private static double times(double weight, double value) {
        return weight == 0 ? 0 : weight * value;
    }
}

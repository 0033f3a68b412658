package io.github.logitops.reference;

import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Divergence;
import io.github.logitops.spec.Reduction;
import java.util.Arrays;

/**
 * Distillation of a batch, as the definition says, in double with compensated sums. Slow and plain on purpose. Beside each
 * result stands its scale, the size of the terms before they cancel ({@link Tolerance}).
 *
 * @param loss the reduced loss; NaN for NONE
 * @param lossScale its scale
 * @param countedRows rows whose label is neither ignored nor out of range
 * @param rows the results row by row
 */
public record DistillationReference(double loss, double lossScale, long countedRows, Row[] rows) {

    /**
     * The results of one row.
     *
     * @param loss its loss
     * @param lossScale the scale of its loss
     * @param gradient the gradient of the reduced loss with respect to the student's logits, times its grad scale
     * @param gradientScale the scale of the gradient
     */
    public record Row(double loss, double lossScale, double[] gradient, double gradientScale) {}

    /**
     * Computes a batch.
     *
     * @param student logits by row and class
     * @param teacher logits by row and class
     * @param labels by row; or null, and then every row counts
     * @param options the numbers
     * @param gradScale by row: what its gradient is multiplied by
     */
    public static DistillationReference of(
            double[][] student, double[][] teacher, long[] labels, DistillationOptions options, double[] gradScale) {
        long counted = 0;
        for (int n = 0; n < student.length; n++) {
            counted += counts(labels, n, student[n].length, options) ? 1 : 0;
        }
        double divisor = options.reduction() != Reduction.MEAN ? 1 : counted == 0 ? Double.NaN : counted;
        CompensatedSum sum = new CompensatedSum();
        CompensatedSum scale = new CompensatedSum();
        Row[] rows = new Row[student.length];
        for (int n = 0; n < student.length; n++) {
            if (counts(labels, n, student[n].length, options)) {
                int label = labels == null ? 0 : (int) labels[n];
                rows[n] = row(student[n], teacher[n], label, options, gradScale[n] / divisor);
            } else {
                boolean ignored = ignores(options, labels[n]);
                rows[n] = new Row(ignored ? 0 : Double.NaN, 0, new double[student[n].length], 0);
            }
            sum.add(rows[n].loss);
            scale.add(rows[n].lossScale);
        }
        double loss = options.reduction() == Reduction.NONE ? Double.NaN : sum.value() / divisor;
        return new DistillationReference(loss, scale.value() / divisor, counted, rows);
    }

    private static boolean counts(long[] labels, int row, int classes, DistillationOptions options) {
        return labels == null || labels[row] >= 0 && labels[row] < classes && !ignores(options, labels[row]);
    }

    private static boolean ignores(DistillationOptions options, long label) {
        return options.ignoreIndex().isPresent() && options.ignoreIndex().getAsLong() == label;
    }

    private static Row row(double[] student, double[] teacher, int label, DistillationOptions options, double factor) {
        int classes = student.length;
        double soft = options.softWeight();
        double hard = options.hardWeight();
        double[] z = divided(student, options.temperature());
        double[] t = divided(teacher, options.temperature());
        boolean irregular = Double.isNaN(SoftmaxReference.softmax(z)[0])
                || soft != 0 && Double.isNaN(SoftmaxReference.softmax(t)[0]);
        if (irregular) {
            return new Row(Double.NaN, 0, SoftmaxReference.filled(classes, Double.NaN), 0);
        }
        double loss = 0;
        double lossScale = 0;
        double[] gradient = new double[classes];
        double gradientScale = 0;
        if (soft != 0) {
            Row divergence = divergence(z, t, options.divergence());
            loss += soft * divergence.loss;
            lossScale += soft * divergence.lossScale;
            for (int j = 0; j < classes; j++) {
                gradient[j] += soft / options.temperature() * divergence.gradient[j];
            }
            gradientScale += soft / options.temperature() * divergence.gradientScale;
        }
        if (hard != 0) {
            double[] plain = SoftmaxReference.softmax(student);
            loss -= hard * SoftmaxReference.logSoftmax(student)[label];
            lossScale += hard * SoftmaxReference.logSoftmaxScale(student)[label];
            for (int j = 0; j < classes; j++) {
                gradient[j] += hard * (plain[j] - (j == label ? 1 : 0));
            }
            gradientScale += hard * (1 + plain[label]);
        }
        for (int j = 0; j < classes; j++) {
            gradient[j] *= factor;
        }
        return new Row(loss, Math.max(1, lossScale), gradient, gradientScale * Math.abs(factor));
    }

    /** The divergence of two rows of logits over the temperature, and its gradient with respect to z. */
    private static Row divergence(double[] z, double[] t, Divergence kind) {
        double[] p = SoftmaxReference.softmax(t);
        double[] logP = SoftmaxReference.logSoftmax(t);
        double[] q = SoftmaxReference.softmax(z);
        double[] logQ = SoftmaxReference.logSoftmax(z);
        double[] logM = logMixture(kind.beta(), p, logP, q, logQ);
        double fromQ = expectation(q, logQ, logM);
        double sizeQ = size(q, logQ, logM);
        double[] gradient = new double[z.length];
        double gradientScale = 0;
        for (int j = 0; j < z.length; j++) {
            double scale = 0;
            if (kind.equals(Divergence.KL)) {
                gradient[j] = q[j] - p[j];
                scale = q[j] + p[j];
            } else if (!Double.isFinite(fromQ)) {
                gradient[j] = Double.NaN; // the divergence is infinite: it has no gradient
            } else if (q[j] != 0) {
                gradient[j] = kind.weightOfQ() * q[j] * (logQ[j] - logM[j] - fromQ);
                scale = kind.weightOfQ() * q[j] * (1 + Math.abs(logQ[j]) + Math.abs(logM[j]) + sizeQ);
            }
            gradientScale = Math.max(gradientScale, scale);
        }
        CompensatedSum loss = new CompensatedSum();
        CompensatedSum lossScale = new CompensatedSum();
        double largestZ = largest(z);
        double largestT = largest(t);
        double apart = largest(logQ) - largest(logP);
        for (int j = 0; j < z.length; j++) {
            double d = ((z[j] - largestZ) - (t[j] - largestT)) + apart; // log(Q_j / P_j)
            double term = DivergenceTerm.of(kind, p[j], q[j], d);
            double moved = DivergenceTerm.sensitivity(kind, p[j], q[j]);
            double distance = Math.abs(z[j] - largestZ) + Math.abs(t[j] - largestT);
            loss.add(term);
            lossScale.add(term + (moved == 0 ? 0 : moved * distance));
        }
        return new Row(loss.value(), lossScale.value(), gradient, gradientScale);
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).max().orElseThrow();
    }

    private static double[] divided(double[] logits, double temperature) {
        double[] divided = new double[logits.length];
        for (int j = 0; j < logits.length; j++) {
            divided[j] = logits[j] / temperature;
        }
        return divided;
    }

    /** log (beta P + (1 - beta) Q); by convention that of Q where beta is 0 and of P where it is 1. */
    private static double[] logMixture(double beta, double[] p, double[] logP, double[] q, double[] logQ) {
        if (beta == 0 || beta == 1) {
            return beta == 0 ? logQ : logP;
        }
        double[] logM = new double[p.length];
        for (int j = 0; j < p.length; j++) {
            logM[j] = Math.log(beta * p[j] + (1 - beta) * q[j]);
        }
        return logM;
    }

    /** sum p (log p - log m), where 0 log 0 is 0. */
    private static double expectation(double[] p, double[] logP, double[] logM) {
        CompensatedSum sum = new CompensatedSum();
        for (int j = 0; j < p.length; j++) {
            sum.add(p[j] == 0 ? 0 : p[j] * (logP[j] - logM[j]));
        }
        return sum.value();
    }

    private static double size(double[] p, double[] logP, double[] logM) {
        CompensatedSum sum = new CompensatedSum();
        for (int j = 0; j < p.length; j++) {
            sum.add(p[j] == 0 ? 0 : p[j] * (1 + Math.abs(logP[j]) + Math.abs(logM[j])));
        }
        return sum.value();
    }
}

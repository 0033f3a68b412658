package io.github.logitops.reference;

import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Reduction;

/**
 * Distillation of a batch, as the definition says, in {@link DoubleDouble}. Slow and plain on purpose. Beside each result
 * stands its scale: what it may be off by, in roundings ({@link Tolerance}).
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
     * @param gradientScale the scale of the gradient, element by element
     */
    public record Row(double loss, double lossScale, double[] gradient, double[] gradientScale) {}

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
        DoubleDoubleSum sum = new DoubleDoubleSum();
        double scale = 0;
        Row[] rows = new Row[student.length];
        for (int n = 0; n < student.length; n++) {
            int classes = student[n].length;
            if (counts(labels, n, classes, options)) {
                int label = labels == null ? 0 : (int) labels[n];
                DoubleDouble factor = DoubleDouble.of(gradScale[n]).dividedBy(divisor);
                rows[n] = new DistillationRow(student[n], teacher[n], label, options).times(factor);
            } else {
                boolean ignored = ignores(options, labels[n]);
                rows[n] = new Row(ignored ? 0 : Double.NaN, 0, new double[classes], new double[classes]);
            }
            sum.add(rows[n].loss);
            scale += rows[n].lossScale + 2 * Math.abs(rows[n].loss);
        }
        double loss = sum.value().dividedBy(divisor).value();
        boolean reduced = options.reduction() != Reduction.NONE;
        return new DistillationReference(
                reduced ? loss : Double.NaN, scale / divisor + 2 * Math.abs(loss), counted, rows);
    }

    private static boolean counts(long[] labels, int row, int classes, DistillationOptions options) {
        return labels == null || labels[row] >= 0 && labels[row] < classes && !ignores(options, labels[row]);
    }

    private static boolean ignores(DistillationOptions options, long label) {
        return options.ignoreIndex().isPresent() && options.ignoreIndex().getAsLong() == label;
    }
}

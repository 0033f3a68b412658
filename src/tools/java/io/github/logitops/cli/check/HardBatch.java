package io.github.logitops.cli.check;

import io.github.logitops.element.Elements;
import java.util.List;
import java.util.Random;

/**
 * What accuracy is measured on: rows of several kinds with what ops take beside them, as the case's dtype holds it.
 *
 * @param logits by row and class
 * @param teacher other logits, -inf where those are
 * @param upstream gradients that do not average out
 * @param labels a class of each row whose logit is finite; in the first row the one with the largest
 */
record HardBatch(double[][] logits, double[][] teacher, double[][] upstream, long[] labels) {
    /** Every kind of row once. */
    private static final List<List<HardRow>> KINDS = List.of(
            List.of(HardRow.OUTLIERS, HardRow.MASKED, HardRow.CONSTANT, HardRow.TINY_DIFFERENCES),
            List.of(HardRow.CONSTANT_BELOW_THE_FIRST, HardRow.LOW, HardRow.WIDE, HardRow.PLAIN));

    /** All that a case is tried on. */
    static List<HardBatch> all(Case what, Random random) {
        return KINDS.stream().map(kinds -> of(kinds, what, random)).toList();
    }

    private static HardBatch of(List<HardRow> kinds, Case what, Random random) {
        double[][] logits = new double[Case.ROWS][what.classes()];
        double[][] teacher = new double[Case.ROWS][what.classes()];
        double[][] upstream = new double[Case.ROWS][what.classes()];
        for (int n = 0; n < Case.ROWS; n++) {
            for (int j = 0; j < what.classes(); j++) {
                double x = kinds.get(n).element(j, what.dtype(), random);
                double t = Double.isInfinite(x) ? x : 2 * random.nextGaussian();
                logits[n][j] = Elements.round(what.dtype(), x);
                teacher[n][j] = Elements.round(what.dtype(), t);
                upstream[n][j] = Elements.round(what.dtype(), 1 + random.nextGaussian());
            }
        }
        int middle = what.classes() / 2;
        return new HardBatch(
                logits, teacher, upstream, new long[] {0, middle - middle % 2, middle, what.classes() - 1});
    }

    /** The label of a row. */
    int label(int row) {
        return (int) labels[row];
    }
}

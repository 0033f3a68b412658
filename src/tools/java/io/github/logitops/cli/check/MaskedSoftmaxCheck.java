package io.github.logitops.cli.check;

import io.github.logitops.element.Elements;
import io.github.logitops.memory.Mask;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Masked softmax, with a mask of bytes that all rows share. */
final class MaskedSoftmaxCheck implements OpCheck {
    private static final String FORWARD = Op.MASKED_SOFTMAX.method("forward");

    @Override
    public Op op() {
        return Op.MASKED_SOFTMAX;
    }

    @Override
    public List<Attempt> attempts(Case what) {
        return List.of(MaskedSoftmaxCheck::keep, MaskedSoftmaxCheck::additive);
    }

    /** A quarter of the columns is hidden. */
    private static void keep(Trial trial) {
        boolean[] seen = new boolean[trial.what().classes()];
        for (int j = 0; j < seen.length; j++) {
            seen[j] = trial.random().nextInt(4) != 0;
        }
        PlacedRows x = trial.logits();
        Tensor mask = trial.keep(trial.ops().mask(seen, maskShape(trial), trial.stream()));
        double[] added = new double[seen.length];
        for (int j = 0; j < seen.length; j++) {
            added[j] = seen[j] ? 0 : Double.NEGATIVE_INFINITY;
        }
        check(trial, x, Mask.keep(mask), added, false);
    }

    /** Numbers are added to the logits, of which a quarter hides. They are random by themselves, so that other ops' data stay. */
    private static void additive(Trial trial) {
        Case what = trial.what();
        Random random = new Random(what.toString().hashCode());
        double[][] logits = new double[Case.ROWS][what.classes()];
        for (double[] row : logits) {
            Arrays.setAll(row, j -> what.centre() + 3 * random.nextGaussian());
        }
        double[] added = new double[what.classes()];
        Arrays.setAll(
                added,
                j -> random.nextInt(4) == 0
                        ? Double.NEGATIVE_INFINITY
                        : Elements.round(what.dtype(), random.nextGaussian()));
        Tensor mask = trial.keep(trial.ops().upload(added, what.dtype(), maskShape(trial), trial.stream()));
        check(trial, trial.place(logits), Mask.additive(mask), added, true);
    }

    /** Of one row, for all rows. */
    private static Shape maskShape(Trial trial) {
        int classes = trial.what().classes();
        return trial.what().placement() == Placement.COLUMNS ? Shape.of(classes, 1) : Shape.of(classes);
    }

    private static void check(Trial trial, PlacedRows x, Mask mask, double[] added, boolean isSum) {
        PlacedRows out = trial.output(x);
        trial.ops().maskedSoftmax(trial.what().axis()).forward(x.tensor(), mask, out.tensor(), trial.stream());
        double[][] y = out.read(trial.judge(), FORWARD);
        for (int n = 0; n < Case.ROWS; n++) {
            double[] z = x.values()[n].clone();
            for (int j = 0; j < z.length; j++) {
                z[j] = added[j] == Double.NEGATIVE_INFINITY ? Double.NEGATIVE_INFINITY : z[j] + added[j];
            }
            double[] scale = SoftmaxReference.maskedSoftmaxScale(z, isSum);
            String name = (isSum ? "additive y row " : "y row ") + n;
            trial.judge().row(FORWARD, name, SoftmaxReference.maskedSoftmax(z), y[n], scale);
        }
    }
}

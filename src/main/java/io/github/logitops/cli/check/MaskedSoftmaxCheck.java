package io.github.logitops.cli.check;

import io.github.logitops.memory.Tensor;
import io.github.logitops.op.Mask;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;
import java.util.List;

/** Masked softmax, with a mask of bytes that all rows share. */
final class MaskedSoftmaxCheck implements OpCheck {
    private static final String FORWARD = Op.MASKED_SOFTMAX.method("forward");

    @Override
    public Op op() {
        return Op.MASKED_SOFTMAX;
    }

    @Override
    public List<Attempt> attempts(Case what) {
        return List.of(MaskedSoftmaxCheck::check);
    }

    private static void check(Trial trial) {
        int classes = trial.what().classes();
        boolean[] seen = new boolean[classes];
        for (int j = 0; j < classes; j++) {
            seen[j] = trial.random().nextInt(4) != 0;
        }
        PlacedRows x = trial.logits();
        Shape shape = trial.what().placement() == Placement.COLUMNS ? Shape.of(classes, 1) : Shape.of(classes);
        Tensor mask = trial.keep(trial.ops().mask(seen, shape, trial.stream()));
        PlacedRows out = trial.output(x);
        trial.ops()
                .maskedSoftmax(trial.what().axis())
                .forward(x.tensor(), Mask.keep(mask), out.tensor(), trial.stream());
        double[][] y = out.read(trial.judge(), FORWARD);
        for (int n = 0; n < Case.ROWS; n++) {
            double[] z = x.values()[n].clone();
            for (int j = 0; j < classes; j++) {
                z[j] = seen[j] ? z[j] : Double.NEGATIVE_INFINITY;
            }
            double[] scale = SoftmaxReference.maskedSoftmaxScale(z, false);
            trial.judge().row(FORWARD, "y row " + n, SoftmaxReference.maskedSoftmax(z), y[n], scale);
        }
    }
}

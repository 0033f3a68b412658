package io.github.logitops.cli.check;

import io.github.logitops.Distillation;
import io.github.logitops.DistillationResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.DistillationReference;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Divergence;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.TemperatureFactor;
import java.util.Arrays;
import java.util.List;

/** Distillation with every kind of divergence. */
final class DistillationCheck implements OpCheck {
    private static final String FORWARD = Op.DISTILLATION.method("forward");
    private static final String FORWARD_BACKWARD = Op.DISTILLATION.method("forwardBackward");
    private static final double GRAD_SCALE = 256;

    @Override
    public Op op() {
        return Op.DISTILLATION;
    }

    @Override
    public List<Attempt> attempts(Case what) {
        DistillationOptions defaults = DistillationOptions.defaults().withTemperature(2.5, TemperatureFactor.SQUARED);
        return List.of(
                trial -> check(trial, defaults),
                trial -> check(
                        trial,
                        defaults.withDivergence(Divergence.jensenShannon(0.3)).withHardWeight(0.5)),
                trial -> check(trial, defaults.withDivergence(Divergence.REVERSE_KL)));
    }

    private static void check(Trial trial, DistillationOptions options) {
        int classes = trial.what().classes();
        long[] labels = {trial.random().nextInt(classes), 0, -100, classes - 1};
        double[] gradScale = new double[Case.ROWS];
        Arrays.fill(gradScale, GRAD_SCALE);
        PlacedRows student = trial.logits();
        PlacedRows teacher = trial.gaussians();
        DistillationReference exact =
                DistillationReference.of(student.values(), teacher.values(), labels, options, gradScale);

        Distillation op = trial.ops().distillation(options, trial.what().axis());
        Tensor y = trial.labels(DType.I64, labels);
        DistillationResult forward = trial.keep(op.forward(student.tensor(), teacher.tensor(), y, trial.stream()));
        losses(trial, FORWARD, options, forward, exact);
        trial.judge().unchanged(FORWARD, student);

        DistillationResult fused = trial.keep(
                op.newResult(trial.what().dtype(), trial.what().layout().shape(), trial.stream()));
        PlacedRows dx = trial.output(student);
        GradScale scale = GradScale.of(GRAD_SCALE);
        op.forwardBackward(student.tensor(), teacher.tensor(), y, scale, dx.tensor(), fused, trial.stream());
        losses(trial, FORWARD_BACKWARD, options, fused, exact);
        trial.judge().unchanged(FORWARD_BACKWARD, teacher);
        double[][] gradient = dx.read(trial.judge(), FORWARD_BACKWARD);
        for (int n = 0; n < Case.ROWS; n++) {
            DistillationReference.Row row = exact.rows()[n];
            String output = "dx row " + n + " of " + options.divergence();
            trial.judge().row(FORWARD_BACKWARD, output, row.gradient(), gradient[n], row.gradientScale());
        }
    }

    private static void losses(
            Trial trial,
            String op,
            DistillationOptions options,
            DistillationResult result,
            DistillationReference exact) {
        double[] rowLosses = result.rowLosses().downloadDoubles(trial.stream());
        for (int n = 0; n < Case.ROWS; n++) {
            DistillationReference.Row row = exact.rows()[n];
            trial.judge()
                    .loss(
                            op,
                            "loss of row " + n + " of " + options.divergence(),
                            row.loss(),
                            rowLosses[n],
                            row.lossScale());
        }
        trial.judge().loss(op, "loss of " + options.divergence(), exact.loss(), result.await(), exact.lossScale());
    }
}

package io.github.logitops.cli.check;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.Distillation;
import io.github.logitops.DistillationResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.CrossEntropyReference;
import io.github.logitops.reference.DistillationReference;
import io.github.logitops.reference.Targets;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.TemperatureFactor;
import java.util.Arrays;

/** The accuracy of losses and their gradients. */
final class LossAccuracy {
    private static final float TEMPERATURE = 2.5f;

    private final Comparison comparison;
    private final Trial trial;
    private final HardBatch batch;
    private final double[][] x;

    LossAccuracy(Comparison comparison, HardBatch batch) {
        this.comparison = comparison;
        this.trial = comparison.trial();
        this.batch = batch;
        this.x = batch.logits();
    }

    void measure() {
        crossEntropy();
        distillation();
    }

    private void crossEntropy() {
        PlacedRows in = trial.place(x);
        Tensor labels = trial.labels(DType.I64, batch.labels());
        CrossEntropyOptions options = CrossEntropyOptions.defaults().withReduction(Reduction.SUM);
        CrossEntropyReference.Row[] exact = CrossEntropyReference.of(
                        x, Targets.of(batch.labels()), null, options, ones())
                .rows();
        CrossEntropy op = trial.ops().crossEntropy(options, Axis.LAST);
        CrossEntropyResult result = trial.keep(op.forward(in.tensor(), labels, trial.stream()));
        losses(Op.CROSS_ENTROPY.method("forward"), result, exact);

        PlacedRows dx = trial.output(in);
        op.backward(in.tensor(), labels, null, result, GradScale.ONE, dx.tensor(), trial.stream());
        comparison.rows(
                Op.CROSS_ENTROPY.method("backward"),
                dx.read(trial.judge(), Op.CROSS_ENTROPY.method("backward")),
                n -> exact[n].gradient(),
                n -> exact[n].gradientScale(),
                n -> PlainFloat.lossBackward(PlainFloat.row(x[n]), batch.label(n)));

        PlacedRows fused = trial.output(in);
        CrossEntropyResult both = trial.keep(
                op.newResult(trial.what().dtype(), trial.what().layout().shape(), trial.stream()));
        op.forwardBackward(in.tensor(), labels, null, GradScale.ONE, fused.tensor(), both, trial.stream());
        losses(Op.CROSS_ENTROPY.method("forwardBackward") + " loss", both, exact);
        comparison.rows(
                Op.CROSS_ENTROPY.method("forwardBackward") + " gradient",
                fused.read(trial.judge(), Op.CROSS_ENTROPY.method("forwardBackward")),
                n -> exact[n].gradient(),
                n -> exact[n].gradientScale(),
                n -> PlainFloat.lossGradient(PlainFloat.row(x[n]), batch.label(n)));
    }

    private void losses(String op, CrossEntropyResult result, CrossEntropyReference.Row[] exact) {
        comparison.numbers(
                op,
                result.rowLosses(),
                n -> exact[n].loss(),
                n -> exact[n].lossScale(),
                n -> PlainFloat.loss(PlainFloat.row(x[n]), batch.label(n)));
    }

    private void distillation() {
        PlacedRows student = trial.place(x);
        PlacedRows teacher = trial.place(batch.teacher());
        DistillationOptions options = DistillationOptions.defaults()
                .withTemperature(TEMPERATURE, TemperatureFactor.ONE)
                .withReduction(Reduction.SUM);
        DistillationReference.Row[] exact = DistillationReference.of(x, batch.teacher(), null, options, ones())
                .rows();
        Distillation op = trial.ops().distillation(options, Axis.LAST);
        DistillationResult result = trial.keep(op.forward(student.tensor(), teacher.tensor(), null, trial.stream()));
        divergences(Op.DISTILLATION.method("forward"), result, exact);

        PlacedRows dx = trial.output(student);
        DistillationResult both = trial.keep(
                op.newResult(trial.what().dtype(), trial.what().layout().shape(), trial.stream()));
        op.forwardBackward(student.tensor(), teacher.tensor(), null, GradScale.ONE, dx.tensor(), both, trial.stream());
        divergences(Op.DISTILLATION.method("forwardBackward") + " loss", both, exact);
        comparison.rows(
                Op.DISTILLATION.method("forwardBackward") + " gradient",
                dx.read(trial.judge(), Op.DISTILLATION.method("forwardBackward")),
                n -> exact[n].gradient(),
                n -> exact[n].gradientScale(),
                n -> PlainFloat.divergenceGradient(student(n), teacher(n), TEMPERATURE));
    }

    private void divergences(String op, DistillationResult result, DistillationReference.Row[] exact) {
        comparison.numbers(
                op,
                result.rowLosses(),
                n -> exact[n].loss(),
                n -> exact[n].lossScale(),
                n -> PlainFloat.divergence(student(n), teacher(n), TEMPERATURE));
    }

    private float[] student(int n) {
        return PlainFloat.row(x[n]);
    }

    private float[] teacher(int n) {
        return PlainFloat.row(batch.teacher()[n]);
    }

    private static double[] ones() {
        double[] ones = new double[Case.ROWS];
        Arrays.fill(ones, 1);
        return ones;
    }
}

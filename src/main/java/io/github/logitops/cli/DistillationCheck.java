package io.github.logitops.cli;

import io.github.logitops.Distillation;
import io.github.logitops.DistillationResult;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.GradScale;
import io.github.logitops.reference.DistillationReference;
import io.github.logitops.reference.Tolerance;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Divergence;
import io.github.logitops.spec.TemperatureFactor;
import java.util.Arrays;
import java.util.List;

/** Holds distillation against the oracle. */
final class DistillationCheck {
    private static final double GRAD_SCALE = 256;

    private final LogitOps ops;
    private final CheckTable table;
    private final Stream stream;

    DistillationCheck(LogitOps ops, CheckTable table, Stream stream) {
        this.ops = ops;
        this.table = table;
        this.stream = stream;
    }

    /**
     * Checks a student and a teacher with every kind of divergence.
     *
     * @param x what the student's tensor holds, by row
     * @param t what the teacher's holds
     * @param gradient a tensor like them, to be written over
     */
    void run(Tensor student, double[][] x, Tensor teacher, double[][] t, long[] labels, Tensor gradient) {
        DistillationOptions defaults = DistillationOptions.defaults().withTemperature(2.5, TemperatureFactor.SQUARED);
        double[] gradScale = new double[x.length];
        Arrays.fill(gradScale, GRAD_SCALE);
        DType dtype = student.dtype();
        try (Tensor y = ops.labels(labels, stream)) {
            for (DistillationOptions options : List.of(
                    defaults,
                    defaults.withDivergence(Divergence.jensenShannon(0.3)).withHardWeight(0.5),
                    defaults.withDivergence(Divergence.REVERSE_KL))) {
                DistillationReference exact = DistillationReference.of(x, t, labels, options, gradScale);
                Distillation op = ops.distillation(options);
                try (DistillationResult forward = op.forward(student, teacher, y, stream);
                        DistillationResult fused = op.newResult(dtype, student.shape(), stream)) {
                    losses("distillation.forward", dtype, forward, exact);
                    op.forwardBackward(student, teacher, y, GradScale.of(GRAD_SCALE), gradient, fused, stream);
                    losses("distillation.forwardBackward", dtype, fused, exact);
                    gradients(dtype, gradient.downloadDoubles(stream), exact);
                }
            }
        }
    }

    private void losses(String op, DType dtype, DistillationResult result, DistillationReference exact) {
        double[] rowLosses = result.rowLosses().downloadDoubles(stream);
        for (int n = 0; n < rowLosses.length; n++) {
            table.addLoss(op, dtype, exact.rows()[n].loss(), rowLosses[n], exact.rows()[n].lossScale());
        }
        table.addLoss(op, dtype, exact.loss(), result.await(), exact.lossScale());
    }

    private void gradients(DType dtype, double[] flat, DistillationReference exact) {
        for (int n = 0; n < exact.rows().length; n++) {
            DistillationReference.Row row = exact.rows()[n];
            int classes = row.gradient().length;
            double[] actual = Arrays.copyOfRange(flat, n * classes, (n + 1) * classes);
            table.add(
                    "distillation.forwardBackward",
                    Tolerance.GRADIENT,
                    dtype,
                    row.gradient(),
                    actual,
                    row.gradientScale());
        }
    }
}

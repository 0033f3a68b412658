package io.github.logitops.contract;

import static io.github.logitops.contract.SoftmaxContract.rounded;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.Distillation;
import io.github.logitops.DistillationResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.DistillationReference;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Reduction;
import io.github.logitops.support.Bench;
import io.github.logitops.support.DeviceRows;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.Near;
import io.github.logitops.support.Rig;
import java.util.Arrays;

/**
 * One batch with its options, run by both ops, out of place and in place, and compared with the oracle.
 *
 * @param labels null for none
 * @param gradScale by row; one number where the reduction is not NONE
 */
record DistillationCase(
        DType dtype,
        Geometry geometry,
        double[][] student,
        double[][] teacher,
        DType labelType,
        long[] labels,
        DistillationOptions options,
        double[] gradScale) {

    /** What the fused op gave. */
    record Actual(double loss, double[] rowLosses, double[][] gradient, long countedRows) {}

    static DistillationCase of(DType dtype, Geometry geometry, double[][] student, double[][] teacher) {
        double[] ones = new double[student.length];
        Arrays.fill(ones, 1);
        return new DistillationCase(
                dtype, geometry, student, teacher, DType.I32, null, DistillationOptions.defaults(), ones);
    }

    DistillationCase labels(DType type, long... newLabels) {
        return new DistillationCase(dtype, geometry, student, teacher, type, newLabels, options, gradScale);
    }

    DistillationCase options(DistillationOptions newOptions) {
        return new DistillationCase(dtype, geometry, student, teacher, labelType, labels, newOptions, gradScale);
    }

    DistillationCase gradScale(double... newGradScale) {
        return new DistillationCase(dtype, geometry, student, teacher, labelType, labels, options, newGradScale);
    }

    /** Runs both ops on a session of the rig; fails if anything is off. */
    Actual check(Rig rig) {
        double[][] x = new double[student.length][];
        double[][] t = new double[teacher.length][];
        for (int n = 0; n < x.length; n++) {
            x[n] = rounded(dtype, student[n]);
            t[n] = rounded(dtype, teacher[n]);
        }
        DistillationReference exact = DistillationReference.of(x, t, labels, options, gradScale);
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            DeviceRows from = bench.rows(dtype, geometry, student);
            DeviceRows to = bench.rows(dtype, geometry, teacher);
            Tensor y = labels == null ? null : bench.labels(labelType, geometry.rowShape(), labels);
            Distillation op = bench.ops().distillation(options, geometry.specAxis());
            try (DistillationResult forward = op.forward(from.tensor(), to.tensor(), y, s);
                    DistillationResult fused = op.newResult(dtype, geometry.shape(), s)) {
                checkLosses("forward", forward, exact, s);
                DeviceRows dx = bench.poisoned(dtype, geometry);
                GradScale scale = scale(bench);
                op.forwardBackward(from.tensor(), to.tensor(), y, scale, dx.tensor(), fused, s);
                checkLosses("forwardBackward", fused, exact, s);
                double[][] gradient = dx.read();
                for (int n = 0; n < gradient.length; n++) {
                    DistillationReference.Row row = exact.rows()[n];
                    String what = "row " + n + ", " + this;
                    Near.assertNear(dtype, row.gradient(), gradient[n], row.gradientScale(), what);
                }
                assertArrayEquals(from.values(), from.read(), "the student's logits were written");
                assertArrayEquals(to.values(), to.read(), "the teacher's logits were written");
                double[] rowLosses = fused.rowLosses().downloadDoubles(s);
                assertArrayEquals(forward.rowLosses().downloadDoubles(s), rowLosses, "forward, forwardBackward");
                op.forwardBackward(from.tensor(), to.tensor(), y, scale, from.tensor(), fused, s);
                assertArrayEquals(gradient, from.read(), "in place");
                assertArrayEquals(rowLosses, fused.rowLosses().downloadDoubles(s), "in place");
                double loss = options.reduction() == Reduction.NONE ? Double.NaN : fused.await();
                return new Actual(loss, rowLosses, gradient, fused.countedRows());
            }
        }
    }

    private GradScale scale(Bench bench) {
        return options.reduction() == Reduction.NONE
                ? GradScale.perRow(bench.vector(dtype.arithmetic(), geometry.rowShape(), gradScale))
                : GradScale.of(gradScale.length == 0 ? 1 : gradScale[0]);
    }

    private void checkLosses(String op, DistillationResult result, DistillationReference exact, Stream stream) {
        DType arithmetic = dtype.arithmetic();
        double[] rowLosses = result.rowLosses().downloadDoubles(stream);
        for (int n = 0; n < rowLosses.length; n++) {
            DistillationReference.Row row = exact.rows()[n];
            String what = op + ", loss of row " + n + ", " + this;
            Near.assertNear(arithmetic, row.loss(), rowLosses[n], row.lossScale(), what);
        }
        if (options.reduction() != Reduction.NONE) {
            double loss = result.await();
            Near.assertNear(arithmetic, exact.loss(), loss, exact.lossScale(), op + ", loss, " + this);
        }
        assertEquals(exact.countedRows(), result.countedRows(), op);
    }

    @Override
    public String toString() {
        return dtype + " " + geometry + " " + (labels == null ? "unlabelled" : labelType) + " " + options;
    }
}

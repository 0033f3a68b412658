package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.GradScale;
import io.github.logitops.reference.CrossEntropyReference;
import io.github.logitops.reference.Tolerance;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.DeviceRows;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.Near;
import io.github.logitops.support.Rig;
import java.util.Arrays;

/**
 * One batch with its options, run by all three ops, out of place and in place, and compared with the oracle.
 *
 * @param gradScale by row
 * @param scaledPerRow whether the ops get a factor for each row rather than one number
 */
record CrossEntropyCase(
        DType dtype,
        Geometry geometry,
        double[][] logits,
        DType labelType,
        long[] labels,
        double[] weights,
        CrossEntropyOptions options,
        double[] gradScale,
        boolean scaledPerRow) {

    /** What the fused op gave. */
    record Actual(double loss, double[] rowLosses, double[][] gradient, long countedRows) {}

    static CrossEntropyCase of(DType dtype, Geometry geometry, double[][] logits) {
        double[] ones = new double[logits.length];
        Arrays.fill(ones, 1);
        return new CrossEntropyCase(
                dtype, geometry, logits, DType.I32, null, null, CrossEntropyOptions.defaults(), ones, false);
    }

    CrossEntropyCase labels(DType type, long... newLabels) {
        return new CrossEntropyCase(
                dtype, geometry, logits, type, newLabels, weights, options, gradScale, scaledPerRow);
    }

    CrossEntropyCase weights(double[] newWeights) {
        return new CrossEntropyCase(
                dtype, geometry, logits, labelType, labels, newWeights, options, gradScale, scaledPerRow);
    }

    CrossEntropyCase options(CrossEntropyOptions newOptions) {
        return new CrossEntropyCase(
                dtype, geometry, logits, labelType, labels, weights, newOptions, gradScale, scaledPerRow);
    }

    CrossEntropyCase gradScale(double factor) {
        double[] factors = new double[logits.length];
        Arrays.fill(factors, factor);
        return new CrossEntropyCase(dtype, geometry, logits, labelType, labels, weights, options, factors, false);
    }

    CrossEntropyCase gradScalePerRow(double... factors) {
        return new CrossEntropyCase(dtype, geometry, logits, labelType, labels, weights, options, factors, true);
    }

    /** Runs everything on a session of the rig; fails if anything is off. */
    Actual check(Rig rig) {
        double[][] rounded = new double[logits.length][];
        for (int n = 0; n < rounded.length; n++) {
            rounded[n] = SoftmaxContract.rounded(dtype, logits[n]);
        }
        CrossEntropyReference exact = CrossEntropyReference.of(rounded, labels, weights, options, gradScale);
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Tensor y = bench.labels(labelType, geometry.rowShape(), labels);
            Tensor w = weights == null ? null : bench.vector(dtype.arithmetic(), Shape.of(geometry.classes()), weights);
            GradScale scale = scale(bench);
            CrossEntropy loss = bench.ops().crossEntropy(options, geometry.specAxis());
            DeviceRows x = bench.rows(dtype, geometry, logits);

            try (CrossEntropyResult forward = loss.forward(x.tensor(), y, w, s);
                    CrossEntropyResult fused = loss.newResult(dtype, geometry.shape(), s)) {
                checkLosses("forward", forward, exact, bench);
                double[] lse = forward.lse().downloadDoubles(s);
                for (int n = 0; n < lse.length; n++) {
                    CrossEntropyReference.Row row = exact.rows()[n];
                    Near.assertNear(
                            Tolerance.LOSS, dtype.arithmetic(), row.lse(), lse[n], row.lseScale(), "lse of " + n);
                }
                DeviceRows dx = bench.poisoned(dtype, geometry);
                loss.backward(x.tensor(), y, w, forward, scale, dx.tensor(), s);
                checkGradient("backward", dx.read(), exact, true);
                assertArrayEquals(x.values(), x.read(), "the logits were written");

                DeviceRows dxFused = bench.poisoned(dtype, geometry);
                loss.forwardBackward(x.tensor(), y, w, scale, dxFused.tensor(), fused, s);
                checkLosses("forwardBackward", fused, exact, bench);
                double[] fusedLse = fused.lse().downloadDoubles(s);
                for (int n = 0; n < lse.length; n++) {
                    boolean counts = labels[n] >= 0 && labels[n] < geometry.classes() && !options.ignores(labels[n]);
                    assertEquals(counts ? lse[n] : 0, fusedLse[n], "lse of " + n + " after forwardBackward");
                }
                double[][] gradient = dxFused.read();
                checkGradient("forwardBackward", gradient, exact, false);
                assertArrayEquals(x.values(), x.read(), "the logits were written");

                DeviceRows inPlace = bench.rows(dtype, geometry, logits);
                loss.backward(inPlace.tensor(), y, w, forward, scale, inPlace.tensor(), s);
                assertArrayEquals(dx.read(), inPlace.read(), "backward in place");
                double[] rowLosses = fused.rowLosses().downloadDoubles(s);
                loss.forwardBackward(x.tensor(), y, w, scale, x.tensor(), fused, s);
                assertArrayEquals(gradient, x.read(), "forwardBackward in place");
                assertArrayEquals(rowLosses, fused.rowLosses().downloadDoubles(s), "forwardBackward in place");
                return new Actual(
                        options.reduction() == Reduction.NONE ? Double.NaN : fused.await(),
                        rowLosses,
                        gradient,
                        fused.countedRows());
            }
        }
    }

    private GradScale scale(Bench bench) {
        return scaledPerRow
                ? GradScale.perRow(bench.vector(dtype.arithmetic(), geometry.rowShape(), gradScale))
                : GradScale.of(gradScale.length == 0 ? 1 : gradScale[0]);
    }

    private void checkLosses(String op, CrossEntropyResult result, CrossEntropyReference exact, Bench bench) {
        DType arithmetic = dtype.arithmetic();
        double[] rowLosses = result.rowLosses().downloadDoubles(bench.stream());
        for (int n = 0; n < rowLosses.length; n++) {
            CrossEntropyReference.Row row = exact.rows()[n];
            String what = op + ", loss of row " + n + ", " + this;
            Near.assertNear(Tolerance.LOSS, arithmetic, row.loss(), rowLosses[n], row.lossScale(), what);
        }
        if (options.reduction() != Reduction.NONE) {
            double loss = result.await();
            Near.assertNear(Tolerance.LOSS, arithmetic, exact.loss(), loss, exact.lossScale(), op + ", loss, " + this);
        }
        assertEquals(exact.countedRows(), result.countedRows(), op);
    }

    private void checkGradient(String op, double[][] actual, CrossEntropyReference exact, boolean fromSavedLse) {
        for (int n = 0; n < actual.length; n++) {
            CrossEntropyReference.Row row = exact.rows()[n];
            double scale = row.gradientScale();
            if (fromSavedLse) {
                scale *= Math.max(1, Math.abs(row.lse()) / 8);
            }
            String what = op + ", row " + n + ", " + this;
            Near.assertNear(Tolerance.GRADIENT, dtype, row.gradient(), actual[n], scale, what);
        }
    }

    @Override
    public String toString() {
        return dtype + " " + geometry + " " + labelType + " " + options + (weights == null ? "" : " weighted");
    }
}

package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.CrossEntropyReference;
import io.github.logitops.reference.SoftmaxReference;
import io.github.logitops.reference.Targets;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.RowOutput;
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
 * @param labelType I32 or I64, or null where targets are probabilities
 * @param targetGeometry where probabilities lie
 * @param gradScale by row
 * @param scaledPerRow whether the ops get a factor for each row rather than one number
 */
record CrossEntropyCase(
        DType dtype,
        Geometry geometry,
        double[][] logits,
        DType labelType,
        Targets targets,
        Geometry targetGeometry,
        double[] weights,
        CrossEntropyOptions options,
        double[] gradScale,
        boolean scaledPerRow) {

    /** What the fused op gave. */
    record Actual(double loss, double zLoss, double[] rowLosses, double[][] gradient, long countedRows) {}

    static CrossEntropyCase of(DType dtype, Geometry geometry, double[][] logits) {
        double[] ones = new double[logits.length];
        Arrays.fill(ones, 1);
        CrossEntropyOptions defaults = CrossEntropyOptions.defaults();
        return new CrossEntropyCase(dtype, geometry, logits, null, null, null, null, defaults, ones, false);
    }

    CrossEntropyCase labels(DType type, long... labels) {
        return new CrossEntropyCase(
                dtype, geometry, logits, type, Targets.of(labels), null, weights, options, gradScale, scaledPerRow);
    }

    /** Probabilities in a layout of their own. */
    CrossEntropyCase probabilities(Geometry where, double[][] probabilities) {
        double[][] rounded = SoftmaxContract.rounded(dtype, probabilities);
        return new CrossEntropyCase(
                dtype, geometry, logits, null, Targets.of(rounded), where, weights, options, gradScale, scaledPerRow);
    }

    CrossEntropyCase probabilities(double[]... probabilities) {
        return probabilities(geometry, probabilities);
    }

    CrossEntropyCase weights(double... newWeights) {
        return new CrossEntropyCase(
                dtype,
                geometry,
                logits,
                labelType,
                targets,
                targetGeometry,
                newWeights,
                options,
                gradScale,
                scaledPerRow);
    }

    CrossEntropyCase options(CrossEntropyOptions newOptions) {
        return new CrossEntropyCase(
                dtype,
                geometry,
                logits,
                labelType,
                targets,
                targetGeometry,
                weights,
                newOptions,
                gradScale,
                scaledPerRow);
    }

    CrossEntropyCase gradScale(double factor) {
        double[] factors = new double[logits.length];
        Arrays.fill(factors, factor);
        return gradScale(factors, false);
    }

    CrossEntropyCase gradScalePerRow(double... factors) {
        return gradScale(factors, true);
    }

    private CrossEntropyCase gradScale(double[] factors, boolean perRow) {
        return new CrossEntropyCase(
                dtype, geometry, logits, labelType, targets, targetGeometry, weights, options, factors, perRow);
    }

    /** Runs everything on a session of the rig; fails if anything is off. */
    Actual check(Rig rig) {
        double[][] rounded = SoftmaxContract.rounded(dtype, logits);
        CrossEntropyReference exact = CrossEntropyReference.of(rounded, targets, weights, options, gradScale);
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Tensor y = targets(bench);
            Tensor w = weights == null ? null : bench.vector(dtype.arithmetic(), Shape.of(geometry.classes()), weights);
            GradScale scale = scale(bench);
            CrossEntropy loss = bench.ops().crossEntropy(options, geometry.specAxis());
            DeviceRows x = bench.rows(dtype, geometry, logits);

            try (CrossEntropyResult forward = loss.forward(x.tensor(), y, w, s);
                    CrossEntropyResult fused = loss.newResult(dtype, geometry.shape(), s)) {
                checkLosses("forward", forward, exact, bench);
                DeviceRows dx = bench.poisoned(dtype, geometry);
                loss.backward(x.tensor(), y, w, forward, scale, dx.tensor(), s);
                checkGradient("backward", dx.read(), exact);
                assertArrayEquals(x.values(), x.read(), "the logits were written");

                DeviceRows dxFused = bench.poisoned(dtype, geometry);
                loss.forwardBackward(x.tensor(), y, w, scale, dxFused.tensor(), fused, s);
                checkLosses("forwardBackward", fused, exact, bench);
                checkSameRows(forward, fused, exact, bench);
                double[][] gradient = dxFused.read();
                checkGradient("forwardBackward", gradient, exact);
                assertArrayEquals(x.values(), x.read(), "the logits were written");

                DeviceRows inPlace = bench.rows(dtype, geometry, logits);
                loss.backward(inPlace.tensor(), y, w, forward, scale, inPlace.tensor(), s);
                assertArrayEquals(dx.read(), inPlace.read(), "backward in place");
                double[] rowLosses = fused.rowLosses().downloadDoubles(s);
                loss.forwardBackward(x.tensor(), y, w, scale, x.tensor(), fused, s);
                assertArrayEquals(gradient, x.read(), "forwardBackward in place");
                assertArrayEquals(rowLosses, fused.rowLosses().downloadDoubles(s), "forwardBackward in place");
                boolean none = options.reduction() == Reduction.NONE;
                return new Actual(
                        none ? Double.NaN : fused.await(),
                        none ? Double.NaN : fused.awaitZLoss(),
                        rowLosses,
                        gradient,
                        fused.countedRows());
            }
        }
    }

    Tensor targets(Bench bench) {
        return labelType == null
                ? bench.rows(dtype, targetGeometry, targets.probabilities()).tensor()
                : bench.labels(labelType, geometry.rowShape(), targets.labels());
    }

    private boolean counts(int row) {
        if (labelType == null) {
            return true;
        }
        long label = targets.labels()[row];
        return label >= 0 && label < geometry.classes() && !options.ignores(label);
    }

    /** What forward and forwardBackward both wrote of each row; the second does not look at rows that do not count. */
    private void checkSameRows(
            CrossEntropyResult forward, CrossEntropyResult fused, CrossEntropyReference exact, Bench bench) {
        Stream s = bench.stream();
        DType arithmetic = dtype.arithmetic();
        double[] lse = forward.lse().downloadDoubles(s);
        double[] fusedLse = fused.lse().downloadDoubles(s);
        for (int n = 0; n < lse.length; n++) {
            CrossEntropyReference.Row row = exact.rows()[n];
            Near.assertNear(arithmetic, row.lse(), lse[n], row.lseScale(), "lse of " + n + ", " + this);
            String afterFused = "lse of " + n + " after forwardBackward, " + this;
            if (counts(n)) { // both are within the bound; their sums may have another order
                Near.assertNear(arithmetic, row.lse(), fusedLse[n], row.lseScale(), afterFused);
            } else {
                assertEquals(0, fusedLse[n], afterFused);
            }
        }
        if (options.outputs().contains(RowOutput.ENTROPY)) {
            double[] entropy = forward.entropy().downloadDoubles(s);
            double[] fusedEntropy = fused.entropy().downloadDoubles(s);
            for (int n = 0; n < entropy.length; n++) {
                CrossEntropyReference.Row row = exact.rows()[n];
                String what = "entropy of " + n + ", " + this;
                Near.assertNear(arithmetic, row.entropy(), entropy[n], row.entropyScale(), what);
                assertEquals(counts(n) ? entropy[n] : 0, fusedEntropy[n], what);
            }
        }
        if (options.outputs().contains(RowOutput.ARGMAX)) {
            long[] argmax = forward.argmax().downloadLabels(s);
            long[] fusedArgmax = fused.argmax().downloadLabels(s);
            for (int n = 0; n < argmax.length; n++) {
                assertEquals(exact.rows()[n].argmax(), argmax[n], "argmax of " + n + ", " + this);
                assertEquals(counts(n) ? argmax[n] : -1, fusedArgmax[n], "argmax of " + n + ", " + this);
            }
            assertArrayEquals(
                    forward.correct().downloadLabels(s), fused.correct().downloadLabels(s));
        }
    }

    private void checkRanks(CrossEntropyResult result, Bench bench) {
        double[][] rounded = SoftmaxContract.rounded(dtype, logits);
        long[] ranks = result.ranks().downloadLabels(bench.stream());
        int[] ofK = new int[3];
        long counted = 0;
        for (int n = 0; n < ranks.length; n++) {
            int rank = counts(n)
                    ? SoftmaxReference.rank(rounded[n], (int) targets().best(n))
                    : -1;
            assertEquals(rank, ranks[n], "rank of " + n + ", " + this);
            counted += counts(n) ? 1 : 0;
            for (int k = 1; k <= ofK.length; k++) {
                ofK[k - 1] += rank >= 0 && rank < k ? 1 : 0;
            }
        }
        for (int k = 1; k <= ofK.length; k++) {
            assertEquals((double) ofK[k - 1] / counted, result.topKAccuracy(k), "top " + k + ", " + this);
        }
    }

    GradScale scale(Bench bench) {
        return scaledPerRow
                ? GradScale.perRow(bench.vector(dtype.arithmetic(), geometry.rowShape(), gradScale))
                : GradScale.of(gradScale.length == 0 ? 1 : gradScale[0]);
    }

    void checkLosses(String op, CrossEntropyResult result, CrossEntropyReference exact, Bench bench) {
        DType arithmetic = dtype.arithmetic();
        double[] rowLosses = result.rowLosses().downloadDoubles(bench.stream());
        for (int n = 0; n < rowLosses.length; n++) {
            CrossEntropyReference.Row row = exact.rows()[n];
            String what = op + ", loss of row " + n + ", " + this;
            Near.assertNear(arithmetic, row.loss(), rowLosses[n], row.lossScale(), what);
        }
        if (options.zLoss() != 0) {
            double[] zLosses = result.zLosses().downloadDoubles(bench.stream());
            for (int n = 0; n < zLosses.length; n++) {
                CrossEntropyReference.Row row = exact.rows()[n];
                String what = op + ", z-loss of row " + n + ", " + this;
                Near.assertNear(arithmetic, row.zLoss(), zLosses[n], row.zLossScale(), what);
            }
        }
        if (options.reduction() != Reduction.NONE) {
            double loss = result.await();
            double zLoss = result.awaitZLoss();
            String what = op + ", loss, " + this;
            Near.assertNear(arithmetic, exact.loss(), loss, exact.lossScale(), what);
            Near.assertNear(arithmetic, exact.zLoss(), zLoss, exact.zLossScale(), "z-" + what);
        }
        if (options.outputs().contains(RowOutput.ARGMAX)) {
            assertEquals(exact.correctRows(), result.correctRows(), op + ", " + this);
        }
        if (options.outputs().contains(RowOutput.RANK)) {
            checkRanks(result, bench);
        }
        assertEquals(exact.countedRows(), result.countedRows(), op);
    }

    private void checkGradient(String op, double[][] actual, CrossEntropyReference exact) {
        for (int n = 0; n < actual.length; n++) {
            CrossEntropyReference.Row row = exact.rows()[n];
            String what = op + ", row " + n + ", " + this;
            Near.assertNear(dtype, row.gradient(), actual[n], row.gradientScale(), what);
        }
    }

    @Override
    public String toString() {
        return dtype + " " + geometry + " " + (labelType == null ? "probabilities " + targetGeometry : labelType) + " "
                + options + (weights == null ? "" : " weighted");
    }
}

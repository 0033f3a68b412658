package io.github.logitops.contract;

import static io.github.logitops.contract.ActivationContract.rounded;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.SigmoidCrossEntropy;
import io.github.logitops.SigmoidCrossEntropyResult;
import io.github.logitops.memory.BinaryTargets;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.SigmoidCrossEntropyReference;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.EmptyMean;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.Shape;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;
import io.github.logitops.support.Bench;
import io.github.logitops.support.Data;
import io.github.logitops.support.DeviceRows;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.Near;
import io.github.logitops.support.Rig;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A sigmoid cross entropy to be run forward, backward and fused, and compared with the oracle.
 *
 * @param positiveWeights null for none
 * @param elementWeights null for none
 * @param gradScale of each element; one number where the reduction is not NONE
 */
record SigmoidCrossEntropyCase(
        DType dtype,
        Geometry geometry,
        double[][] logits,
        double[][] targets,
        double[] positiveWeights,
        double[][] elementWeights,
        SigmoidCrossEntropyOptions options,
        double[][] gradScale) {

    /** What the fused op gave. */
    record Actual(double loss, double[][] gradient, long countedElements) {}

    static SigmoidCrossEntropyCase of(DType dtype, Geometry geometry, double[][] logits, double[][] targets) {
        double[][] ones = filled(logits, 1);
        SigmoidCrossEntropyOptions defaults = SigmoidCrossEntropyOptions.defaults();
        return new SigmoidCrossEntropyCase(dtype, geometry, logits, targets, null, null, defaults, ones);
    }

    /** Any options, weights, targets and scales, of logits in one of the test layouts. */
    static SigmoidCrossEntropyCase drawn(DType dtype, Random random) {
        List<Geometry> all = Geometry.several();
        Geometry geometry = all.get(random.nextInt(all.size()));
        Data data = new Data(random.nextLong());
        int rows = geometry.rows();
        int classes = geometry.classes();
        double[][] logits = data.logits(rows, classes);
        double[][] targets = new double[rows][classes];
        boolean hard = random.nextBoolean();
        double ignored = random.nextBoolean() ? -1 : Double.NaN;
        boolean ignores = random.nextBoolean();
        for (double[] row : targets) {
            Arrays.setAll(row, j -> hard ? random.nextInt(2) : random.nextDouble());
            if (ignores) {
                row[random.nextInt(classes)] = ignored;
            }
        }
        SigmoidCrossEntropyOptions options = SigmoidCrossEntropyOptions.defaults()
                .withReduction(Reduction.values()[random.nextInt(3)])
                .withEmptyMean(EmptyMean.values()[random.nextInt(2)])
                .withLabelSmoothing(new double[] {0, 0, 0.1, 1, random.nextDouble()}[random.nextInt(5)]);
        double scale = new double[] {1, 1, -2, 1024}[random.nextInt(4)];
        double[][] scales = filled(logits, scale);
        if (options.reduction() == Reduction.NONE && random.nextBoolean()) {
            scales = rounded(DType.F32, data.values(rows, classes));
        }
        double[] positive = random.nextBoolean() ? data.weights(classes) : null;
        double[][] weights = random.nextBoolean() ? data.values(rows, classes) : null;
        if (weights != null) {
            weights[0][0] = 0;
        }
        options = ignores ? options.withIgnoreValue(ignored) : options;
        return new SigmoidCrossEntropyCase(dtype, geometry, logits, targets, positive, weights, options, scales);
    }

    private static double[][] filled(double[][] like, double value) {
        double[][] values = new double[like.length][];
        for (int n = 0; n < like.length; n++) {
            values[n] = new double[like[n].length];
            Arrays.fill(values[n], value);
        }
        return values;
    }

    SigmoidCrossEntropyCase options(SigmoidCrossEntropyOptions newOptions) {
        return new SigmoidCrossEntropyCase(
                dtype, geometry, logits, targets, positiveWeights, elementWeights, newOptions, gradScale);
    }

    SigmoidCrossEntropyCase gradScale(double scale) {
        return new SigmoidCrossEntropyCase(
                dtype, geometry, logits, targets, positiveWeights, elementWeights, options, filled(logits, scale));
    }

    SigmoidCrossEntropyCase weights(double[] newPositiveWeights, double[][] newElementWeights) {
        return new SigmoidCrossEntropyCase(
                dtype, geometry, logits, targets, newPositiveWeights, newElementWeights, options, gradScale);
    }

    /** Runs all three on a session of the rig; fails if anything is off. */
    Actual check(Rig rig) {
        SigmoidCrossEntropyReference exact = SigmoidCrossEntropyReference.of(
                new SigmoidCrossEntropyReference.Batch(
                        rounded(dtype, logits),
                        rounded(dtype, targets),
                        positiveWeights,
                        elementWeights == null ? null : rounded(dtype, elementWeights),
                        gradScale),
                options);
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            DeviceRows x = bench.rows(dtype, geometry, logits);
            BinaryTargets t = targets(bench);
            SigmoidCrossEntropy op = bench.ops().sigmoidCrossEntropy(options, geometry.specAxis());
            try (SigmoidCrossEntropyResult forward = op.forward(x.tensor(), t, s);
                    SigmoidCrossEntropyResult fused = op.newResult(dtype, geometry.shape(), s)) {
                double[][] losses = losses("forward", forward, exact, s);
                GradScale scale = scale(bench);
                DeviceRows dx = bench.poisoned(dtype, geometry);
                op.forwardBackward(x.tensor(), t, scale, dx.tensor(), fused, s);
                assertArrayEquals(losses, losses("forwardBackward", fused, exact, s), "forward, forwardBackward");
                double[][] gradient = dx.read();
                for (int n = 0; n < gradient.length; n++) {
                    SigmoidCrossEntropyReference.Row row = exact.rows()[n];
                    String what = "gradient of row " + n + ", " + this;
                    Near.assertNear(dtype, row.gradient(), gradient[n], row.gradientScale(), what);
                }
                DeviceRows apart = bench.poisoned(dtype, geometry);
                op.backward(x.tensor(), t, forward, scale, apart.tensor(), s);
                assertArrayEquals(gradient, apart.read(), "backward");
                assertArrayEquals(x.values(), x.read(), "the logits were written");
                op.forwardBackward(x.tensor(), t, scale, x.tensor(), fused, s);
                assertArrayEquals(gradient, x.read(), "in place");
                assertArrayEquals(losses, losses("in place", fused, exact, s), "in place");
                double loss = options.reduction() == Reduction.NONE ? Double.NaN : fused.await();
                return new Actual(loss, gradient, fused.countedElements());
            }
        }
    }

    BinaryTargets targets(Bench bench) {
        Shape ofClasses = Shape.of(geometry.classes());
        Tensor positive = positiveWeights == null ? null : bench.vector(dtype.arithmetic(), ofClasses, positiveWeights);
        Tensor weights = elementWeights == null
                ? null
                : bench.rows(dtype, geometry, elementWeights).tensor();
        return BinaryTargets.of(bench.rows(dtype, geometry, targets).tensor())
                .withPositiveWeights(positive)
                .withElementWeights(weights);
    }

    private GradScale scale(Bench bench) {
        if (gradScale.length == 0) {
            return GradScale.ONE;
        }
        double first = gradScale[0][0];
        boolean one = Arrays.stream(gradScale).flatMapToDouble(Arrays::stream).allMatch(each -> each == first);
        return one ? GradScale.of(first) : GradScale.perRow(bench.vector(dtype.arithmetic(), geometry.shape(), flat()));
    }

    private double[] flat() {
        double[] flat = new double[(int) geometry.shape().elements()];
        for (int n = 0; n < geometry.rows(); n++) {
            for (int j = 0; j < geometry.classes(); j++) {
                flat[dense().index(n, j)] = gradScale[n][j];
            }
        }
        return flat;
    }

    /** Where elements lie in a tensor without padding. */
    private Geometry dense() {
        return new Geometry(
                geometry.shape(),
                geometry.axis(),
                Layout.dense(geometry.shape()).rowStride(),
                0);
    }

    /** The reduced loss, or those of elements; compared with the oracle. */
    private double[][] losses(
            String op, SigmoidCrossEntropyResult result, SigmoidCrossEntropyReference exact, Stream stream) {
        DType arithmetic = dtype.arithmetic();
        assertEquals(exact.countedElements(), result.countedElements(), op);
        if (options.reduction() != Reduction.NONE) {
            double loss = result.await();
            Near.assertNear(arithmetic, exact.loss(), loss, exact.lossScale(), op + ", loss, " + this);
            return new double[][] {{loss}};
        }
        double[] flat = result.elementLosses().downloadDoubles(stream);
        double[][] losses = new double[geometry.rows()][geometry.classes()];
        for (int n = 0; n < losses.length; n++) {
            for (int j = 0; j < losses[n].length; j++) {
                losses[n][j] = flat[dense().index(n, j)];
            }
            SigmoidCrossEntropyReference.Row row = exact.rows()[n];
            String what = op + ", losses of row " + n + ", " + this;
            Near.assertNear(arithmetic, row.losses(), losses[n], row.lossScales(), what);
        }
        return losses;
    }

    @Override
    public String toString() {
        return dtype + " " + geometry + " " + options + (positiveWeights == null ? "" : " positive weights")
                + (elementWeights == null ? "" : " element weights");
    }
}

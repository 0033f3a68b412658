package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.LinearCrossEntropy;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.LinearGradients;
import io.github.logitops.memory.LinearLayer;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.CrossEntropyReference;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.RowChunks;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.DeviceRows;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.Near;
import io.github.logitops.support.Rig;
import java.util.Arrays;
import java.util.Random;

/**
 * Hidden rows and a layer whose logits are whole numbers that every dtype holds, so that they are what products give, exactly; and the
 * cross entropy of those. What the op leaves of each row must have the bits of the cross entropy of the logits; its gradients are
 * compared with products of the gradient that this writes.
 */
record LinearCase(CrossEntropyCase crossEntropy, double[][] hidden, double[][] weight, double[] bias, int padding) {
    /** Random ones. */
    static LinearCase of(
            DType dtype, int rows, int features, int classes, boolean biased, CrossEntropyDraw draw, long seed) {
        Random random = new Random(seed);
        double[][] hidden = wholeNumbers(rows, features, random);
        double[][] weight = wholeNumbers(classes, features, random);
        double[] bias = biased ? wholeNumbers(1, classes, random)[0] : null;
        double[][] logits = new double[rows][classes];
        for (int n = 0; n < rows; n++) {
            for (int v = 0; v < classes; v++) {
                logits[n][v] = biased ? bias[v] : 0;
                for (int i = 0; i < features; i++) {
                    logits[n][v] += hidden[n][i] * weight[v][i];
                }
            }
        }
        CrossEntropyCase of = draw.next(dtype, Geometry.dense(rows, classes), logits);
        return new LinearCase(of, hidden, weight, bias, random.nextInt(3));
    }

    private static double[][] wholeNumbers(int rows, int columns, Random random) {
        double[][] numbers = new double[rows][columns];
        for (double[] row : numbers) {
            Arrays.setAll(row, i -> random.nextInt(5) - 2);
        }
        return numbers;
    }

    /** What came of it. */
    record Actual(double[] rowLosses, double[][] hidden, double[][] weight) {}

    /**
     * Runs it; fails if anything is off.
     *
     * @param chunks of a number of rows
     * @param gradient the dtype of the gradients of weight and bias
     */
    Actual check(Rig rig, RowChunks chunks, DType gradient) {
        DType dtype = crossEntropy.dtype();
        int roundings = chunks.roundsOnce() ? 1 : count(chunks);
        CrossEntropyReference exact = CrossEntropyReference.of(
                crossEntropy.logits(),
                crossEntropy.targets(),
                crossEntropy.weights(),
                crossEntropy.options(),
                crossEntropy.gradScale());
        try (Bench bench = new Bench(rig)) {
            Stream s = bench.stream();
            Tensor y = crossEntropy.targets(bench);
            int classes = weight.length;
            Tensor w = crossEntropy.weights() == null
                    ? null
                    : bench.vector(dtype.arithmetic(), Shape.of(classes), crossEntropy.weights());
            GradScale scale = crossEntropy.scale(bench);
            Geometry rows = Geometry.dense(hidden.length, hidden[0].length).padded(padding);
            Geometry layers = Geometry.dense(classes, hidden[0].length).padded(padding);
            DeviceRows h = bench.rows(dtype, rows, hidden);
            Tensor b = bias == null ? null : bench.vector(dtype, Shape.of(classes), bias);
            LinearLayer layer =
                    new LinearLayer(bench.rows(dtype, layers, weight).tensor(), b);

            DeviceRows x = bench.rows(dtype, crossEntropy.geometry(), crossEntropy.logits());
            CrossEntropyResult whole = unfused(bench, x, y, w, scale);
            double[][] dLogits = x.read();

            LinearCrossEntropy op = bench.ops().linearCrossEntropy(crossEntropy.options(), chunks);
            CrossEntropyResult forward = bench.keep(op.forward(h.tensor(), layer, y, w, s));
            crossEntropy.checkLosses("forward", forward, exact, bench);

            DeviceRows dHidden = bench.poisoned(dtype, rows);
            DeviceRows dWeight = bench.poisoned(gradient, layers);
            Tensor dBias = b == null ? null : bench.vector(gradient, Shape.of(classes), new double[classes]);
            CrossEntropyResult fused = bench.keep(op.newResult(dtype, rows.shape(), classes, s));
            LinearGradients gradients = new LinearGradients(dHidden.tensor(), dWeight.tensor(), dBias, false);
            op.forwardBackward(h.tensor(), layer, y, w, scale, gradients, fused, s);
            crossEntropy.checkLosses("forwardBackward", fused, exact, bench);
            double[] rowLosses = whole.rowLosses().downloadDoubles(s);
            if (crossEntropy.options().zLoss() == 0) { // else the CPU mode rounds once more
                assertArrayEquals(rowLosses, fused.rowLosses().downloadDoubles(s), "row losses, " + this);
            }
            assertArrayEquals(whole.lse().downloadDoubles(s), fused.lse().downloadDoubles(s), "lse, " + this);

            Actual actual = new Actual(rowLosses, dHidden.read(), dWeight.read());
            checkGradients(dLogits, actual, dBias == null ? null : dBias.downloadDoubles(s), gradient, roundings);

            op.forwardBackward(h.tensor(), layer, y, w, scale, gradients.accumulating(), fused, s);
            checkDoubled(actual.weight, dWeight.read(), gradient, roundings);
            op.forwardBackward(
                    h.tensor(), layer, y, w, scale, LinearGradients.of(h.tensor(), dWeight.tensor()), fused, s);
            assertArrayEquals(actual.hidden, h.read(), "over the hidden rows, " + this);
            assertArrayEquals(actual.weight, dWeight.read(), "the same call, the same bits, " + this);
            return actual;
        }
    }

    private int count(RowChunks chunks) {
        int rows = (int) chunks.rows().getAsLong();
        return (hidden.length + rows - 1) / rows;
    }

    /** Cross entropy of the logits, with its gradient in their place. */
    private CrossEntropyResult unfused(Bench bench, DeviceRows x, Tensor y, Tensor w, GradScale scale) {
        CrossEntropy op = bench.ops().crossEntropy(crossEntropy.options());
        CrossEntropyResult result = bench.keep(
                op.newResult(crossEntropy.dtype(), crossEntropy.geometry().shape(), bench.stream()));
        op.forwardBackward(x.tensor(), y, w, scale, x.tensor(), result, bench.stream());
        return result;
    }

    private void checkGradients(double[][] g, Actual actual, double[] dBias, DType gradient, int roundings) {
        DType dtype = crossEntropy.dtype();
        for (int n = 0; n < hidden.length; n++) {
            int row = n;
            for (int i = 0; i < hidden[0].length; i++) {
                int column = i;
                Sum sum = Sum.of(weight.length, v -> g[row][v] * weight[v][column]);
                Near.assertNear(
                        dtype, sum.value, actual.hidden[n][i], sum.scale(1, dtype), "dHidden of " + n + ", " + this);
            }
        }
        for (int v = 0; v < weight.length; v++) {
            int of = v;
            for (int i = 0; i < hidden[0].length; i++) {
                int column = i;
                Sum sum = Sum.of(hidden.length, n -> g[n][of] * hidden[n][column]);
                String what = "dWeight of " + v + ", " + this;
                Near.assertNear(gradient, sum.value, actual.weight[v][i], sum.scale(roundings, gradient), what);
            }
            if (dBias != null) {
                Sum sum = Sum.of(hidden.length, n -> g[n][of]);
                Near.assertNear(
                        gradient, sum.value, dBias[v], sum.scale(roundings, gradient), "dBias of " + v + ", " + this);
            }
        }
    }

    /** What was added to itself: a rounding for each chunk. */
    private void checkDoubled(double[][] once, double[][] twice, DType gradient, int roundings) {
        double largest = Arrays.stream(once)
                .flatMapToDouble(Arrays::stream)
                .map(Math::abs)
                .filter(Double::isFinite)
                .max()
                .orElse(0);
        for (int v = 0; v < once.length; v++) {
            for (int i = 0; i < once[v].length; i++) {
                Sum sum = new Sum(2 * once[v][i], hidden.length * (largest + Math.abs(once[v][i])), hidden.length);
                Near.assertNear(
                        gradient, sum.value, twice[v][i], sum.scale(2 * roundings, gradient), "accumulated, " + this);
            }
        }
    }

    /** A sum of products, with the sum of their sizes. */
    private record Sum(double value, double size, int count) {
        interface Term {
            double at(int i);
        }

        static Sum of(int count, Term term) {
            double value = 0;
            double size = 0;
            for (int i = 0; i < count; i++) {
                value += term.at(i);
                size += Math.abs(term.at(i));
            }
            return new Sum(value, size, count);
        }

        /** A rounding for each addition; and those to 16 bits but the last, which the bound has itself. */
        double scale(int roundings, DType dtype) {
            double ofChunk = dtype == DType.BF16 ? 0x1p16 : dtype == DType.F16 ? 0x1p13 : 1;
            double smallest = dtype == DType.F16 ? 1 : 0; // 2^-24, the distance of its smallest numbers
            return (count + 1 + (roundings - 1) * ofChunk) * size + (roundings - 1) * smallest;
        }
    }

    @Override
    public String toString() {
        return hidden.length + " rows, " + hidden[0].length + " features, " + weight.length + " classes"
                + (bias == null ? "" : " and bias") + ", padding " + padding + ", " + crossEntropy;
    }
}

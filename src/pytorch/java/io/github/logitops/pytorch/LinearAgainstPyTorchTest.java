package io.github.logitops.pytorch;

import io.github.logitops.Backend;
import io.github.logitops.CrossEntropyLoss;
import io.github.logitops.LinearCrossEntropyGradient;
import io.github.logitops.LogitOps;
import io.github.logitops.element.Elements;
import io.github.logitops.pytorch.TorchExpression.Outcome;
import io.github.logitops.reference.CrossEntropyReference;
import io.github.logitops.reference.Targets;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.RowChunks;
import io.github.logitops.spec.Shape;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** A linear layer with cross entropy against PyTorch's {@code addmm} and {@code cross_entropy_loss}, and their autograd. */
class LinearAgainstPyTorchTest {
    private static final int CASES = 50;
    private static final CrossEntropyOptions OPTIONS =
            CrossEntropyOptions.defaults().withLabelSmoothing(0.1);

    @EachPyTorchDType
    void crossEntropy(DType dtype) {
        Random random = new Draw(dtype).random();
        try (Agreement agreement = new Agreement(dtype)) {
            for (int i = 0; i < CASES; i++) {
                Sample sample = Sample.of(
                        dtype, 1 + random.nextInt(20), 1 + random.nextInt(40), 1 + random.nextInt(60), random);
                sample.compare(agreement, 1 + random.nextInt(20));
            }
        }
    }

    /** Arrays that are rows after rows, of numbers of the dtype. */
    private record Sample(
            DType dtype, int rows, int features, int classes, double[] h, double[] w, double[] b, int[] labels) {
        static Sample of(DType dtype, int rows, int features, int classes, Random random) {
            int[] labels = random.ints(rows, 0, classes).toArray();
            for (int n = 1; n < rows; n += 4) {
                labels[n] = -100;
            }
            return new Sample(
                    dtype,
                    rows,
                    features,
                    classes,
                    numbers(dtype, rows * features, random),
                    numbers(dtype, classes * features, random),
                    numbers(dtype, classes, random),
                    labels);
        }

        private static double[] numbers(DType dtype, int count, Random random) {
            return random.doubles(count)
                    .map(v -> Elements.round(dtype, random.nextGaussian()))
                    .toArray();
        }

        void compare(Agreement agreement, int chunk) {
            Errors errors = errors();
            LinearCrossEntropyGradient<double[]> ours = ours(chunk);
            Outcome ofHidden = torch(hidden().with("w", ofWeight(), w).with("b", Shape.of(classes), b));
            double[] loss = {ours.loss().loss()};
            agreement.check("linearCrossEntropy, loss", 1, errors.loss, ofHidden.value(), loss, this);
            agreement.check("linearCrossEntropy, hidden", 1, errors.hidden, ofHidden.gradient(), ours.hidden(), this);
            TorchExpression weight = TorchExpression.of(dtype).with("w", ofWeight(), w);
            Outcome of = torch(weight.with("h", ofRows(), h).with("b", Shape.of(classes), b));
            agreement.check("linearCrossEntropy, weight", 1, errors.weight, of.gradient(), ours.weight(), this);
            TorchExpression bias = TorchExpression.of(dtype).with("b", Shape.of(classes), b);
            of = torch(bias.with("h", ofRows(), h).with("w", ofWeight(), w));
            agreement.check("linearCrossEntropy, bias", 1, errors.bias, of.gradient(), ours.bias(), this);
        }

        private Shape ofRows() {
            return Shape.of(rows, features);
        }

        private Shape ofWeight() {
            return Shape.of(classes, features);
        }

        private TorchExpression hidden() {
            return TorchExpression.of(dtype).with("h", ofRows(), h);
        }

        private Outcome torch(TorchExpression tensors) {
            long[] wide = Arrays.stream(labels).asLongStream().toArray();
            return tensors.labels("y", Shape.of(rows), wide)
                    .evaluate("torch.cross_entropy_loss(torch.addmm(b, h, torch.t(w)), y, None, 1, -100, 0.1)", 1);
        }

        private LinearCrossEntropyGradient<double[]> ours(int chunk) {
            try (LogitOps ops = LogitOps.open(Backend.CPU)) {
                var op = ops.linearCrossEntropy(OPTIONS, RowChunks.ofRows(chunk));
                if (dtype == DType.F64) {
                    return op.forwardBackward(h, w, b, labels, ofRows(), classes);
                }
                LinearCrossEntropyGradient<float[]> narrow =
                        op.forwardBackward(floats(h), floats(w), floats(b), labels, ofRows(), classes);
                var loss = narrow.loss();
                return new LinearCrossEntropyGradient<>(
                        new CrossEntropyLoss<>(
                                loss.loss(), 0, new double[0], new double[0], loss.countedRows(), null, 0, null, null),
                        doubles(narrow.hidden()),
                        doubles(narrow.weight()),
                        doubles(narrow.bias()));
            }
        }

        private static float[] floats(double[] values) {
            float[] floats = new float[values.length];
            IntStream.range(0, values.length).forEach(i -> floats[i] = (float) values[i]);
            return floats;
        }

        private static double[] doubles(float[] values) {
            return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
        }

        /** What results may be off by, in roundings. */
        private record Errors(double loss, double[] hidden, double[] weight, double[] bias) {}

        /** Logits are off by the sizes of what they are sums of, and with them everything else. */
        private Errors errors() {
            double[][] x = new double[rows][classes];
            double[] off = new double[rows]; // the largest of a row
            for (int n = 0; n < rows; n++) {
                for (int v = 0; v < classes; v++) {
                    double size = Math.abs(b[v]);
                    x[n][v] = b[v];
                    for (int i = 0; i < features; i++) {
                        double term = h[n * features + i] * w[v * features + i];
                        x[n][v] += term;
                        size += Math.abs(term);
                    }
                    off[n] = Math.max(off[n], (features + 2) * size);
                }
            }
            double[] ones = new double[rows];
            Arrays.fill(ones, 1);
            long[] wide = Arrays.stream(labels).asLongStream().toArray();
            CrossEntropyReference exact = CrossEntropyReference.of(x, Targets.of(wide), null, OPTIONS, ones);
            double[] hidden = new double[rows * features];
            double[] weight = new double[classes * features];
            double[] bias = new double[classes];
            for (int n = 0; n < rows; n++) {
                CrossEntropyReference.Row row = exact.rows()[n];
                for (int v = 0; v < classes; v++) {
                    double g = Math.abs(row.gradient()[v]);
                    double counted = Math.max(1, exact.countedRows());
                    double target = labels[n] < 0 ? 0 : 0.1 / classes + (labels[n] == v ? 0.9 : 0);
                    double ofG = row.gradientScale()[v] + 2 * off[n] * (g + target / counted); // p, at most
                    bias[v] += ofG + (rows + 2) * g;
                    for (int i = 0; i < features; i++) {
                        hidden[n * features + i] += (ofG + (classes + 2) * g) * Math.abs(w[v * features + i]);
                        weight[v * features + i] += (ofG + (rows + 2) * g) * Math.abs(h[n * features + i]);
                    }
                }
            }
            double largest = Arrays.stream(off).max().orElse(0);
            return new Errors(exact.lossScale() + 2 * largest, hidden, weight, bias);
        }
    }
}

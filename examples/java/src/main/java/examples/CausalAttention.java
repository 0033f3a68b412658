package examples;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.MaskedSoftmax;
import io.github.logitops.memory.GradScale;
import io.github.logitops.spec.Shape;
import java.util.Locale;
import java.util.Random;
import java.util.stream.DoubleStream;

/**
 * One head of attention with a causal mask, forward and backward: output = maskedSoftmax(Q K^T / sqrt(d)) V. Here gradient descent on Q and
 * K makes a head that looks at the token before, as language models have them: its output for a token is the value of the one before it.
 */
public final class CausalAttention {
    static final int TOKENS = 12;
    static final int DEPTH = 12; // d, the size of queries and keys, and of values
    private static final Shape SCORES = Shape.of(TOKENS, TOKENS);
    private static final int STEPS = 2000;
    private static final double RATE = 4;

    private CausalAttention() {}

    /** Each [tokens, depth]. */
    record Head(double[] q, double[] k, double[] v) {}

    /** Weights [queries, keys], each row of which is a distribution over the tokens up to its own, and outputs [tokens, depth]. */
    record Output(double[] weights, double[] output) {}

    record Result(double firstLoss, double loss, double[] weights) {}

    public static void main(String[] args) {
        Result result = train(new Random(3));
        double previous = 0;
        double future = 0;
        for (int i = 1; i < TOKENS; i++) {
            previous += result.weights()[i * TOKENS + i - 1] / (TOKENS - 1);
            for (int j = i + 1; j < TOKENS; j++) {
                future += result.weights()[i * TOKENS + j];
            }
        }
        System.out.printf(Locale.ROOT, "attention: firstLoss=%.4f loss=%.6f%n", result.firstLoss(), result.loss());
        System.out.printf(Locale.ROOT, "weights: previousToken=%.4f futureTokens=%.1f%n", previous, future);
    }

    static Output forward(MaskedSoftmax softmax, Head head) {
        double[] scores = product(head.q(), transposed(head.k(), TOKENS), TOKENS);
        for (int i = 0; i < scores.length; i++) {
            scores[i] /= Math.sqrt(DEPTH);
        }
        double[] weights = softmax.forwardCausal(scores, SCORES);
        return new Output(weights, product(weights, head.v(), TOKENS));
    }

    /** The gradients with respect to Q, K and V, from that with respect to the output and the weights that forward made. */
    static Head backward(MaskedSoftmax softmax, Head head, double[] weights, double[] dOutput) {
        double[] dWeights = product(dOutput, transposed(head.v(), TOKENS), TOKENS);
        GradScale scale = GradScale.of(1 / Math.sqrt(DEPTH)); // of the scores, for no pass over them of its own
        double[] dScores = softmax.backward(weights, dWeights, scale, SCORES);
        return new Head(
                product(dScores, head.k(), TOKENS),
                product(transposed(dScores, TOKENS), head.q(), TOKENS),
                product(transposed(weights, TOKENS), dOutput, TOKENS));
    }

    static Result train(Random random) {
        Head head = new Head(gaussians(random), gaussians(random), gaussians(random));
        double firstLoss = 0;
        try (LogitOps ops = LogitOps.open(Backend.AUTO)) {
            MaskedSoftmax softmax = ops.maskedSoftmax();
            for (int step = 0; ; step++) {
                Output made = forward(softmax, head);
                double[] dOutput = new double[TOKENS * DEPTH];
                double loss = 0;
                for (int i = DEPTH; i < dOutput.length; i++) { // the first token has none before it
                    double error = made.output()[i] - head.v()[i - DEPTH];
                    loss += error * error / dOutput.length;
                    dOutput[i] = 2 * error / dOutput.length;
                }
                firstLoss = step == 0 ? loss : firstLoss;
                if (step == STEPS) {
                    return new Result(firstLoss, loss, made.weights());
                }
                Head gradients = backward(softmax, head, made.weights(), dOutput);
                descend(head.q(), gradients.q());
                descend(head.k(), gradients.k());
            }
        }
    }

    private static void descend(double[] values, double[] gradient) {
        for (int i = 0; i < values.length; i++) {
            values[i] -= RATE * gradient[i];
        }
    }

    static double[] gaussians(Random random) {
        return DoubleStream.generate(random::nextGaussian).limit(TOKENS * DEPTH).toArray();
    }

    /** [rows, n] times [n, columns]. */
    private static double[] product(double[] a, double[] b, int rows) {
        int n = a.length / rows;
        int columns = b.length / n;
        double[] c = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int k = 0; k < n; k++) {
                for (int j = 0; j < columns; j++) {
                    c[i * columns + j] += a[i * n + k] * b[k * columns + j];
                }
            }
        }
        return c;
    }

    private static double[] transposed(double[] a, int rows) {
        int columns = a.length / rows;
        double[] t = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            t[i % columns * rows + i / columns] = a[i];
        }
        return t;
    }
}

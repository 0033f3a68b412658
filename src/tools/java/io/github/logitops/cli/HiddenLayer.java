package io.github.logitops.cli;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * A multilayer perceptron below its head, on the host: each byte of a context has an embedding e, and
 *
 * <pre>
 * h = max(0, b + sum over the places p of a context of W_p e(byte at p))
 * </pre>
 *
 * A batch has far fewer different bytes at a place than rows. So W_p e is computed once for each of these, and rows add up what they
 * need; the gradient goes the same way back. Places, or rows, are shared by the cores; which core takes which does not matter to the sums.
 */
final class HiddenLayer {
    private static final int BYTES = 256;
    private static final int TOGETHER = 4; // rows of a matrix in one pass over what they meet

    private final int context;
    private final int embedding;
    private final int width;

    private final Adam embeddings;
    private final Adam weight;
    private final Adam bias;

    private final int[] bytes; // [row, place]
    private final boolean[] seen; // [place, byte]: whether any row has it there
    private final float[] products; // [place, byte, width]: W_p e on the way up, their gradients on the way down
    private final float[] embeddingParts; // [place, byte, embedding]: gradients

    /**
     * An untrained layer.
     *
     * @param context places: bytes that it sees
     * @param embedding numbers for each byte, a multiple of 4
     * @param width of the hidden layer
     * @param rows the most in a batch
     */
    HiddenLayer(int context, int embedding, int width, int rows, RandomGenerator random) {
        this.context = context;
        this.embedding = embedding;
        this.width = width;
        embeddings = new Adam(gaussians(BYTES * embedding, 1, random));
        weight = new Adam(gaussians(context * embedding * width, Math.sqrt(2.0 / (context * embedding)), random));
        bias = new Adam(new float[width]);
        bytes = new int[rows * context];
        seen = new boolean[context * BYTES];
        products = new float[context * BYTES * width];
        embeddingParts = new float[context * BYTES * embedding];
    }

    /** Numbers of so much deviation around 0. */
    static float[] gaussians(int count, double deviation, RandomGenerator random) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return values;
    }

    /** Bytes that it sees. */
    int context() {
        return context;
    }

    /** Numbers in a hidden row. */
    int width() {
        return width;
    }

    /** The hidden rows of the contexts that end before {@code positions[from]} to {@code positions[to - 1]}. */
    void forward(byte[] text, int[] positions, int from, int to, float[] hidden) {
        Arrays.fill(seen, false);
        for (int row = 0; row < to - from; row++) {
            for (int place = 0; place < context; place++) {
                int each = text[positions[from + row] - context + place] & 0xFF;
                bytes[row * context + place] = each;
                seen[place * BYTES + each] = true;
            }
        }
        inParallel(context, this::multiply);
        inParallel(to - from, row -> sum(row, hidden));
    }

    /**
     * Sums up the gradients of what is learnt, for the rows of the last forward pass.
     *
     * @param hidden what that gave
     * @param gradient of the hidden rows; is overwritten
     */
    void backward(int rows, float[] hidden, float[] gradient) {
        float[] biasGradient = bias.gradient();
        Arrays.fill(biasGradient, 0);
        for (int row = 0; row < rows; row++) {
            for (int i = row * width, j = 0; j < width; i++, j++) {
                gradient[i] = hidden[i] > 0 ? gradient[i] : 0;
                biasGradient[j] += gradient[i];
            }
        }
        inParallel(context, place -> multiplyBack(place, rows, gradient));
        float[] embeddingGradient = embeddings.gradient();
        Arrays.fill(embeddingGradient, 0);
        for (int place = 0; place < context; place++) {
            add(embeddingParts, place * embeddingGradient.length, embeddingGradient, 0, embeddingGradient.length);
        }
    }

    /** What is learnt: embeddings [byte, embedding], weight [place, embedding, width] and bias [width]. */
    List<Adam> learnt() {
        return List.of(embeddings, weight, bias);
    }

    private static void inParallel(int count, IntConsumer each) {
        IntStream.range(0, count).parallel().forEach(each);
    }

    private void multiply(int place) {
        for (int each = 0; each < BYTES; each++) {
            if (seen[place * BYTES + each]) {
                int product = (place * BYTES + each) * width;
                Arrays.fill(products, product, product + width, 0);
                for (int e = 0; e < embedding; e += TOGETHER) {
                    int w = (place * embedding + e) * width;
                    addFour(embeddings.values(), each * embedding + e, weight.values(), w, products, product, width);
                }
            }
        }
    }

    private void sum(int row, float[] hidden) {
        int at = row * width;
        System.arraycopy(bias.values(), 0, hidden, at, width);
        for (int place = 0; place < context; place++) {
            add(products, (place * BYTES + bytes[row * context + place]) * width, hidden, at, width);
        }
        for (int i = at; i < at + width; i++) {
            hidden[i] = Math.max(0, hidden[i]);
        }
    }

    private void multiplyBack(int place, int rows, float[] gradient) {
        int first = place * BYTES;
        Arrays.fill(products, first * width, (first + BYTES) * width, 0);
        for (int row = 0; row < rows; row++) {
            add(gradient, row * width, products, (first + bytes[row * context + place]) * width, width);
        }
        float[] weightGradient = weight.gradient();
        Arrays.fill(weightGradient, place * embedding * width, (place + 1) * embedding * width, 0);
        Arrays.fill(embeddingParts, first * embedding, (first + BYTES) * embedding, 0);
        for (int each = 0; each < BYTES; each++) {
            if (seen[first + each]) {
                int product = (first + each) * width;
                for (int e = 0; e < embedding; e++) {
                    float factor = embeddings.values()[each * embedding + e];
                    addTimes(factor, products, product, weightGradient, (place * embedding + e) * width, width);
                }
                for (int e = 0; e < embedding; e += TOGETHER) {
                    int w = (place * embedding + e) * width;
                    int part = (first + each) * embedding + e;
                    dotFour(weight.values(), w, products, product, embeddingParts, part, width);
                }
            }
        }
    }

    /** to += from. */
    private static void add(float[] from, int at, float[] to, int toAt, int count) {
        for (int i = 0; i < count; i++) {
            to[toAt + i] += from[at + i];
        }
    }

    /** to += factor from. */
    private static void addTimes(float factor, float[] from, int at, float[] to, int toAt, int count) {
        for (int i = 0; i < count; i++) {
            to[toAt + i] += factor * from[at + i];
        }
    }

    /** to += the sum of four rows of a matrix, by a factor each. */
    private static void addFour(float[] factors, int f, float[] matrix, int at, float[] to, int toAt, int count) {
        float f0 = factors[f];
        float f1 = factors[f + 1];
        float f2 = factors[f + 2];
        float f3 = factors[f + 3];
        for (int i = 0; i < count; i++) {
            to[toAt + i] += f0 * matrix[at + i]
                    + f1 * matrix[at + count + i]
                    + f2 * matrix[at + 2 * count + i]
                    + f3 * matrix[at + 3 * count + i];
        }
    }

    /** The dot products of four rows of a matrix with a vector. */
    private static void dotFour(float[] matrix, int at, float[] vector, int v, float[] to, int toAt, int count) {
        float d0 = 0;
        float d1 = 0;
        float d2 = 0;
        float d3 = 0;
        for (int i = 0; i < count; i++) {
            float x = vector[v + i];
            d0 += x * matrix[at + i];
            d1 += x * matrix[at + count + i];
            d2 += x * matrix[at + 2 * count + i];
            d3 += x * matrix[at + 3 * count + i];
        }
        to[toAt] = d0;
        to[toAt + 1] = d1;
        to[toAt + 2] = d2;
        to[toAt + 3] = d3;
    }
}

package io.github.logitops.cli;

import java.util.stream.IntStream;

/** The least mean loss that any model can have that sees one byte and predicts the next: their conditional entropy. */
final class BigramOptimum {
    private BigramOptimum() {}

    /** -1/N sum n(a, b) ln(n(a, b) / n(a)) over the bytes b from index {@code from} (at least 1) on, each with a before it. */
    static double of(byte[] text, int from) {
        return of(text, IntStream.range(from, text.length).toArray());
    }

    /** The same over the bytes at these positions. */
    static double of(byte[] text, int[] positions) {
        long[] pairs = new long[256 * 256];
        long[] firsts = new long[256];
        for (int i : positions) {
            int first = text[i - 1] & 0xFF;
            pairs[first * 256 + (text[i] & 0xFF)]++;
            firsts[first]++;
        }
        double sum = 0;
        for (int pair = 0; pair < pairs.length; pair++) {
            if (pairs[pair] > 0) {
                sum += pairs[pair] * Math.log((double) firsts[pair / 256] / pairs[pair]);
            }
        }
        return sum / positions.length;
    }
}

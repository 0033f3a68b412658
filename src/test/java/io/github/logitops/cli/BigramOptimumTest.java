package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BigramOptimumTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** aa, ab, ba, ac: a is followed by three bytes once each, b by one. */
    @Test
    void countsPairs() {
        assertEquals(3 * Math.log(3) / 4, BigramOptimum.of(bytes("aabac"), 1), 1e-15);
    }

    /** ab, ba, ac: without the first pair. */
    @Test
    void leavesOutWhatLongerContextsCannotPredict() {
        assertEquals(2 * Math.log(2) / 3, BigramOptimum.of(bytes("aabac"), 2), 1e-15);
    }

    @Test
    void isZeroWhereEachByteGivesTheNextAway() {
        assertEquals(0.0, BigramOptimum.of(bytes("abababa"), 1));
    }

    @Test
    void takesBytesAsUnsigned() {
        assertEquals(2 * Math.log(2) / 3, BigramOptimum.of(new byte[] {-1, -2, -1, -3}, 1), 1e-15);
    }
}

package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextSplitTest {
    @Test
    void eachPositionWithAContextIsInOnePart() {
        for (int length : new int[] {0, 5, 8, 9, 200, 4001}) {
            TextSplit split = TextSplit.of(length, 8);
            int[] all = IntStream.concat(Arrays.stream(split.learnt()), Arrays.stream(split.heldOut()))
                    .sorted()
                    .toArray();
            assertArrayEquals(IntStream.range(8, length).toArray(), all);
        }
    }

    @Test
    void aTenthIsHeldOutInTwentyBlocksAllOverTheText() {
        int[] heldOut = TextSplit.of(100_000, 8).heldOut();
        assertEquals(10_000, heldOut.length);
        assertTrue(heldOut[0] < 5_000 && heldOut[heldOut.length - 1] == 99_999);
        long blocks = 1
                + IntStream.range(1, heldOut.length)
                        .filter(i -> heldOut[i] != heldOut[i - 1] + 1)
                        .count();
        assertEquals(20, blocks);
    }
}

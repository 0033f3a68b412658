package io.github.logitops.cli;

import java.util.stream.IntStream;

/**
 * The bytes of a text that a model learns to predict, and those held out, which it is judged by. A tenth is held out, in many blocks
 * spread over the whole text: its end alone would be files of one kind, in a folder of sources, and say more of that kind than of the
 * model. The blocks are long beside a context, so few contexts of one part reach into the other.
 *
 * @param learnt positions
 * @param heldOut positions
 */
record TextSplit(int[] learnt, int[] heldOut) {
    private static final int BLOCKS = 200;
    private static final int HELD_OUT = 10; // one block in so many

    /** Splits the positions with a whole context before them. */
    static TextSplit of(int length, int context) {
        int heldOut = (int) IntStream.range(context, length)
                .filter(i -> isHeldOut(i, length))
                .count();
        var split = new TextSplit(new int[Math.max(0, length - context) - heldOut], new int[heldOut]);
        for (int i = context, l = 0, h = 0; i < length; i++) {
            if (isHeldOut(i, length)) {
                split.heldOut[h++] = i;
            } else {
                split.learnt[l++] = i;
            }
        }
        return split;
    }

    private static boolean isHeldOut(int position, int length) {
        long block = (long) position * BLOCKS / length;
        return block % HELD_OUT == HELD_OUT - 1;
    }
}

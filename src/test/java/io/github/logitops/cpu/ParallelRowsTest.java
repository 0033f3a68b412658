package io.github.logitops.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

class ParallelRowsTest {
    private static final int LONG_ROW = 1 << 20; // each row is worth a thread

    private final ScratchPool pool = new ScratchPool(new HostDriver());

    private ParallelRows rows(long rows, Tiling tiling) {
        return new ParallelRows("op", rows, Scratch.Needs.ofDoubles(tiling, 0, 1, false), new PlainBlockMath(), pool);
    }

    private static Tiling along(int columns) {
        return Tiling.along(columns, Tiling.Sizes.DEFAULT);
    }

    @Test
    void eachElementOfEachRowIsWorkedOnOnce() {
        List<Tiling> tilings = List.of(
                along(1),
                along(513),
                new Tiling(1, true, 512, Tiling.Sizes.DEFAULT),
                new Tiling(100, true, 128, Tiling.Sizes.DEFAULT));
        for (Tiling tiling : tilings) {
            for (int rows : new int[] {0, 1, 5, 9000}) {
                assertEquals(1, calls(rows, tiling), tiling + ", rows=" + rows);
            }
        }
        assertEquals(1, calls(1, along(LONG_ROW)));
        assertEquals(1, calls(3, along(LONG_ROW)));
    }

    /** How often each element was, if all were as often. */
    private int calls(int rows, Tiling tiling) {
        AtomicIntegerArray calls = new AtomicIntegerArray(rows * tiling.columns());
        rows(rows, tiling)
                .forEach(tile -> tile.each(block -> {
                    for (int lane = 0; lane < block.lanes(); lane++) {
                        long row = tile.row(tile.rowOf(lane));
                        calls.incrementAndGet((int) row * tiling.columns() + tile.columnOf(block, lane));
                    }
                }));
        int[] counted = new int[calls.length()];
        Arrays.setAll(counted, calls::get);
        int[] expected = new int[counted.length];
        Arrays.fill(expected, 1);
        assertArrayEquals(expected, counted);
        return 1;
    }

    /** If the others went on, they would have rows for centuries. */
    @Test
    @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
    void whenOneFailsTheOthersStopAndTheFailureIsThrownAsItIs() {
        for (Throwable failure : new Throwable[] {new IllegalStateException("here"), new OutOfMemoryError("here")}) {
            ParallelRows rows = rows(1L << 62, along(LONG_ROW));
            Throwable thrown = assertThrows(
                    Throwable.class,
                    () -> rows.forEach(tile -> {
                        if (tile.row(0) == 1000) {
                            ParallelRowsTest.<RuntimeException>sneak(failure);
                        }
                    }));
            assertSame(failure, thrown);
        }
    }

    @Test
    void whatFailsInAPartOfARowIsThrownAsItIs() {
        IllegalStateException failure = new IllegalStateException("here");
        ParallelRows rows = rows(1, along(LONG_ROW));
        Throwable thrown = assertThrows(
                Throwable.class,
                () -> rows.forEach(tile -> tile.each(block -> {
                    if (block.column() > LONG_ROW / 2) {
                        throw failure;
                    }
                })));
        assertSame(failure, thrown);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }

    @Test
    void scratchIsUsedAgain() {
        Set<double[]> first = arrays(1000);
        assertEquals(2, first.size());
        assertEquals(first, arrays(1000));
        Set<double[]> longer = arrays(1500);
        longer.removeAll(first);
        assertEquals(1, longer.size(), "one block more");
        assertEquals(Tiling.Sizes.DEFAULT.held(), arrays(LONG_ROW / 2).size(), "read again for each walk");
    }

    /** The arrays that hold the operand of rows of this length. */
    private Set<double[]> arrays(int columns) {
        List<double[]> arrays = new ArrayList<>();
        ParallelRows rows = rows(2L * Together.threads(), along(columns)); // not in parts
        Operand operand = new Operand(0, (block, into) -> {});
        rows.forEach(tile -> {
            if (tile.row(0) == 0) {
                tile.each(block -> arrays.add(operand.at(block)));
            }
        });
        Set<double[]> different = new HashSet<>(arrays);
        return different;
    }
}

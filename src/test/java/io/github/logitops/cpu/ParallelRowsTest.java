package io.github.logitops.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

class ParallelRowsTest {
    private static final int LONG_ROW = 1 << 20; // each row is worth a thread

    private final ScratchPool pool = new ScratchPool(new HostDriver());

    @Test
    void eachRowIsWorkedOnOnce() {
        for (int columns : new int[] {1, 100, LONG_ROW}) {
            for (int rows : new int[] {0, 1, 9000}) {
                AtomicIntegerArray calls = new AtomicIntegerArray(rows);
                new ParallelRows("op", rows, columns, pool).forEach((row, own) -> calls.incrementAndGet((int) row));
                int[] expected = new int[rows];
                Arrays.fill(expected, 1);
                int[] counted = new int[rows];
                Arrays.setAll(counted, calls::get);
                assertArrayEquals(expected, counted);
            }
        }
    }

    /** If the others went on, they would have rows for centuries. */
    @Test
    @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
    void whenOneFailsTheOthersStopAndTheFailureIsThrownAsItIs() {
        for (Throwable failure : new Throwable[] {new IllegalStateException("here"), new OutOfMemoryError("here")}) {
            ParallelRows rows = new ParallelRows("op", 1L << 62, LONG_ROW, pool);
            Throwable thrown = assertThrows(
                    Throwable.class,
                    () -> rows.forEach((row, own) -> {
                        if (row == 1000) {
                            ParallelRowsTest.<RuntimeException>sneak(failure);
                        }
                    }));
            assertSame(failure, thrown);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }

    @Test
    void scratchIsUsedAgainAndShortBesideLongRows() {
        Set<double[]> first = arrays(1000);
        assertEquals(first, arrays(10));
        assertEquals(first, arrays(1000));
        Set<double[]> longer = arrays(1001);
        longer.removeAll(first);
        assertEquals(Scratch.ARRAYS, longer.size(), "too short");
        arrays(LONG_ROW).forEach(array -> assertEquals(1 << 18, array.length));
    }

    /** The arrays that one row of this length is given. */
    private Set<double[]> arrays(int columns) {
        Set<double[]> arrays = ConcurrentHashMap.newKeySet();
        new ParallelRows("op", 1, columns, pool)
                .forEach((row, own) -> arrays.addAll(Set.of(own.first(), own.second(), own.third())));
        return arrays;
    }
}

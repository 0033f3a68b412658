package io.github.logitops.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.spec.DType;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** How long a grid takes on a GPU, by arithmetic: nothing runs here. */
class BenchGridTest {
    private static final int ROUNDS = 7;
    private static final int CEILINGS = 5;

    // What a call is taken to need: an H100 copies 2.98e12 bytes a second (measured), an op has six tenths of that.
    private static final double BYTES_PER_MICRO = 2.98e6 * 0.6;
    private static final double LAUNCH_MICROS = 5;

    // A read of the plug, before which every measurement waits.
    private static final double PLUG_MICROS = CudaBed.BEYOND_CACHES / 2 / 2.98e6;

    // Once in a process: compiling every kernel for one device (an H100: 50 s for three targets), filling arenas from
    // arrays at
    // 7e9 bytes a second.
    private static final double COMPILING = 17;
    private static final double ARENA_BYTES_PER_SECOND = 7e9;

    // The oracle in double-double, for each element of three rows, on one thread (two busy cores: 20 to 520 ns, by op).
    private static final double ORACLE_SECONDS = 120e-9;

    @Test
    void quickIsDoneInTwoMinutes() {
        assertTakes(60, BenchGrid.QUICK);
    }

    @Test
    void fullIsDoneInFour() {
        assertTakes(200, BenchGrid.FULL);
    }

    /** Well within what is promised: what is taken for granted above may be off. */
    private static void assertTakes(double most, BenchGrid grid) {
        List<BenchShape> shapes = grid.onGpu();
        long largest = shapes.stream().mapToLong(BenchShape::span).max().orElseThrow();
        double seconds = COMPILING + 3 * Math.max(CudaBed.BEYOND_CACHES, largest) / ARENA_BYTES_PER_SECOND;
        for (BenchShape shape : shapes) {
            seconds += CEILINGS * cell(2 * shape.bytes());
            for (BenchOp op : grid.ops(shape)) {
                seconds += cell(op.traffic().bytes().applyAsLong(shape));
                seconds += ORACLE_SECONDS * Math.min(3, shape.rows()) * shape.columns();
            }
        }
        assertTrue(seconds < most, grid + ": seconds=" + seconds + ", shapes=" + shapes.size());
    }

    /** The seconds of a cell: two warm-ups and the rounds. */
    private static double cell(long bytes) {
        double call = LAUNCH_MICROS + bytes / BYTES_PER_MICRO;
        int calls = Rounds.onGpu(ROUNDS).calls(call);
        return (2 * measurement(call, Rounds.FEWEST_CALLS) + ROUNDS * measurement(call, calls)) / 1e6;
    }

    private static double measurement(double call, int calls) {
        return Math.ceil(calls * CudaBed.HOST_MICROS / PLUG_MICROS) * PLUG_MICROS + calls * call;
    }

    @Test
    void everyOpIsMeasuredButWhereLengthsAreGoneThrough() {
        for (BenchShape shape : BenchGrid.QUICK.onGpu()) {
            assertEquals(suited(shape), BenchGrid.QUICK.ops(shape));
        }
        for (BenchShape shape : BenchGrid.QUICK.onCpu()) {
            assertEquals(suited(shape), BenchGrid.QUICK.ops(shape));
        }
        BenchShape attention = BenchShape.rows(DType.BF16, 128 * 512, 512);
        assertTrue(BenchGrid.FULL.onGpu().contains(attention));
        assertEquals(suited(attention), BenchGrid.FULL.ops(attention));
        BenchShape vocabulary = BenchShape.rows(DType.BF16, 256, 128256);
        assertTrue(BenchGrid.FULL.onGpu().contains(vocabulary));
        assertEquals(BenchOp.FIRST, BenchGrid.FULL.ops(vocabulary));
        assertEquals(7, BenchOp.FIRST.size());
        for (BenchShape length :
                List.of(BenchShape.rows(DType.F32, 1 << 20, 64), BenchShape.rows(DType.BF16, 4096, 32768))) {
            assertTrue(BenchGrid.FULL.onGpu().contains(length), length::toString);
            assertTrue(BenchGrid.FULL.ops(length).containsAll(RowValueOps.LOG_SUM_EXP), length::toString);
        }
    }

    /** The lengths of rows, images and few rows that users ask about. */
    @Test
    void fullHasEveryKindOfShape() {
        List<BenchShape> shapes = BenchGrid.FULL.onGpu();
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
            Set<Integer> lengths = columns(shapes, dtype, shape -> shape.inner() == 1);
            assertTrue(
                    lengths.containsAll(List.of(
                            10, 16, 21, 32, 64, 256, 1001, 1024, 4096, 16384, 32768, 50257, 65536, 128256, 262144)),
                    lengths::toString);
            Set<Integer> classes = columns(shapes, dtype, shape -> shape.inner() != 1);
            assertEquals(Set.of(16, 19, 21, 64, 150, 1000, 4096), classes);
            for (int rows : List.of(1, 4, 16)) {
                assertTrue(shapes.contains(BenchShape.rows(dtype, rows, 128256)), dtype + " rows=" + rows);
            }
        }
    }

    private static Set<Integer> columns(List<BenchShape> shapes, DType dtype, Predicate<BenchShape> kind) {
        return shapes.stream()
                .filter(shape -> shape.dtype() == dtype && kind.test(shape))
                .map(BenchShape::columns)
                .collect(Collectors.toSet());
    }

    @Test
    void onlyFullMeasuresOptionsAndAtTwoLengths() {
        List<BenchShape> withOptions = BenchGrid.FULL.onGpu().stream()
                .filter(shape -> BenchGrid.FULL.ops(shape).containsAll(CrossEntropyOptionOps.ALL))
                .toList();
        assertEquals(
                List.of(
                        BenchShape.rows(DType.F32, 16384, 4096),
                        BenchShape.rows(DType.F32, 2048, 32768),
                        BenchShape.rows(DType.BF16, 32768, 4096),
                        BenchShape.rows(DType.BF16, 4096, 32768)),
                withOptions);
        for (BenchShape shape : withOptions) {
            assertTrue(BenchGrid.FULL.ops(shape).containsAll(CrossEntropyOps.LABELS), shape::toString);
            assertTrue(BenchGrid.QUICK.ops(shape).stream().noneMatch(CrossEntropyOptionOps.ALL::contains));
        }
    }

    private static List<BenchOp> suited(BenchShape shape) {
        return BenchOp.METHODS.stream().filter(op -> op.suits().test(shape)).toList();
    }
}

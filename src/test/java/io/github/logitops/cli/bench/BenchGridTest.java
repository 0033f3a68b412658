package io.github.logitops.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.spec.DType;
import java.util.List;
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
            for (BenchOp op : BenchGrid.ops(shape)) {
                seconds += cell(op.traffic().bytes().applyAsLong(shape));
                seconds += ORACLE_SECONDS * Math.min(3, shape.rows()) * shape.columns();
            }
        }
        assertTrue(seconds < most, grid + ": seconds=" + seconds + ", shapes=" + shapes.size());
    }

    /** The seconds of a cell: two warm-ups and the rounds. */
    private static double cell(long bytes) {
        double call = LAUNCH_MICROS + bytes / BYTES_PER_MICRO;
        int calls = new Rounds(ROUNDS, BenchCommand.GPU_TARGET_MICROS).calls(call);
        return (2 * measurement(call, Rounds.FEWEST_CALLS) + ROUNDS * measurement(call, calls)) / 1e6;
    }

    private static double measurement(double call, int calls) {
        return Math.ceil(calls * CudaBed.HOST_MICROS / PLUG_MICROS) * PLUG_MICROS + calls * call;
    }

    @Test
    void everyOpIsMeasuredButWhereLengthsAreGoneThrough() {
        for (BenchShape shape : BenchGrid.QUICK.onGpu()) {
            assertEquals(suited(shape), BenchGrid.ops(shape));
        }
        for (BenchShape shape : BenchGrid.QUICK.onCpu()) {
            assertEquals(suited(shape), BenchGrid.ops(shape));
        }
        BenchShape attention = BenchShape.rows(DType.BF16, 128 * 512, 512);
        assertTrue(BenchGrid.FULL.onGpu().contains(attention));
        assertEquals(suited(attention), BenchGrid.ops(attention));
        BenchShape vocabulary = BenchShape.rows(DType.BF16, 256, 128256);
        assertTrue(BenchGrid.FULL.onGpu().contains(vocabulary));
        assertEquals(BenchOp.FIRST, BenchGrid.ops(vocabulary));
        assertEquals(7, BenchOp.FIRST.size());
    }

    private static List<BenchOp> suited(BenchShape shape) {
        return BenchOp.ALL.stream().filter(op -> op.suits().test(shape)).toList();
    }
}

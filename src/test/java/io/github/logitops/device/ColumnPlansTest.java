package io.github.logitops.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How launches on rows that lie as columns are planned. */
class ColumnPlansTest {
    private static final LaunchPlanner.Limits H100 = new LaunchPlanner.Limits(227 << 10, 16);

    private static final KernelSpec KEEPS_A_ROW = KernelTable.of(Op.SOFTMAX, "fwd");
    private static final KernelSpec KEEPS_TWO_ROWS = KernelTable.of(Op.SOFTMAX, "bwd");
    private static final KernelSpec READS_ONCE = KernelTable.of(Op.CROSS_ENTROPY, "fwd_plain");
    private static final KernelSpec HOLDS_NOTHING = KernelTable.of(Op.CROSS_ENTROPY, "fused");

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "127, 1",
        "128, 1",
        "129, 2",
        "274877906816, 2147483647",
        "274877906817, 2147483647",
    })
    void inColumnsAThreadTakesARow(long rows, int blocks) {
        LaunchPlanner.Geometry expected = new LaunchPlanner.Geometry(blocks, 128);
        LaunchPlanner.Row column = new LaunchPlanner.Row(false, 65, DType.F64);
        assertEquals(
                new LaunchPlanner.Plan(Tier.COLS, expected),
                LaunchPlanner.plan(KEEPS_A_ROW, column, rows, false, H100));
        assertEquals(expected, LaunchPlanner.threadPerRow(rows));
    }

    @ParameterizedTest
    @CsvSource({
        "F32, 1, COLS32",
        "F32, 32, COLS32",
        "F32, 33, COLS64",
        "F32, 64, COLS64",
        "F32, 65, TILE",
        "F16, 4, COLS",
        "F16, 5, TILE",
        "BF16, 32, TILE",
        "F64, 2, COLS",
    })
    void fewColumnsOfF32WaitInRegisters(DType dtype, int classes, Tier ofOneRow) {
        assertEquals(ofOneRow, columns(KEEPS_A_ROW, dtype, classes, 1, H100).tier());
        Tier ofTwoRows = dtype == DType.F64 || classes <= 4 ? Tier.COLS : Tier.TILE;
        assertEquals(ofTwoRows, columns(KEEPS_TWO_ROWS, dtype, classes, 1, H100).tier());
        assertEquals(Tier.COLS, columns(HOLDS_NOTHING, dtype, classes, 1, H100).tier());
    }

    /** Of rows that are looked at twice two tiles, else three: of whole fragments, 128 rows each, and the driver takes 1 KiB a block. */
    @ParameterizedTest
    @CsvSource({
        "fwd, F16, 4, 227, 0",
        "fwd, F16, 5, 227, 2048",
        "fwd, BF16, 448, 227, 114688",
        "fwd, BF16, 449, 227, 0",
        "fwd, F32, 224, 227, 114688",
        "fwd, F32, 225, 227, 0",
        "bwd, BF16, 9, 227, 8192",
        "bwd, BF16, 224, 227, 114688",
        "bwd, BF16, 225, 227, 0",
        "bwd, F32, 112, 227, 114688",
        "bwd, F32, 113, 227, 0",
        "fwd, BF16, 120, 64, 30720",
        "fwd, BF16, 121, 64, 0",
    })
    void columnsWaitInATileAsLongAsThereIsRoom(
            String softmax, DType dtype, int classes, int sharedKilobytes, int bytes) {
        LaunchPlanner.Limits limits = new LaunchPlanner.Limits(sharedKilobytes << 10, 1);
        requireTile(KernelTable.of(Op.SOFTMAX, softmax), dtype, classes, limits, bytes);
        requireTile(KernelTable.of(Op.LOG_SOFTMAX, softmax), dtype, classes, limits, bytes);
    }

    @ParameterizedTest
    @CsvSource({"BF16, 296, 75776", "F16, 297, 0", "F32, 100, 0", "F64, 100, 0"})
    void columnsThatAreReadOnceWaitInNarrowerTiles(DType dtype, int classes, int bytes) {
        requireTile(READS_ONCE, dtype, classes, H100, bytes);
        requireTile(KernelTable.of(Op.ENTROPY, "bwd"), dtype, classes, H100, bytes);
    }

    /** Blocks of 128 rows, all of them; in a tile of so many bytes, or none. */
    private static void requireTile(
            KernelSpec kernel, DType dtype, int classes, LaunchPlanner.Limits limits, int bytes) {
        Tier tier = bytes == 0 ? Tier.COLS : Tier.TILE;
        for (int blocks : new int[] {1, 2, Integer.MAX_VALUE}) {
            for (long rows : new long[] {128L * blocks - 127, 128L * blocks}) {
                assertEquals(
                        new LaunchPlanner.Plan(tier, new LaunchPlanner.Geometry(blocks, 1, 128, 1, 0, bytes)),
                        columns(kernel, dtype, classes, rows, limits));
            }
        }
        long tooMany = 128L * Integer.MAX_VALUE + 1;
        assertEquals(Tier.COLS, columns(kernel, dtype, classes, tooMany, limits).tier(), "which steps on");
    }

    private static LaunchPlanner.Plan columns(
            KernelSpec kernel, DType dtype, int classes, long rows, LaunchPlanner.Limits limits) {
        return LaunchPlanner.plan(kernel, new LaunchPlanner.Row(false, classes, dtype), rows, false, limits);
    }
}

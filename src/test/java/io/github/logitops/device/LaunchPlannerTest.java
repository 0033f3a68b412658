package io.github.logitops.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.op.Rows;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.CpuRig;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchPlannerTest {
    private static final int H100 = 227 << 10;
    private static final int T4 = 64 << 10;

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
        assertEquals(expected, LaunchPlanner.geometry(Tier.COLS, rows, 19, DType.F32, 4, H100));
        assertEquals(expected, LaunchPlanner.threadPerRow(rows));
    }

    @ParameterizedTest
    @CsvSource({
        "F32, 1, 1, 128",
        "F32, 8, 1, 128",
        "F32, 9, 2, 64",
        "F32, 10, 2, 64",
        "F32, 100, 16, 8",
        "F32, 128, 16, 8",
        "F32, 129, 32, 4",
        "F32, 2048, 32, 4",
        "F32, 2049, 64, 1",
        "F32, 4097, 128, 1",
        "F32, 16384, 256, 1",
        "F32, 16385, 512, 1",
        "F32, 2147483647, 512, 1",
        "BF16, 50257, 512, 1",
        "F64, 8192, 128, 1",
        "F64, 8193, 256, 1",
        "F64, 50257, 256, 1",
    })
    void theLengthOfARowSaysHowManyThreadsTakeIt(DType dtype, int classes, int threads, int rowsOfBlock) {
        LaunchPlanner.Geometry many = LaunchPlanner.geometry(Tier.ROWS, 1L << 40, classes, dtype, 8, T4);
        assertEquals(threads, many.threads());
        assertEquals(rowsOfBlock, many.rowsOfBlock());
        assertEquals(Integer.MAX_VALUE, many.blocks());
        for (long rows : new long[] {1, 8L * rowsOfBlock, 8L * rowsOfBlock + 1}) {
            LaunchPlanner.Geometry geometry = LaunchPlanner.geometry(Tier.ROWS, rows, classes, dtype, 8, H100);
            assertEquals(threads, geometry.threads());
            assertEquals((rows + rowsOfBlock - 1) / rowsOfBlock, geometry.blocks());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "F32, 10, 1, 1, 4096, 1024", // 128 threads, a batch of 32 bytes each, and a vector for each of 64 rows
        "BF16, 10, 1, 1, 2048, 1024",
        "F32, 4096, 1, 8, 16384, 16", // no more than the row is long
        "F64, 4096, 1, 16, 32768, 16",
        "F32, 50257, 1, 13, 212992, 16",
        "F32, 53248, 1, 13, 212992, 16",
        "F32, 53249, 1, 13, 212992, 16", // the last column waits in memory
        "F32, 262144, 1, 13, 212992, 16",
        "BF16, 106496, 1, 26, 212992, 16",
        "BF16, 114688, 1, 27, 221184, 16",
        "F32, 24576, 2, 6, 196608, 32",
        "F32, 24577, 2, 6, 196608, 32",
    })
    void ofARowAsMuchIsKeptAsFits(DType dtype, int classes, int times, int kept, int bytes, int lineStarts) {
        LaunchPlanner.Geometry geometry =
                LaunchPlanner.geometry(Tier.ROWS, 1 << 20, classes, dtype, times * dtype.bytes(), H100);
        assertEquals(kept, geometry.keptFragments());
        assertEquals(bytes + lineStarts, geometry.sharedBytes());
    }

    @Test
    void lessIsKeptWhereThereIsLess() {
        assertEquals(
                3, LaunchPlanner.geometry(Tier.ROWS, 1, 50257, DType.F32, 4, T4).keptFragments());
        assertEquals(
                0,
                LaunchPlanner.geometry(Tier.ROWS, 1, 50257, DType.F32, 4, 4096).keptFragments());
    }

    /** What the planner takes for granted. */
    @Test
    void kernelsTakeTheThreadsAndLeaveTheSharedMemory() throws IOException {
        for (PtxFile file : PtxFile.all()) {
            file.entries().forEach(entry -> {
                int most = entry.contains("_rows_f64") ? 256 : entry.contains("_rows_") ? 512 : 128;
                assertTrue(file.maxThreads(entry) >= most, entry);
                assertTrue(file.ownSharedBytes(entry) <= 4096, entry);
                if (entry.matches("cross_entropy_fwd_rows_f(32|64)")) { // as ptxas counts them
                    assertEquals(entry.endsWith("32") ? 2432 : 3712, file.ownSharedBytes(entry), entry);
                }
            });
        }
    }

    @Test
    void theLastAxisGoesToRowsAndAllOthersToColsHoweverManyRowsTheyHave() {
        try (Bench bench = new Bench(new CpuRig())) {
            Rows last = rows(bench, Layout.dense(Shape.of(2, 3, 4)), Axis.LAST);
            Rows padded = rows(bench, new Layout(Shape.of(2, 3, 4), 9), Axis.LAST);
            Rows middle = rows(bench, Layout.dense(Shape.of(2, 3, 4)), Axis.of(1));
            Rows strided = rows(bench, new Layout(Shape.of(3, 1), 7), Axis.of(0));
            Rows single = rows(bench, Layout.dense(Shape.of(3, 1)), Axis.of(0)); // lies as a row would
            Rows alone = rows(bench, Layout.dense(Shape.of(1, 3, 1)), Axis.of(1));
            Rows vector = rows(bench, Layout.dense(Shape.of(3)), Axis.of(0));
            assertEquals(Tier.ROWS, LaunchPlanner.tier(last));
            assertEquals(Tier.ROWS, LaunchPlanner.tier(padded));
            assertEquals(Tier.ROWS, LaunchPlanner.tier(vector));
            assertEquals(Tier.COLS, LaunchPlanner.tier(middle));
            assertEquals(Tier.COLS, LaunchPlanner.tier(strided));
            assertEquals(Tier.COLS, LaunchPlanner.tier(single));
            assertEquals(Tier.COLS, LaunchPlanner.tier(alone));
        }
    }

    private static Rows rows(Bench bench, Layout layout, Axis axis) {
        return Rows.of("test", "x", bench.keep(bench.ops().empty(DType.F32, layout)), axis);
    }
}

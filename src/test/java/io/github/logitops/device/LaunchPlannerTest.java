package io.github.logitops.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.op.Rows;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.CpuRig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchPlannerTest {
    @ParameterizedTest
    @CsvSource({
        "GMEM, 1, 1, 256",
        "GMEM, 8192, 8192, 256",
        "GMEM, 2147483647, 2147483647, 256",
        "GMEM, 2147483648, 2147483647, 256",
        "COLS, 1, 1, 128",
        "COLS, 127, 1, 128",
        "COLS, 128, 1, 128",
        "COLS, 129, 2, 128",
        "COLS, 274877906816, 2147483647, 128",
        "COLS, 274877906817, 2147483647, 128"
    })
    void blocksFollowTheRowsUpToTheLargestGrid(Tier tier, long rows, int blocks, int threads) {
        assertEquals(new LaunchPlanner.Geometry(blocks, threads), LaunchPlanner.geometry(tier, rows));
    }

    @Test
    void rowsOfNeighboursGoToGmemAndAllOthersToCols() {
        try (Bench bench = new Bench(new CpuRig())) {
            Rows last = rows(bench, Layout.dense(Shape.of(2, 3, 4)), Axis.LAST);
            Rows padded = rows(bench, new Layout(Shape.of(2, 3, 4), 9), Axis.LAST);
            Rows middle = rows(bench, Layout.dense(Shape.of(2, 3, 4)), Axis.of(1));
            Rows strided = rows(bench, new Layout(Shape.of(3, 1), 7), Axis.of(0)); // inner is 1, the stride is not
            Rows single = rows(bench, Layout.dense(Shape.of(3, 1)), Axis.of(0));
            assertEquals(Tier.GMEM, LaunchPlanner.tier(last));
            assertEquals(Tier.GMEM, LaunchPlanner.tier(padded, last));
            assertEquals(Tier.COLS, LaunchPlanner.tier(middle));
            assertEquals(Tier.COLS, LaunchPlanner.tier(single, strided));
            assertEquals(Tier.COLS, LaunchPlanner.tier(strided, single));
            assertEquals(Tier.GMEM, LaunchPlanner.tier(single));
        }
    }

    private static Rows rows(Bench bench, Layout layout, Axis axis) {
        return Rows.of("test", "x", bench.keep(bench.ops().empty(DType.F32, layout)), axis);
    }
}

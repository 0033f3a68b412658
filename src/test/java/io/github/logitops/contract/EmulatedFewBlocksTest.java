package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.logitops.emulator.Approximations;
import io.github.logitops.emulator.PtxEmulatorDriver;
import io.github.logitops.emulator.Schedule;
import io.github.logitops.spec.DType;
import io.github.logitops.support.Bench;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.EmulatedRig;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OpCall;
import java.util.List;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** As where rows are more than a grid may have: groups of threads take one row after another, and leave nothing behind. */
@Execution(ExecutionMode.CONCURRENT)
class EmulatedFewBlocksTest {
    /**
     * Groups of two threads, of a warp and of a block, by vectors and by elements; and columns. Kernels that hold a row have a
     * block for each.
     */
    private static final List<Geometry> GEOMETRIES = List.of(
            Geometry.dense(130, 9),
            Geometry.dense(130, 16),
            Geometry.dense(9, 301),
            Geometry.dense(3, 2101),
            Geometry.dense(3, 2112),
            Geometry.dense(2, 3, 200).along(1));

    @EachFloatingDType
    void rowsInTurnGiveTheSameBits(DType dtype) {
        for (Geometry geometry : GEOMETRIES) {
            requireSameBits(dtype, geometry);
        }
    }

    /** Of a cluster that steps on, no block is ahead of the others by more than they can bear. */
    @EachFloatingDType
    void rowsOfClustersInTurnGiveTheSameBits(DType dtype) {
        requireSameBits(dtype, Geometry.dense(4, (64 << 10) / dtype.bytes() + 1));
    }

    private static void requireSameBits(DType dtype, Geometry geometry) {
        for (OpCall call : OpCall.ofEveryOp(dtype, geometry)) {
            Object[] expected = values(call, Integer.MAX_VALUE);
            assertArrayEquals(expected, values(call, 1), call::toString);
        }
    }

    private static Object[] values(OpCall call, int mostBlocks) {
        PtxEmulatorDriver driver =
                new PtxEmulatorDriver(90, Schedule.of(Schedule.Order.SHUFFLED, mostBlocks), Approximations.NEAREST);
        driver.limitBlocks(mostBlocks);
        try (Bench bench = new Bench(() -> EmulatedRig.open(driver))) {
            return call.run(bench).values().toArray();
        }
    }
}

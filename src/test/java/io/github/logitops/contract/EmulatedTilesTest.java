package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.emulator.Approximations;
import io.github.logitops.emulator.PtxEmulatorDriver;
import io.github.logitops.emulator.Schedule;
import io.github.logitops.spec.DType;
import io.github.logitops.support.Bench;
import io.github.logitops.support.EmulatedRig;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OpCall;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Columns in a tile, which has room for them on one device and not on another. */
@Execution(ExecutionMode.CONCURRENT)
class EmulatedTilesTest {
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F16", "BF16"})
    void theyGiveTheBitsThatTheyGiveWithoutOne(DType dtype) {
        Set<String> tiles = new TreeSet<>();
        for (Geometry geometry : new Geometry[] {
            Geometry.dense(2, 200, 72).along(1), Geometry.dense(1, 200, 9).along(1)
        }) {
            for (OpCall call : OpCall.ofEveryOp(dtype, geometry)) {
                Set<String> launched = new TreeSet<>();
                Object[] without = values(call, 75, launched);
                assertTrue(launched.stream().noneMatch(entry -> entry.contains("_tile_")), launched::toString);
                assertArrayEquals(without, values(call, 90, launched), call::toString);
                launched.removeIf(entry -> !entry.contains("_tile_"));
                tiles.addAll(launched);
            }
        }
        EmulatedRig.launched().addAll(tiles);
        assertTrue(tiles.size() >= (dtype == DType.F32 ? 3 : 13), tiles::toString);
    }

    private static Object[] values(OpCall call, int computeCapability, Set<String> launched) {
        PtxEmulatorDriver driver = new PtxEmulatorDriver(
                computeCapability, Schedule.of(Schedule.Order.SHUFFLED, 5), Approximations.NEAREST);
        driver.onLaunch(launched::add);
        try (Bench bench = new Bench(() -> EmulatedRig.open(driver))) {
            return call.run(bench).values().toArray();
        }
    }
}

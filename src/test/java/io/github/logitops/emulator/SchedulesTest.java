package io.github.logitops.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.logitops.emulator.Schedule.Order;
import io.github.logitops.spec.DType;
import io.github.logitops.support.Bench;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.EmulatedRig;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OpCall;
import java.util.List;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Results are the same bits on every schedule and every architecture. */
@Execution(ExecutionMode.CONCURRENT)
class SchedulesTest {
    @EachFloatingDType
    void everyOpGivesTheSameBitsOnAll(DType dtype) {
        for (Geometry geometry :
                List.of(Geometry.dense(3, 300), Geometry.dense(2, 19, 33).along(1))) {
            for (OpCall call : OpCall.ofEveryOp(dtype, geometry)) {
                Object[] expected = values(call, 90, Order.LOCKSTEP);
                assertArrayEquals(expected, values(call, 80, Order.ONE_BY_ONE), () -> call + " one by one");
                assertArrayEquals(expected, values(call, 75, Order.SHUFFLED), () -> call + " shuffled");
            }
        }
    }

    private static Object[] values(OpCall call, int computeCapability, Order order) {
        return values(call, driver(computeCapability, order));
    }

    private static PtxEmulatorDriver driver(int computeCapability, Order order) {
        return new PtxEmulatorDriver(computeCapability, Schedule.of(order, 5), Approximations.NEAREST);
    }

    private static Object[] values(OpCall call, PtxEmulatorDriver driver) {
        try (Bench bench = new Bench(() -> EmulatedRig.open(driver))) {
            return call.run(bench).values().toArray();
        }
    }
}

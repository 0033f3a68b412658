package io.github.logitops.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.logitops.emulator.Approximations;
import io.github.logitops.emulator.PtxEmulatorDriver;
import io.github.logitops.emulator.Schedule;
import io.github.logitops.spec.DType;
import io.github.logitops.support.Bench;
import io.github.logitops.support.EmulatedRig;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OpCall;
import io.github.logitops.support.RigKind;
import io.github.logitops.support.TriedOps;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** No kernel ships that no contract has run. */
@Isolated("comes after the contracts of all ops, whose launches it looks at")
class EveryKernelIsEmulatedTest {
    @Test
    void noKernelWasLeftOut() {
        assumeTrue(System.getProperty("test") == null, "only some tests run");
        assumeTrue(RigKind.chosen().contains(RigKind.EMULATED), "not on the emulator");
        assertEquals(Set.of(), allBut(EmulatedRig.launched()), "kernels that no emulated contract launched");
    }

    @Test
    void testsAboutAllKernelsAlikeLeaveNoneOut() {
        Set<String> launched = new TreeSet<>();
        Schedule schedule = Schedule.of(Schedule.Order.LOCKSTEP, 0);
        for (DType dtype : new DType[] {DType.F64, DType.F32, DType.F16, DType.BF16}) {
            for (Geometry geometry : Geometry.ofEveryTier()) {
                for (OpCall call : OpCall.ofEveryOp(dtype, geometry)) {
                    if (!TriedOps.haveMethod(call.method())) {
                        continue;
                    }
                    PtxEmulatorDriver driver = new PtxEmulatorDriver(90, schedule, Approximations.NEAREST);
                    driver.onLaunch(launched::add);
                    try (Bench bench = new Bench(() -> EmulatedRig.open(driver))) {
                        call.run(bench);
                    }
                }
            }
        }
        launched.addAll(Set.of("round_sums_f16", "round_sums_bf16")); // of no rows of logits: LinearCrossEntropyTest
        assertEquals(Set.of(), allBut(launched), "kernels that no OpCall launches");
    }

    private static Set<String> allBut(Set<String> launched) {
        Set<String> left = new TreeSet<>();
        Kernels.all().forEach(kernel -> left.add(kernel.entry()));
        left.removeAll(launched);
        left.removeIf(entry -> !TriedOps.haveEntry(entry));
        return left;
    }
}

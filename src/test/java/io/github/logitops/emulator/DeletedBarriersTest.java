package io.github.logitops.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.logitops.LogitOps;
import io.github.logitops.emulator.Schedule.Order;
import io.github.logitops.spec.DType;
import io.github.logitops.support.Bench;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.EmulatedRig;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OpCall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Every barrier in the kernels that ship is there for a reason: without any one of them, the emulator reports something. */
@Execution(ExecutionMode.CONCURRENT)
class DeletedBarriersTest {
    /** More than one batch for each thread, and more rows than one. */
    private static final Geometry SEVERAL_BATCHES = Geometry.dense(2, 2100);

    @EachFloatingDType
    void noneIsMissedByNobody(DType dtype) {
        Set<String> done = new TreeSet<>();
        List<String> survivors = new ArrayList<>();
        for (OpCall call : OpCall.ofEveryOp(dtype, SEVERAL_BATCHES)) {
            Set<String> launched = new TreeSet<>();
            PtxEmulatorDriver intact = driver();
            intact.onLaunch(launched::add);
            List<double[]> expected = run(call, intact);
            launched.removeAll(done);
            for (String entry : launched) {
                done.add(entry);
                for (int n = 0; n < intact.barriers(entry); n++) {
                    PtxEmulatorDriver mutant = driver();
                    mutant.omitBarrier(entry, n);
                    if (isUnnoticed(call, mutant, expected)) {
                        survivors.add("barrier " + n + " of " + entry);
                    }
                }
            }
        }
        assertFalse(done.isEmpty());
        assertEquals(List.of(), survivors);
    }

    private static PtxEmulatorDriver driver() {
        return new PtxEmulatorDriver(90, Schedule.of(Order.LOCKSTEP, 0), Approximations.NEAREST);
    }

    private static boolean isUnnoticed(OpCall call, PtxEmulatorDriver mutant, List<double[]> expected) {
        try {
            return Arrays.deepEquals(expected.toArray(), run(call, mutant).toArray());
        } catch (EmulatorException e) {
            return false;
        }
    }

    private static List<double[]> run(OpCall call, PtxEmulatorDriver driver) {
        try (LogitOps ops = EmulatedRig.open(driver);
                Bench bench = new Bench(() -> ops)) {
            return call.run(bench).values();
        }
    }
}

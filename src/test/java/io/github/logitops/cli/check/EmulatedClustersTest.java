package io.github.logitops.cli.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.LogitOps;
import io.github.logitops.emulator.Approximations;
import io.github.logitops.emulator.PtxEmulatorDriver;
import io.github.logitops.emulator.Schedule;
import io.github.logitops.emulator.Schedule.Order;
import io.github.logitops.spec.DType;
import io.github.logitops.support.EmulatedRig;
import io.github.logitops.support.Seed;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every op on the shortest rows that blocks of a cluster share, of whole vectors and others, against the oracle. */
@Execution(ExecutionMode.CONCURRENT)
class EmulatedClustersTest {
    @ParameterizedTest
    @CsvSource({
        "F32, 16388, DENSE, LOCKSTEP",
        "F32, 16385, SHIFTED, SHUFFLED",
        "BF16, 32776, IN_PLACE, ONE_BY_ONE",
        "BF16, 32769, DENSE, LOCKSTEP",
        "F16, 32776, SHIFTED, SHUFFLED",
        "F16, 32769, SHIFTED, LOCKSTEP",
        "F64, 8194, IN_PLACE, LOCKSTEP",
        "F64, 8193, DENSE, SHUFFLED",
    })
    void areRight(DType dtype, int classes, Placement placement, Order order) {
        PtxEmulatorDriver driver =
                new PtxEmulatorDriver(90, Schedule.of(order, Seed.VALUE), Approximations.OFF_BY_UP_TO_TWO);
        Set<String> launched = new TreeSet<>();
        driver.onLaunch(launched::add);
        Verdict verdict = new Verdict();
        try (LogitOps ops = EmulatedRig.open(driver)) {
            new OracleCheck(ops, verdict, Seed.VALUE).run(new Case(dtype, classes, placement));
        }
        assertEquals(List.of(), verdict.failures());
        EmulatedRig.launched().addAll(launched);
        launched.removeIf(kernel -> kernel.contains("_cluster_") || kernel.matches("(batch_sums|.*_combine)_f\\d+"));
        assertEquals(Set.of(), launched);
    }
}

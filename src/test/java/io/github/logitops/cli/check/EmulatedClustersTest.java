package io.github.logitops.cli.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.LogitOps;
import io.github.logitops.device.KernelExecutor;
import io.github.logitops.emulator.Approximations;
import io.github.logitops.emulator.PtxEmulatorDriver;
import io.github.logitops.emulator.Schedule;
import io.github.logitops.emulator.Schedule.Order;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.EmulatedRig;
import io.github.logitops.support.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every op on the shortest rows that blocks of a cluster share, of whole vectors and others, and by no power of 2, against the oracle. */
@Execution(ExecutionMode.CONCURRENT)
class EmulatedClustersTest {
    @ParameterizedTest
    @CsvSource({
        "F32, 16388, DENSE, LOCKSTEP",
        "F32, 32772, DENSE, SHUFFLED",
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
        Set<String> ofClusters = ofClusters(dtype, classes);
        Set<String> planned = new TreeSet<>();
        for (String entry : launched) {
            String kernel = entry.replaceFirst("_(cluster_)?(rows|held\\d?)_\\w+$", "_cluster_");
            planned.add(ofClusters.stream()
                    .filter(each -> each.startsWith(kernel))
                    .findFirst()
                    .orElse(entry.replace("cluster_", "")));
        }
        assertEquals(planned, launched);
    }

    /** Those that add nothing up, and others whose rows registers hold over several looks. */
    private static Set<String> ofClusters(DType dtype, int classes) {
        boolean held = dtype != DType.F64 && (long) classes * dtype.bytes() % 16 == 0;
        String name = dtype.name().toLowerCase(Locale.ROOT);
        Set<String> entries = new TreeSet<>(Set.of("cross_entropy_bwd_cluster_rows_" + name));
        for (String kernel : List.of("log_sum_exp", "entropy", "selected_log_prob", "cross_entropy")) {
            String which = kernel.startsWith("cross") ? "_bwd_plain" : "_bwd";
            entries.add(kernel + which + (held ? "_cluster_held_" : "_cluster_rows_") + name);
        }
        if (held) {
            for (String kernel : List.of("softmax_fwd", "softmax_bwd", "log_softmax_fwd", "log_softmax_bwd")) {
                entries.add(kernel + "_cluster_held_" + name);
            }
            entries.add("masked_softmax_fwd_plain_cluster_held_" + name);
            entries.add("cross_entropy_fused_plain_cluster_held_" + name);
        }
        return entries;
    }

    /** As many blocks as the device does not refuse are tried on no rows. */
    @Test
    void theLargestClusterIsFound() {
        try (PtxEmulatorDriver driver = new PtxEmulatorDriver(90)) {
            assertEquals(16, new KernelExecutor(driver).clusterBlocks());
            driver.refuseClusters(6);
            assertEquals(4, new KernelExecutor(driver).clusterBlocks());
        }
    }

    /** Of ten blocks that are refused eight are left. */
    @Test
    void whatIsRefusedIsPlannedAgain() {
        PtxEmulatorDriver driver = new PtxEmulatorDriver(90);
        driver.refuseClusters(8);
        List<String> launched = new ArrayList<>();
        driver.onLaunch(launched::add);
        try (LogitOps ops = EmulatedRig.open(driver)) {
            for (int classes : new int[] {151936, 151936, 131072}) {
                ops.softmax().forward(new float[classes], Shape.of(1, classes));
            }
        }
        String shared = "softmax_fwd_cluster_held_f32";
        String alone = "softmax_fwd_rows_f32";
        assertEquals(List.of(shared, alone, alone, shared), launched);
    }
}

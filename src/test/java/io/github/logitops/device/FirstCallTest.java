package io.github.logitops.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.cpu.HostDriver;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import io.github.logitops.support.Bench;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OpCall;
import io.github.logitops.support.WatchedDriver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a first call waits for: a driver compiles some hundred kB of PTX in a second. */
class FirstCallTest {
    private static final int[] DEVICES = {75, 80, 90};
    private static final int PLAIN_BYTES = 160 * 1024;
    private static final int BYTES = 320 * 1024;

    private static final Set<OpCall.Targets> OTHERS = Set.of(
            OpCall.Targets.LABELS,
            OpCall.Targets.SMOOTH_LABELS,
            OpCall.Targets.LONG_LABELS_AND_EVERY_OUTPUT,
            OpCall.Targets.PROBABILITIES_AND_EVERY_OUTPUT);

    @EachFloatingDType
    void loadsFewBytes(DType dtype) {
        for (Geometry geometry : Geometry.ofEveryTier()) {
            for (OpCall call : OpCall.ofEveryOp(dtype, geometry)) {
                boolean plain = call.method().startsWith("crossEntropy")
                        ? !OTHERS.contains(call.targets())
                        : !call.method().contains("istillation");
                for (int device : DEVICES) {
                    int bytes = loadedBy(call, device).stream()
                            .mapToInt(entry -> KernelManifest.ptx(entry, device).length)
                            .sum();
                    assertTrue(bytes > 0 && bytes <= (plain ? PLAIN_BYTES : BYTES), call + ": " + bytes);
                }
            }
        }
    }

    @Test
    void warmingUpLoadsWhatCallsNeedAndNoMore() {
        WatchedDriver driver = new WatchedDriver(new HostDriver());
        try (LogitOps ops = open(driver)) {
            ops.warmUp(DType.BF16, Axis.LAST, Op.LOG_SUM_EXP);
            List<String> expected = new ArrayList<>();
            for (String tier : List.of("rows", "held2", "held4", "held8")) {
                expected.add("log_sum_exp_fwd_" + tier + "_bf16");
                expected.add("log_sum_exp_bwd_" + tier + "_bf16");
            }
            expected.addAll(Collections.nCopies(15, "log_sum_exp_bwd_cluster_held_bf16")); // 2 to 16 blocks
            expected.addAll(Collections.nCopies(4, "log_sum_exp_bwd_cluster_rows_bf16")); // 2, 4, 8 and 16
            assertEquals(expected, driver.modules());
            ops.warmUp(DType.BF16, Axis.of(1), Op.LOG_SUM_EXP);
            expected.addAll(List.of("log_sum_exp_fwd_cols_bf16", "log_sum_exp_bwd_cols_bf16"));
            expected.addAll(List.of("log_sum_exp_fwd_tile_bf16", "log_sum_exp_bwd_tile_bf16"));
            assertEquals(expected, driver.modules());
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> ops.warmUp(DType.I32, Axis.LAST));
            assertEquals("warmUp: logits must be floating-point: logits=I32", e.getMessage());
        }
    }

    @EachFloatingDType
    void afterWarmingUpNoCallLoadsAnything(DType dtype) {
        Set<String> warm = new TreeSet<>();
        WatchedDriver driver = new WatchedDriver(new HostDriver());
        try (LogitOps ops = open(driver)) {
            ops.warmUp(dtype, Axis.of(0));
            warm.addAll(driver.modules());
        }
        Set<String> needed = new TreeSet<>();
        for (Geometry geometry : Geometry.ofEveryTier()) {
            OpCall.ofEveryOp(dtype, geometry).forEach(call -> needed.addAll(loadedBy(call, 90)));
        }
        if (dtype.bytes() == 2) {
            needed.add("round_sums_" + Kernel.part(dtype)); // of a linear layer, which is no OpCall
        }
        assertEquals(needed, warm);
    }

    private static Set<String> loadedBy(OpCall call, int computeCapability) {
        WatchedDriver driver = new WatchedDriver(new HostDriver(), computeCapability);
        try (Bench bench = new Bench(() -> open(driver))) {
            call.run(bench);
        }
        return new TreeSet<>(driver.modules());
    }

    private static LogitOps open(WatchedDriver driver) {
        return Sessions.over(driver, new KernelExecutor(driver), OpenOptions.defaults());
    }
}

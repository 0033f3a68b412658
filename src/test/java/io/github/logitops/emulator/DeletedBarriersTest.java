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
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Every barrier in the kernels that ship is there for a reason: without any one of them, the emulator reports something. */
@Execution(ExecutionMode.CONCURRENT)
class DeletedBarriersTest {
    /**
     * More than one fragment for each thread, and more rows than one for a block; by vectors, and one element after another. Rows of
     * several warps and blocks, which add up what comes of them. And columns, by themselves and in a tile.
     */
    private static final Map<Geometry, Integer> BLOCKS = Map.of(
            Geometry.dense(2, 2112), 1,
            Geometry.dense(70, 16), 2,
            Geometry.dense(10, 528), 2,
            Geometry.dense(2, 2101), 1,
            Geometry.dense(260, 4), 2,
            Geometry.dense(2100, 4), 20,
            Geometry.dense(2, 4, 130).along(1), 2,
            Geometry.dense(2, 66, 16).along(1), 1);

    @EachFloatingDType
    void noneIsMissedByNobody(DType dtype) {
        requireNoneMissed(dtype, BLOCKS, entry -> true);
    }

    /**
     * Rows that wait in registers, and others in shared memory, a cluster for each or one for all. Of one dtype: what threads wait for
     * is the same code for all.
     */
    @Test
    void noneOfClustersIsMissedByNobody() {
        Map<Geometry, Integer> blocks =
                Map.of(Geometry.dense(4, 16388), 64, Geometry.dense(4, 16386), 64, Geometry.dense(4, 16385), 1);
        requireNoneMissed(DType.F32, blocks, entry -> entry.contains("_cluster_"));
    }

    private static void requireNoneMissed(DType dtype, Map<Geometry, Integer> blocks, Predicate<String> which) {
        Map<String, List<Expected>> callsByEntry = new TreeMap<>();
        Map<String, Integer> barriers = new TreeMap<>();
        List<OpCall> allCalls = blocks.keySet().stream()
                .flatMap(geometry -> OpCall.ofEveryOp(dtype, geometry).stream())
                .toList();
        for (OpCall call : allCalls) {
            Set<String> launched = new TreeSet<>();
            PtxEmulatorDriver intact = driver(blocks.get(call.geometry()));
            intact.onLaunch(launched::add);
            Expected expected = new Expected(call, blocks.get(call.geometry()), run(call, intact));
            for (String entry : launched) {
                callsByEntry.computeIfAbsent(entry, e -> new ArrayList<>()).add(expected);
                barriers.put(entry, intact.barriers(entry));
            }
        }
        callsByEntry.keySet().removeIf(which.negate());
        List<String> survivors = new ArrayList<>();
        callsByEntry.forEach((entry, calls) -> {
            for (int n = 0; n < barriers.get(entry); n++) {
                int barrier = n;
                if (calls.stream().allMatch(call -> isUnnoticed(call, entry, barrier))) {
                    survivors.add("barrier " + n + " of " + entry);
                }
            }
        });
        assertFalse(callsByEntry.isEmpty());
        assertEquals(List.of(), survivors);
    }

    /** A call, on so many blocks, and what it gives. */
    private record Expected(OpCall call, int blocks, List<double[]> values) {}

    private static PtxEmulatorDriver driver(int blocks) {
        PtxEmulatorDriver driver = new PtxEmulatorDriver(90, Schedule.of(Order.LOCKSTEP, 0), Approximations.NEAREST);
        driver.limitBlocks(blocks);
        return driver;
    }

    private static boolean isUnnoticed(Expected expected, String entry, int barrier) {
        PtxEmulatorDriver mutant = driver(expected.blocks());
        mutant.omitBarrier(entry, barrier);
        try {
            return Arrays.deepEquals(
                    expected.values().toArray(), run(expected.call(), mutant).toArray());
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

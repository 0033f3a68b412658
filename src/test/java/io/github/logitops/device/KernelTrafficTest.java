package io.github.logitops.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.emulator.LaunchProfile;
import io.github.logitops.emulator.LaunchProfile.Traffic;
import io.github.logitops.spec.DType;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OpCall;
import io.github.logitops.support.ProfiledCall;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How often each tier reads and writes its tensors, and how well it does it: what speed on a device depends on, exactly. */
class KernelTrafficTest {
    /** Passes over a tensor of the logits' shape, by op and name. */
    private static final Map<String, Map<String, Passes>> PASSES = Map.ofEntries(
            Map.entry("softmax.forward", Map.of("x", new Passes(2, 0), "y", new Passes(0, 1))),
            Map.entry(
                    "softmax.backward", Map.of("y", new Passes(2, 0), "dy", new Passes(2, 0), "dx", new Passes(0, 1))),
            Map.entry("logSoftmax.forward", Map.of("x", new Passes(2, 0), "y", new Passes(0, 1))),
            Map.entry(
                    "logSoftmax.backward",
                    Map.of("y", new Passes(1, 0), "dy", new Passes(2, 0), "dx", new Passes(0, 1))),
            Map.entry("logSumExp.forward", Map.of("x", new Passes(1, 0))),
            Map.entry("logSumExp.backward", Map.of("x", new Passes(1, 0), "dx", new Passes(0, 1))),
            Map.entry("entropy.forward", Map.of("x", new Passes(1, 0))),
            Map.entry("entropy.backward", Map.of("x", new Passes(1, 0), "dx", new Passes(0, 1))),
            Map.entry("selectedLogProb.forward", Map.of("x", new Passes(1, 0))),
            Map.entry("selectedLogProb.backward", Map.of("x", new Passes(1, 0), "dx", new Passes(0, 1))),
            Map.entry("distillation.forward", Map.of("x", new Passes(2, 0))),
            Map.entry("distillation.forwardBackward", Map.of("x", new Passes(2, 0), "dx", new Passes(0, 1))),
            Map.entry("mixedDistillation.forward", Map.of("x", new Passes(2, 0))),
            Map.entry("mixedDistillation.forwardBackward", Map.of("x", new Passes(3, 0), "dx", new Passes(0, 1))),
            Map.entry("crossEntropy.forward", Map.of("x", new Passes(1, 0))),
            Map.entry("crossEntropy.backward", Map.of("x", new Passes(1, 0), "dx", new Passes(0, 1))),
            Map.entry("crossEntropy.forwardBackward", Map.of("x", new Passes(2, 0), "dx", new Passes(0, 1))));

    /** How often each element is read and written. */
    private record Passes(int reads, int writes) {}

    @EachFloatingDType
    void aBlockPerRowMakesItsPassesAndNoMore(DType dtype) {
        requirePasses(dtype, Geometry.dense(6, 2048));
        requirePasses(dtype, Geometry.dense(6, 1001).padded(3).shifted(1));
    }

    @EachFloatingDType
    void aThreadPerRowMakesItsPassesAndNoMore(DType dtype) {
        requirePasses(dtype, Geometry.dense(2, 19, 64).along(1));
    }

    /** All but those that walk the logits with one kernel and then another. */
    private static List<OpCall> callsOfOneKernel(DType dtype, Geometry geometry) {
        return OpCall.ofEveryOp(dtype, geometry).stream()
                .filter(call -> PASSES.containsKey(call.method()))
                .toList();
    }

    private static void requirePasses(DType dtype, Geometry geometry) {
        for (OpCall call : callsOfOneKernel(dtype, geometry)) {
            ProfiledCall profiled = ProfiledCall.of(call, 90);
            Map<String, Passes> expected = PASSES.get(call.method());
            assertEquals(expected.keySet(), profiled.rows().keySet());
            long row = (long) geometry.classes() * dtype.bytes();
            expected.forEach((name, passes) -> {
                Traffic traffic = profiled.traffic(name);
                String what = call + ": " + name;
                long looks = name.equals("x") ? call.looksAtLabels() : 0;
                assertEquals(passes.reads() * call.rowsRead() * row + looks * dtype.bytes(), traffic.bytesRead(), what);
                assertEquals(passes.writes() * geometry.rows() * row, traffic.bytesWritten(), what);
            });
        }
    }

    @EachFloatingDType
    void neighboursReadNeighbours(DType dtype) {
        for (Geometry geometry :
                List.of(Geometry.dense(6, 2048), Geometry.dense(2, 19, 64).along(1))) {
            for (OpCall call : callsOfOneKernel(dtype, geometry)) {
                ProfiledCall profiled = ProfiledCall.of(call, 90);
                profiled.rows().keySet().forEach(name -> {
                    Traffic traffic = profiled.traffic(name);
                    long wasted = traffic.sectors() - traffic.idealSectors();
                    // In columns, threads whose rows do not count part from their neighbours.
                    boolean parted = geometry.shape().rank() == 3 && call.rowsRead() < geometry.rows();
                    long most = call.looksAtLabels() + (parted ? traffic.idealSectors() : 0);
                    assertTrue(wasted >= 0 && wasted <= most, call + ": sectors of " + name);
                    assertEquals(
                            Set.of(dtype.bytes()), traffic.requestsByWidth().keySet(), call + ": width of " + name);
                });
            }
        }
    }

    @EachFloatingDType
    void noTwoThreadsWantOneBankAtATime(DType dtype) {
        for (OpCall call : OpCall.ofEveryOp(dtype, Geometry.dense(6, 2048))) {
            for (LaunchProfile launch : ProfiledCall.of(call, 90).launches()) {
                assertEquals(launch.shared().idealPasses(), launch.shared().passes(), launch.entry());
            }
        }
    }
}

package io.github.logitops.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.emulator.LaunchProfile;
import io.github.logitops.emulator.LaunchProfile.Traffic;
import io.github.logitops.emulator.PtxEmulatorDriver;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import io.github.logitops.support.EachFloatingDType;
import io.github.logitops.support.Geometry;
import io.github.logitops.support.OpCall;
import io.github.logitops.support.ProfiledCall;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How often each tier reads and writes its tensors, and how well it does it: what speed on a device depends on, exactly. */
@Execution(ExecutionMode.CONCURRENT)
class KernelTrafficTest {
    /** Passes over a tensor of the logits' shape, by op and name: what is read twice in columns, rows keep. */
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
            Map.entry("hardDistillation.forward", Map.of("x", new Passes(2, 0))),
            Map.entry("hardDistillation.forwardBackward", Map.of("x", new Passes(2, 0), "dx", new Passes(0, 1))),
            Map.entry("reverseDistillation.forward", Map.of("x", new Passes(2, 0))),
            Map.entry("reverseDistillation.forwardBackward", Map.of("x", new Passes(3, 0), "dx", new Passes(0, 1))),
            Map.entry("mixedDistillation.forward", Map.of("x", new Passes(2, 0))),
            Map.entry("mixedDistillation.forwardBackward", Map.of("x", new Passes(3, 0), "dx", new Passes(0, 1))),
            Map.entry("crossEntropy.forward", Map.of("x", new Passes(1, 0))),
            Map.entry("crossEntropy.backward", Map.of("x", new Passes(1, 0), "dx", new Passes(0, 1))),
            Map.entry("crossEntropy.forwardBackward", Map.of("x", new Passes(2, 0), "dx", new Passes(0, 1))),
            Map.entry("sigmoid.forward", Map.of("x", new Passes(1, 0), "y", new Passes(0, 1))),
            Map.entry(
                    "sigmoid.backward", Map.of("y", new Passes(1, 0), "dy", new Passes(1, 0), "dx", new Passes(0, 1))),
            Map.entry("logSigmoid.forward", Map.of("x", new Passes(1, 0), "y", new Passes(0, 1))),
            Map.entry(
                    "logSigmoid.backward",
                    Map.of("y", new Passes(1, 0), "dy", new Passes(1, 0), "dx", new Passes(0, 1))),
            Map.entry("sigmoidCrossEntropy.forward", Map.of("x", new Passes(1, 0))),
            Map.entry("sigmoidCrossEntropy.backward", Map.of("x", new Passes(1, 0), "dx", new Passes(0, 1))),
            Map.entry("sigmoidCrossEntropy.forwardBackward", Map.of("x", new Passes(1, 0), "dx", new Passes(0, 1))));

    /** How often each element is read and written. */
    private record Passes(int reads, int writes) {
        /** The same in rows that wait. */
        Passes once() {
            return new Passes(Math.min(reads, 1), writes);
        }
    }

    @EachFloatingDType
    void rowsSideBySideAreReadOnce(DType dtype) {
        for (int classes : new int[] {10, 16, 1001, 2048}) {
            requirePasses(dtype, Geometry.dense(6, classes), Passes::once);
            requirePasses(dtype, Geometry.dense(6, classes).padded(3).shifted(1), Passes::once);
        }
    }

    /** In registers or shared memory, of one block or of all that share the row. */
    @ParameterizedTest
    @CsvSource({
        "F32, 256",
        "F32, 4096",
        "F32, 16384",
        "F32, 16388",
        "F16, 32776",
        "BF16, 256",
        "BF16, 32768",
    })
    void rowsOfWholeVectorsAreReadOnce(DType dtype, int classes) {
        requirePasses(dtype, Geometry.dense(1, classes), Passes::once);
    }

    /** Where registers hold them, or one look is enough: shared memory has a part of them. */
    @ParameterizedTest
    @CsvSource({"F32, 128256", "F32, 262144", "BF16, 262144"})
    void longRowsOfWholeVectorsAreReadOnce(DType dtype, int classes) {
        requirePasses(
                dtype,
                Geometry.dense(1, classes),
                Passes::once,
                call -> !ProfiledCall.of(call, 90)
                        .main()
                        .entry()
                        .matches("(cross_entropy_(fwd|fused)|distillation_\\w+|masked_softmax_fwd)_rows_\\w+"));
    }

    @EachFloatingDType
    void rowsInColumnsAreReadOnceForEachPass(DType dtype) {
        requirePasses(dtype, Geometry.dense(1, 500, 33).along(1), passes -> passes);
    }

    /** By vectors, and where images are of an odd size or lie askew by elements. */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F16", "BF16"})
    void rowsInATileAreReadOnce(DType dtype) {
        Predicate<OpCall> tiled = call -> isTiled(ProfiledCall.of(call, 90));
        requirePasses(dtype, Geometry.dense(3, 65, 88).along(1), Passes::once, tiled);
        requirePasses(dtype, Geometry.dense(3, 21, 43).along(1), Passes::once, tiled);
        requirePasses(dtype, Geometry.dense(3, 21, 40).along(1).shifted(1), Passes::once, tiled);
    }

    /** A thread has up to 64 of F32 in registers. */
    @Test
    void shortRowsInColumnsAreReadOnce() {
        Set<OpCall.Targets> plain =
                Set.of(OpCall.Targets.PLAIN_LABELS, OpCall.Targets.WEIGHTED_LABELS, OpCall.Targets.SMOOTH_LABELS);
        for (int classes : new int[] {19, 64}) {
            requirePasses(
                    DType.F32,
                    Geometry.dense(2, classes, 64).along(1),
                    Passes::once,
                    call -> call.method().matches("(softmax|logSoftmax)\\.forward")
                            || call.method().equals("crossEntropy.forwardBackward") && plain.contains(call.targets()));
        }
    }

    /** All but those that walk the logits with one kernel and then another. */
    private static List<OpCall> callsOfOneKernel(DType dtype, Geometry geometry) {
        return OpCall.ofEveryOp(dtype, geometry).stream()
                .filter(call -> PASSES.containsKey(call.method()))
                .toList();
    }

    private static void requirePasses(DType dtype, Geometry geometry, UnaryOperator<Passes> adjustment) {
        requirePasses(dtype, geometry, adjustment, call -> true);
    }

    private static void requirePasses(
            DType dtype, Geometry geometry, UnaryOperator<Passes> adjustment, Predicate<OpCall> which) {
        for (OpCall call : callsOfOneKernel(dtype, geometry)) {
            if (!which.test(call)) {
                continue;
            }
            ProfiledCall profiled = ProfiledCall.of(call, 90);
            boolean whole = isTiled(profiled) && goesByVectors(dtype, geometry); // rows that do not count, too
            Map<String, Passes> expected = PASSES.get(call.method());
            assertEquals(expected.keySet(), profiled.rows().keySet());
            long row = (long) geometry.classes() * dtype.bytes();
            expected.forEach((name, each) -> {
                Passes passes = adjustment.apply(each);
                Traffic traffic = profiled.traffic(name);
                String what = call + ": " + name;
                long rows = whole ? geometry.rows() : call.rowsRead();
                long looks = name.equals("x") && !isTiled(profiled) ? call.looksAtLabels() : 0;
                assertEquals(passes.reads() * rows * row + looks * dtype.bytes(), traffic.bytesRead(), what);
                int labels = name.equals("dx") && !isTiled(profiled) ? call.gradientsOfLabels() : 0;
                assertEquals(
                        passes.writes() * geometry.rows() * row + labels * dtype.bytes(), traffic.bytesWritten(), what);
            });
        }
    }

    /** Whether rows wait in a tile: their labels' columns are looked at and written there. */
    private static boolean isTiled(ProfiledCall call) {
        return call.main().entry().contains("_tile_");
    }

    /** Whether a tile of rows in columns is copied by vectors. */
    private static boolean goesByVectors(DType dtype, Geometry geometry) {
        long inner = geometry.shape().extent(geometry.shape().rank() - 1);
        return inner * dtype.bytes() % 16 == 0 && geometry.offset() * dtype.bytes() % 16 == 0;
    }

    /** What shared memory cannot hold is read again, and no more than that. */
    @Test
    void ofLongRowsTheRestIsReadTwice() {
        LaunchPlanner.Limits limits = new LaunchPlanner.Limits(new PtxEmulatorDriver(75).maxSharedBytes(), 1);
        for (OpCall call : OpCall.ofEveryOp(DType.F32, Geometry.dense(1, 20_001))) {
            if (!call.method().equals("softmax.forward") && !call.method().equals("softmax.backward")) {
                continue;
            }
            ProfiledCall profiled = ProfiledCall.of(call, 75);
            for (String name : Set.of("x", "y", "dy")) {
                Traffic traffic = profiled.rows().containsKey(name) ? profiled.traffic(name) : Traffic.NONE;
                if (traffic.bytesRead() > 0) {
                    int keptRows = call.method().equals("softmax.backward") ? 2 : 1;
                    KernelSpec kernel = KernelTable.of(Op.SOFTMAX, keptRows == 2 ? "bwd" : "fwd");
                    LaunchPlanner.Row row = new LaunchPlanner.Row(true, 20_001, DType.F32);
                    int shared = LaunchPlanner.plan(kernel, row, 1, false, limits)
                            .geometry()
                            .sharedBytes();
                    int kept = shared / keptRows - 48;
                    assertTrue(kept > 0 && kept < 80_000);
                    assertEquals(2 * 80_004 - kept, traffic.bytesRead(), call + ": " + name);
                }
            }
        }
    }

    @EachFloatingDType
    void neighboursReadNeighbours(DType dtype) {
        requireRequests(dtype, Geometry.dense(6, 2048), 16);
        requireRequests(dtype, Geometry.dense(6, 64), 16);
        requireRequests(dtype, Geometry.dense(6, 128), 16);
        requireRequests(dtype, Geometry.dense(2, 19, 64).along(1), dtype.bytes());
        requireRequests(dtype, Geometry.dense(1, 500, 64).along(1), dtype.bytes());
    }

    /** All but what lies beside the vectors of memory at their ends: that goes by elements, of less than two vectors a row. */
    @EachFloatingDType
    void rowsThatBeginAnywhereGoByVectorsToo(DType dtype) {
        Geometry geometry = Geometry.dense(6, 2047);
        long mostAtEnds = geometry.rows() * 2L * 16 / dtype.bytes();
        for (OpCall call : callsOfOneKernel(dtype, geometry)) {
            ProfiledCall profiled = ProfiledCall.of(call, 90);
            for (String name : profiled.rows().keySet()) {
                Traffic traffic = profiled.traffic(name);
                long byElements = traffic.requestsByWidth().getOrDefault(dtype.bytes(), 0L);
                long labels = call.looksAtLabels() + call.gradientsOfLabels();
                assertTrue(byElements <= mostAtEnds + labels, call + ": requests by elements of " + name);
                assertTrue(traffic.sectors() < 1.05 * traffic.idealSectors(), call + ": sectors of " + name);
            }
        }
    }

    /** Requests of so many bytes a thread, and no more sectors than these bytes fill, where rows begin with a sector. */
    private static void requireRequests(DType dtype, Geometry geometry, int width) {
        boolean whole = geometry.layout().rowStride() * dtype.bytes() % 32 == 0;
        for (OpCall call : callsOfOneKernel(dtype, geometry)) {
            ProfiledCall profiled = ProfiledCall.of(call, 90);
            boolean tiled = isTiled(profiled);
            profiled.rows().keySet().forEach(name -> {
                Traffic traffic = profiled.traffic(name);
                long wasted = traffic.sectors() - traffic.idealSectors();
                // In columns, threads whose rows do not count part from their neighbours.
                boolean parted = geometry.shape().rank() == 3 && call.rowsRead() < geometry.rows() && !tiled;
                int labels = tiled ? 0 : call.looksAtLabels() + call.gradientsOfLabels();
                long most = labels + (parted ? traffic.idealSectors() : 0);
                assertTrue(!whole || wasted >= 0 && wasted <= most, call + ": sectors of " + name);
                Set<Integer> widths = new TreeSet<>(traffic.requestsByWidth().keySet());
                if (labels > 0 && width != dtype.bytes()) {
                    widths.remove(dtype.bytes());
                }
                boolean byElements = call.method().matches("(sigmoid|logSigmoid).*"); // along no axis
                assertEquals(Set.of(tiled || byElements ? 16 : width), widths, call + ": width of " + name);
            });
        }
    }

    /** Of a padding mask's hidden columns nothing is read, of the others all by vectors, once. */
    @EachFloatingDType
    void whatAMaskHidesIsNotRead(DType dtype) {
        int classes = 2048;
        int seen = classes - classes / 5;
        OpCall.ofEveryOp(dtype, Geometry.dense(6, classes)).stream()
                .filter(each -> each.method().endsWith("askedSoftmax.forward"))
                .forEach(call -> requireSeen(call, Collections.nCopies(6, seen)));
    }

    /** The same of columns after a row's own position. */
    @EachFloatingDType
    void whatComesAfterARowsPositionIsNotRead(DType dtype) {
        for (int queries : new int[] {64, 256}) {
            OpCall call = OpCall.causal(dtype, Geometry.dense(queries, queries));
            requireSeen(call, IntStream.rangeClosed(1, queries).boxed().toList());
        }
        int most = dtype == DType.F64 ? 25_000 : 40_000; // that a block, or a cluster, holds
        requireSeen(OpCall.causal(dtype, Geometry.dense(2, most)), List.of(most - 1, most));
    }

    /** Of each row as many columns as are seen. */
    private static void requireSeen(OpCall call, List<Integer> columns) {
        int bytes = call.dtype().bytes();
        Traffic x = ProfiledCall.of(call, 90).traffic("x");
        assertEquals(columns.stream().mapToLong(seen -> (long) seen * bytes).sum(), x.bytesRead(), call.toString());
        long vectors =
                columns.stream().mapToLong(seen -> (long) seen * bytes / 16).sum();
        assertTrue(x.requestsByWidth().get(16) * 32 >= vectors, call.toString());
        long wasted = x.sectors() - x.idealSectors();
        assertTrue(wasted <= 8L * columns.size(), call + ": sectors of one vector in each row, by elements");
    }

    @EachFloatingDType
    void noTwoThreadsWantOneBankAtATime(DType dtype) {
        List<Geometry> geometries = List.of(
                Geometry.dense(6, 2048),
                Geometry.dense(2, 21, 64).along(1),
                Geometry.dense(2, 21, 65).along(1));
        for (Geometry geometry : geometries) {
            for (OpCall call : OpCall.ofEveryOp(dtype, geometry)) {
                for (LaunchProfile launch : ProfiledCall.of(call, 90).launches()) {
                    long extra = launch.shared().passes() - launch.shared().idealPasses();
                    // Two neighbours of 16 bits have one bank, and of a tile their labels' columns are others.
                    boolean labels = launch.entry().matches("(cross_entropy|selected_log_prob)_\\w+_tile_\\w*16");
                    int most = labels ? 2 * geometry.rows() : 0;
                    assertTrue(extra >= 0 && extra <= most, launch.entry() + ": " + extra);
                }
            }
        }
    }
}

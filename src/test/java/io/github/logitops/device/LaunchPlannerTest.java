package io.github.logitops.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.op.Rows;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.Bench;
import io.github.logitops.support.CpuRig;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchPlannerTest {
    private static final LaunchPlanner.Limits H100 = new LaunchPlanner.Limits(227 << 10, 16);
    private static final LaunchPlanner.Limits NO_CLUSTERS = new LaunchPlanner.Limits(227 << 10, 1);
    private static final LaunchPlanner.Limits T4 = new LaunchPlanner.Limits(64 << 10, 1);

    private static final KernelSpec KEEPS_A_ROW = KernelTable.of(Op.SOFTMAX, "fwd");
    private static final KernelSpec KEEPS_TWO_ROWS = KernelTable.of(Op.SOFTMAX, "bwd");
    private static final KernelSpec READS_ONCE = KernelTable.of(Op.CROSS_ENTROPY, "fwd_plain");
    private static final KernelSpec HOLDS_NOTHING = KernelTable.of(Op.CROSS_ENTROPY, "fused");
    private static final KernelSpec ADDS_NOTHING_UP = KernelTable.of(Op.CROSS_ENTROPY, "bwd_plain");
    private static final KernelSpec KEEPS_AND_ADDS_NOTHING_UP = KernelTable.of(Op.CROSS_ENTROPY, "bwd");

    @ParameterizedTest
    @CsvSource({
        "F32, 1, 1, 128",
        "F32, 8, 1, 128",
        "F32, 9, 2, 64",
        "F32, 10, 2, 64",
        "F32, 100, 16, 8",
        "F32, 128, 16, 8",
        "F32, 129, 32, 4",
        "F32, 2048, 32, 4",
        "F32, 2049, 64, 1",
        "F32, 4097, 128, 1",
        "F32, 16384, 256, 1",
        "F32, 16385, 512, 1",
        "F32, 2147483647, 512, 1",
        "BF16, 50257, 512, 1",
        "F64, 8192, 128, 1",
        "F64, 8193, 256, 1",
        "F64, 50257, 256, 1",
    })
    void theLengthOfARowSaysHowManyThreadsTakeIt(DType dtype, int classes, int threads, int rowsOfBlock) {
        requireThreads(HOLDS_NOTHING, Tier.ROWS, dtype, classes, threads, rowsOfBlock);
    }

    /** Many vectors each, as long as there are four. */
    @ParameterizedTest
    @CsvSource({
        "F32, 4, HELD2, 1, 128",
        "F32, 8, HELD2, 1, 128",
        "F32, 12, HELD2, 2, 64",
        "F32, 16, HELD2, 2, 64",
        "F32, 20, HELD2, 4, 32",
        "F32, 36, HELD4, 4, 32",
        "F32, 64, HELD4, 4, 32",
        "F32, 68, HELD4, 8, 16",
        "F32, 128, HELD8, 4, 32",
        "BF16, 8, HELD2, 1, 128",
        "BF16, 16, HELD2, 1, 128",
        "BF16, 32, HELD2, 2, 64",
        "BF16, 64, HELD2, 4, 32",
        "BF16, 72, HELD4, 4, 32",
        "BF16, 128, HELD4, 4, 32",
        "BF16, 136, HELD4, 8, 16",
        "BF16, 256, HELD8, 4, 32",
        "F32, 256, HELD8, 8, 16",
        "F16, 512, HELD8, 8, 16",
        "BF16, 1024, HELD8, 16, 8",
        "F32, 1024, HELD8, 32, 4",
        "F32, 1028, HELD8, 64, 1",
        "BF16, 4096, HELD8, 64, 1",
        "F32, 16384, HELD8, 512, 1",
        "F32, 16388, HELD8, 1024, 1",
        "F32, 32768, HELD8, 1024, 1",
        "F16, 32768, HELD8, 512, 1",
        "BF16, 65536, HELD8, 1024, 1",
        "F32, 32772, ROWS, 512, 1",
        "BF16, 65544, ROWS, 512, 1",
        "F32, 1001, ROWS, 32, 4",
        "BF16, 1004, ROWS, 32, 4",
        "F64, 1024, ROWS, 32, 4",
    })
    void rowsOfWholeVectorsWaitInRegisters(DType dtype, int classes, Tier tier, int threads, int rowsOfBlock) {
        requireThreads(KEEPS_A_ROW, tier, dtype, classes, threads, rowsOfBlock);
    }

    /** Two for a row, where each has much to do besides. */
    @ParameterizedTest
    @CsvSource({"F32, 16, HELD2, 2, 64", "F32, 20, HELD4, 2, 64", "BF16, 64, HELD4, 2, 64", "F32, 128, HELD8, 4, 32"})
    void rowsWithLabelsHaveFewerThreads(DType dtype, int classes, Tier tier, int threads, int rowsOfBlock) {
        requireThreads(READS_ONCE, tier, dtype, classes, threads, rowsOfBlock);
    }

    @ParameterizedTest
    @CsvSource({"F32, 16384, HELD8, 512", "BF16, 32768, HELD8, 512", "F32, 16388, ROWS, 512", "F16, 32776, ROWS, 512"})
    void ofTwoRowsHalfAsMuch(DType dtype, int classes, Tier tier, int threads) {
        requireThreads(KEEPS_TWO_ROWS, tier, dtype, classes, threads, 1);
    }

    /** The reductions are worth it where each thread takes several steps. */
    @ParameterizedTest
    @CsvSource({
        "F32, 16388, 256, 1",
        "F32, 65536, 512, 1",
        "F32, 262144, 512, 1",
        "BF16, 32776, 256, 1",
        "BF16, 65536, 256, 1",
        "BF16, 262144, 512, 1",
        "F64, 2, 1, 128",
        "F64, 32, 4, 32",
        "F64, 1024, 16, 8",
        "F64, 4096, 64, 1",
        "F64, 262144, 256, 1",
    })
    void rowsThatAreReadOnceHaveFewThreads(DType dtype, int classes, int threads, int rowsOfBlock) {
        requireThreads(READS_ONCE, Tier.ROWS, dtype, classes, threads, rowsOfBlock);
        assertEquals(0, rows(READS_ONCE, dtype, classes, NO_CLUSTERS).sharedBytes());
    }

    /** Blocks of 512 threads, eight vectors each, as few as hold the row; of two rows as of one. */
    @ParameterizedTest
    @CsvSource({
        "F32, 16384, HELD8, 1",
        "F32, 16388, CLUSTER_HELD, 2",
        "F32, 32768, CLUSTER_HELD, 2",
        "F32, 32772, CLUSTER_HELD, 3",
        "F32, 128256, CLUSTER_HELD, 8",
        "F32, 151936, CLUSTER_HELD, 10",
        "F32, 245760, CLUSTER_HELD, 15",
        "F32, 262144, CLUSTER_HELD, 16",
        "F32, 262148, ROWS, 1",
        "BF16, 32768, HELD8, 1",
        "F16, 32776, CLUSTER_HELD, 2",
        "BF16, 128256, CLUSTER_HELD, 4",
        "BF16, 151936, CLUSTER_HELD, 5",
        "BF16, 524288, CLUSTER_HELD, 16",
        "F16, 524296, ROWS, 1",
    })
    void longRowsOfWholeVectorsWaitInTheRegistersOfClusters(DType dtype, int classes, Tier tier, int blocks) {
        for (KernelSpec kernel : List.of(KEEPS_A_ROW, KEEPS_TWO_ROWS)) {
            requireCluster(kernel, tier, dtype, classes, 512, blocks, 1, 3, 129, 1 << 20);
        }
    }

    /** Kernels that add up what they read once, or what they keep in shared memory, do it as on devices without clusters. */
    @ParameterizedTest
    @CsvSource({
        "F32, 16388",
        "F32, 151936",
        "F32, 262144",
        "F32, 16385",
        "F32, 50257",
        "BF16, 50257",
        "BF16, 128256",
        "F64, 8193",
        "F64, 50257"
    })
    void otherLongRowsThatAreAddedUpHaveNoClusters(DType dtype, int classes) {
        LaunchPlanner.Row row = new LaunchPlanner.Row(true, classes, dtype);
        for (KernelSpec kernel : List.of(READS_ONCE, HOLDS_NOTHING)) {
            for (long rows : new long[] {1, 128, 1 << 20}) {
                assertEquals(
                        LaunchPlanner.plan(kernel, row, rows, false, NO_CLUSTERS),
                        LaunchPlanner.plan(kernel, row, rows, false, H100));
            }
        }
    }

    /** Few rows have clusters where nothing is added up: blocks of 32 KiB of what is kept or read in steps, or of registers. */
    @ParameterizedTest
    @CsvSource({
        "F32, 16384, HELD8, 512, 1",
        "F32, 16388, CLUSTER_HELD, 512, 2",
        "F32, 151936, CLUSTER_HELD, 512, 10",
        "F32, 262148, CLUSTER_ROWS, 128, 16",
        "F32, 16383, ROWS, 256, 1",
        "F32, 16385, CLUSTER_ROWS, 128, 4",
        "F32, 50257, CLUSTER_ROWS, 128, 8",
        "BF16, 50257, CLUSTER_ROWS, 128, 4",
        "BF16, 128252, CLUSTER_ROWS, 128, 8",
        "F64, 8192, ROWS, 256, 1",
        "F64, 8194, CLUSTER_ROWS, 128, 4",
        "F64, 50257, CLUSTER_ROWS, 128, 16",
    })
    void fewLongRowsHaveClustersWhereNothingIsAddedUp(DType dtype, int classes, Tier tier, int threads, int blocks) {
        requireCluster(ADDS_NOTHING_UP, tier, dtype, classes, threads, blocks, 1, 3, 128);
        LaunchPlanner.Row row = new LaunchPlanner.Row(true, classes, dtype);
        for (long rows : new long[] {129, 1 << 20}) {
            assertEquals(
                    LaunchPlanner.plan(ADDS_NOTHING_UP, row, rows, false, NO_CLUSTERS),
                    LaunchPlanner.plan(ADDS_NOTHING_UP, row, rows, false, H100));
        }
    }

    /** These, and no others. */
    @Test
    void fiveKernelsAddNothingUp() {
        Set<String> kernels = new TreeSet<>();
        for (Op op : Op.values()) {
            KernelTable.of(op).stream()
                    .filter(kernel -> kernel.entries() == KernelSpec.Entries.OF_TIERS && !kernel.sums())
                    .forEach(kernel -> kernels.add(kernel.name()));
        }
        assertEquals(
                Set.of(
                        "log_sum_exp_bwd",
                        "entropy_bwd",
                        "selected_log_prob_bwd",
                        "cross_entropy_bwd",
                        "cross_entropy_bwd_plain"),
                kernels);
    }

    private static void requireCluster(
            KernelSpec kernel, Tier tier, DType dtype, int classes, int threads, int blocks, long... counts) {
        LaunchPlanner.Row row = new LaunchPlanner.Row(true, classes, dtype);
        for (long rows : counts) {
            LaunchPlanner.Plan plan = LaunchPlanner.plan(kernel, row, rows, false, H100);
            assertEquals(tier, plan.tier());
            assertEquals(threads, plan.geometry().threads());
            assertEquals(blocks, plan.geometry().clusterBlocks());
            assertEquals(blocks * rows, plan.geometry().blocks());
            assertEquals(1, plan.geometry().rowsOfBlock());
        }
    }

    /** More rows than a grid has clusters for are walked in turn, by blocks of their own. */
    @Test
    void rowsThatNoGridOfClustersReachesHaveNone() {
        LaunchPlanner.Row row = new LaunchPlanner.Row(true, 151936, DType.F32);
        long most = Integer.MAX_VALUE / 10;
        assertEquals(
                Tier.CLUSTER_HELD,
                LaunchPlanner.plan(KEEPS_A_ROW, row, most, false, H100).tier());
        LaunchPlanner.Plan more = LaunchPlanner.plan(KEEPS_A_ROW, row, most + 1, false, H100);
        assertEquals(Tier.ROWS, more.tier());
        assertEquals(most + 1, more.geometry().blocks());
    }

    /** What a device refuses, is done with less. */
    @ParameterizedTest
    @CsvSource({
        "true, 262144, 16, CLUSTER_HELD, 16",
        "true, 262144, 8, ROWS, 1",
        "true, 151936, 8, ROWS, 1",
        "true, 128256, 8, CLUSTER_HELD, 8",
        "true, 32768, 1, HELD8, 1",
        "false, 262144, 16, CLUSTER_HELD, 16",
        "false, 262144, 8, CLUSTER_ROWS, 8",
        "false, 262144, 2, CLUSTER_ROWS, 2",
        "false, 262144, 1, ROWS, 1",
    })
    void smallerClustersDoToo(boolean sums, int classes, int most, Tier tier, int blocks) {
        LaunchPlanner.Row row = new LaunchPlanner.Row(true, classes, DType.F32);
        LaunchPlanner.Limits limits = new LaunchPlanner.Limits(227 << 10, most);
        KernelSpec kernel = sums ? KEEPS_A_ROW : ADDS_NOTHING_UP;
        LaunchPlanner.Plan plan = LaunchPlanner.plan(kernel, row, 7, false, limits);
        assertEquals(tier, plan.tier());
        assertEquals(blocks, plan.geometry().clusterBlocks());
    }

    /** Each block of a cluster keeps its slice of the row, and a row may begin within a vector. */
    @ParameterizedTest
    @CsvSource({
        "F32, 50257, 7, 48", // 6284 columns of 128 threads, eight at a time
        "F32, 131072, 8, 48",
        "BF16, 50257, 13, 48",
        "F64, 50257, 7, 48",
        "F64, 500000, 55, 48", // as much as fits
    })
    void aBlockOfAClusterKeepsItsSlice(DType dtype, int classes, int kept, int lineStarts) {
        LaunchPlanner.Geometry geometry = rows(KEEPS_AND_ADDS_NOTHING_UP, dtype, classes, H100);
        assertEquals(kept, geometry.keptFragments());
        assertEquals(kept * 128 * 32 * dtype.bytes() / dtype.arithmetic().bytes() + lineStarts, geometry.sharedBytes());
    }

    private static void requireThreads(
            KernelSpec kernel, Tier tier, DType dtype, int classes, int threads, int rowsOfBlock) {
        LaunchPlanner.Row row = new LaunchPlanner.Row(true, classes, dtype);
        for (long rows : new long[] {1, 8L * rowsOfBlock, 8L * rowsOfBlock + 1}) {
            LaunchPlanner.Plan plan = LaunchPlanner.plan(kernel, row, rows, false, NO_CLUSTERS);
            assertEquals(tier, plan.tier());
            assertEquals(threads, plan.geometry().threads());
            assertEquals(rowsOfBlock, plan.geometry().rowsOfBlock());
            assertEquals((rows + rowsOfBlock - 1) / rowsOfBlock, plan.geometry().blocks());
        }
        // A grid has no more blocks, and kernels that hold their rows do not step on.
        LaunchPlanner.Plan most = LaunchPlanner.plan(kernel, row, 1L << 40, false, T4);
        assertEquals(Integer.MAX_VALUE, most.geometry().blocks());
        assertEquals(Tier.ROWS, most.tier());
    }

    @ParameterizedTest
    @CsvSource({
        "F32, 10, false, 1, 4096, 3072", // 128 threads, a fragment of 32 bytes each, and three vectors for each of 64
        // rows
        "BF16, 10, false, 1, 2048, 3072",
        "F32, 4096, false, 8, 16384, 48", // no more than the row is long
        "F64, 4096, false, 16, 32768, 48",
        "F32, 50257, false, 13, 212992, 48",
        "F32, 53248, false, 13, 212992, 48",
        "F32, 53249, false, 13, 212992, 48", // the last column waits in memory
        "F32, 262144, false, 13, 212992, 48",
        "BF16, 106496, false, 26, 212992, 48",
        "BF16, 114688, false, 27, 221184, 48",
        "F32, 24576, true, 6, 196608, 96",
        "F32, 24577, true, 6, 196608, 96",
    })
    void ofARowAsMuchIsKeptAsFits(
            DType dtype, int classes, boolean probabilities, int kept, int bytes, int lineStarts) {
        LaunchPlanner.Row row = new LaunchPlanner.Row(true, classes, dtype);
        LaunchPlanner.Geometry geometry = LaunchPlanner.plan(HOLDS_NOTHING, row, 1 << 20, probabilities, NO_CLUSTERS)
                .geometry();
        assertEquals(kept, geometry.keptFragments());
        assertEquals(bytes + lineStarts, geometry.sharedBytes());
    }

    @Test
    void lessIsKeptWhereThereIsLess() {
        assertEquals(3, rows(HOLDS_NOTHING, DType.F32, 50257, T4).keptFragments());
        assertEquals(
                0,
                rows(HOLDS_NOTHING, DType.F32, 50257, new LaunchPlanner.Limits(4096, 1))
                        .keptFragments());
        assertEquals(13, rows(READS_ONCE, DType.F32, 50257, NO_CLUSTERS).keptFragments(), "no whole number of vectors");
    }

    private static LaunchPlanner.Geometry rows(
            KernelSpec kernel, DType dtype, int classes, LaunchPlanner.Limits limits) {
        LaunchPlanner.Row row = new LaunchPlanner.Row(true, classes, dtype);
        return LaunchPlanner.plan(kernel, row, 1, false, limits).geometry();
    }

    /** What the planner takes for granted. */
    @Test
    void kernelsTakeTheThreadsAndLeaveTheSharedMemory() throws IOException {
        for (PtxFile file : PtxFile.all()) {
            file.entries().forEach(entry -> {
                int most = entry.contains("_rows_f64") ? 256 : entry.matches(".*_(rows|held8)_.*") ? 512 : 128;
                if (file.bodies().get(entry).contains(".reqnctapercluster")) {
                    assertTrue(file.bodies().get(entry).contains(".reqnctapercluster 2, 1, 1"), entry);
                    most = entry.contains("_held_") ? 512 : 128;
                }
                if (entry.matches("((log_)?softmax_fwd|masked_softmax_fwd_plain|cross_entropy_fused_plain)_held8_.*")) {
                    most = 1024;
                }
                assertTrue(file.maxThreads(entry) >= most, entry);
                assertTrue(file.ownSharedBytes(entry) <= (entry.contains("_cluster_held_") ? 10240 : 4096), entry);
                if (entry.matches("cross_entropy_fwd_rows_f(32|64)")) { // as ptxas counts them
                    assertEquals(entry.endsWith("32") ? 1536 : 2816, file.ownSharedBytes(entry), entry);
                }
            });
        }
    }

    @Test
    void theLastAxisGoesToRowsAndAllOthersToColsHoweverManyRowsTheyHave() {
        try (Bench bench = new Bench(new CpuRig())) {
            Rows last = rows(bench, Layout.dense(Shape.of(2, 3, 4)), Axis.LAST);
            Rows padded = rows(bench, new Layout(Shape.of(2, 3, 4), 9), Axis.LAST);
            Rows middle = rows(bench, Layout.dense(Shape.of(2, 3, 4)), Axis.of(1));
            Rows strided = rows(bench, new Layout(Shape.of(3, 1), 7), Axis.of(0));
            Rows single = rows(bench, Layout.dense(Shape.of(3, 1)), Axis.of(0)); // lies as a row would
            Rows alone = rows(bench, Layout.dense(Shape.of(1, 3, 1)), Axis.of(1));
            Rows vector = rows(bench, Layout.dense(Shape.of(3)), Axis.of(0));
            assertEquals(Tier.ROWS, tier(last));
            assertEquals(Tier.ROWS, tier(padded));
            assertEquals(Tier.ROWS, tier(vector));
            assertEquals(Tier.COLS, tier(middle));
            assertEquals(Tier.COLS, tier(strided));
            assertEquals(Tier.COLS, tier(single));
            assertEquals(Tier.COLS, tier(alone));
        }
    }

    private static Tier tier(Rows rows) {
        return LaunchPlanner.plan(HOLDS_NOTHING, rows, false, NO_CLUSTERS).tier();
    }

    private static Rows rows(Bench bench, Layout layout, Axis axis) {
        return Rows.of("test", "x", bench.keep(bench.ops().empty(DType.F32, layout)), axis);
    }
}

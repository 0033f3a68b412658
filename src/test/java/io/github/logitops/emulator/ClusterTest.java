package io.github.logitops.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.driver.ClusterRefusedException;
import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;
import io.github.logitops.emulator.Schedule.Order;
import io.github.logitops.memory.DriverException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clusters that add up what their blocks have, some times over, and launches of them that a device refuses. */
class ClusterTest {
    private static final int ROUNDS = 5;
    private static final int THREADS = 32;

    /** Block b begins with b + 1; each round every block has the sum over its cluster. */
    private static final String SUM = """
            .shared .align 8 .b8 mbarriers[16];
            .shared .align 4 .b8 slots[128];
            mov.u32 %r2, %cluster_ctarank;
            mov.u32 %r3, %cluster_nctarank;
            mov.u32 %r4, mbarriers;
            mov.u32 %r5, slots;
            @%p1 bra $L1;
            mbarrier.init.shared::cta.b64 [%r4], 1;
            mbarrier.init.shared::cta.b64 [%r4+8], 1;
            fence.mbarrier_init.release.cluster;
            $L1:
            barrier.cluster.arrive.relaxed.aligned;
            mov.u32 %r6, %ctaid.x;
            add.s32 %r6, %r6, 1;
            barrier.cluster.wait.aligned;
            mov.u32 %r7, 0;
            $L2:
            and.b32 %r8, %r7, 1;
            mad.lo.s32 %r9, %r8, 8, %r4;
            mad.lo.s32 %r10, %r8, 64, %r5;
            shr.u32 %r11, %r7, 1;
            and.b32 %r11, %r11, 1;
            @%p1 bra $L3;
            shl.b32 %r12, %r3, 2;
            mbarrier.arrive.expect_tx.shared::cta.b64 _, [%r9], %r12;
            $L3:
            bar.warp.sync -1;
            setp.ge.u32 %p2, %r1, %r3;
            @%p2 bra $L4;
            mad.lo.s32 %r13, %r2, 4, %r10;
            mapa.shared::cluster.u32 %r14, %r13, %r1;
            mapa.shared::cluster.u32 %r15, %r9, %r1;
            st.async.shared::cluster.mbarrier::complete_tx::bytes.u32 [%r14], %r6, [%r15];
            $L4:
            mbarrier.try_wait.parity.shared::cta.b64 %p3, [%r9], %r11;
            @!%p3 bra $L4;
            mov.u32 %r6, 0;
            mov.u32 %r16, 0;
            $L5:
            mad.lo.s32 %r17, %r16, 4, %r10;
            ld.shared.u32 %r18, [%r17];
            add.s32 %r6, %r6, %r18;
            add.s32 %r16, %r16, 1;
            setp.lt.u32 %p3, %r16, %r3;
            @%p3 bra $L5;
            add.s32 %r7, %r7, 1;
            setp.lt.u32 %p3, %r7, 5;
            @%p3 bra $L2;
            """;

    @ParameterizedTest
    @EnumSource(Order.class)
    void blocksOfAClusterShareWhatTheyPush(Order order) {
        for (int size : new int[] {1, 2, 4, 8, 16}) {
            for (int seed = 0; seed < 3; seed++) {
                try (PtxEmulatorDriver driver = driver(Schedule.of(order, seed))) {
                    assertArrayEquals(sums(size, 2 * size), run(driver, SUM, size, 2 * size), order + " " + size);
                }
            }
        }
    }

    private static int[] sums(int size, int blocks) {
        return IntStream.range(0, blocks)
                .map(block -> IntStream.range(0, size)
                                .map(rank -> block / size * size + rank + 1)
                                .sum()
                        * (int) Math.pow(size, ROUNDS - 1))
                .toArray();
    }

    @Test
    void threadsKnowTheirPlaceInTheCluster() {
        String place = "mov.u32 %r2, %cluster_ctaid.x;\nmov.u32 %r3, %cluster_nctaid.x;\nmov.u32 %r4, %clusterid.x;\n"
                + "mov.u32 %r5, %nclusterid.x;\nmad.lo.s32 %r6, %r2, 10, %r3;\nmad.lo.s32 %r6, %r6, 10, %r4;\n"
                + "mad.lo.s32 %r6, %r6, 10, %r5;\n";
        try (PtxEmulatorDriver driver = driver(Schedule.of(Order.LOCKSTEP, 0))) {
            assertArrayEquals(new int[] {203, 1203, 213, 1213, 223, 1223}, run(driver, place, 2, 6));
        }
    }

    /** Values of one push are next to each other, and an address of the own rank is one's own. */
    @Test
    void aPushOfSeveralValues() {
        String push = """
                .shared .align 8 .b8 mbarrier[8];
                .shared .align 16 .b8 slots[16];
                mov.u32 %r2, %cluster_ctarank;
                mov.u32 %r4, mbarrier;
                mov.u32 %r5, slots;
                mapa.shared::cluster.u32 %r7, %r5, %r2;
                @%p1 bra $L1;
                mbarrier.init.shared.b64 [%r4], 2;
                mbarrier.arrive.release.cta.shared::cta.b64 _, [%r4];
                mbarrier.expect_tx.relaxed.cta.shared::cta.b64 [%r4], 16;
                mbarrier.arrive.shared::cta.b64 _, [%r4];
                st.async.weak.shared::cluster.mbarrier::complete_tx::bytes.v4.b32 [%r7], {1, 2, 3, 4}, [%r4];
                $L1:
                bar.sync 0;
                $L2:
                mbarrier.test_wait.parity.acquire.cta.shared::cta.b64 %p3, [%r4], 0;
                @!%p3 bra $L2;
                ld.shared.v2.u32 {%r8, %r9}, [%r7+8];
                ld.shared::cluster.u32 %r10, [%r5];
                mad.lo.s32 %r6, %r8, 10, %r9;
                mad.lo.s32 %r6, %r6, 10, %r10;
                """;
        try (PtxEmulatorDriver driver = driver(Schedule.of(Order.SHUFFLED, 0))) {
            driver.startProfiling();
            assertArrayEquals(new int[] {341, 341}, run(driver, push, 2, 2));
            assertEquals(32, driver.profiles().get(0).pushedBytes());
        }
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void aStoreToAnotherBlockIsThereAfterTheBarrier(Order order) {
        String meet = "barrier.cluster.arrive.aligned;\nbarrier.cluster.wait.aligned;\n";
        String store = ".shared .align 4 .b8 slots[128];\nmov.u32 %r2, %cluster_ctarank;\nmov.u32 %r3, slots;\n"
                + "mad.lo.s32 %r4, %r1, 4, %r3;\nxor.b32 %r5, %r2, 1;\nmapa.shared::cluster.u32 %r6, %r4, %r5;\n" + meet
                + "st.shared::cluster.u32 [%r6], %r2;\n" + meet + "ld.shared.u32 %r6, [%r4];\n";
        try (PtxEmulatorDriver driver = driver(Schedule.of(order, 0))) {
            assertArrayEquals(new int[] {1, 0, 1, 0}, run(driver, store, 2, 4));
        }
        PtxEmulatorDriver driver = driver(Schedule.of(order, 0));
        String twice = store.replace("ld.shared", "st.shared::cluster.u32 [%r6], %r1;\nld.shared");
        String message = assertThrows(EmulatorException.class, () -> run(driver, twice, 2, 4))
                .getMessage();
        String found =
                "race: shared (load|store): |cluster store to a block that has exited|exit of a block with no barrier";
        assertTrue(message.matches("emulator: (" + found + ").*"), message);
    }

    @Test
    void noWaitOrArrivalIsMissedByNobody() {
        try (PtxEmulatorDriver intact = driver(Schedule.of(Order.LOCKSTEP, 0))) {
            run(intact, SUM, 4, 4);
            assertEquals(4, intact.barriers("test"));
        }
        for (int barrier = 0; barrier < 4; barrier++) {
            PtxEmulatorDriver mutant = driver(Schedule.of(Order.LOCKSTEP, 0));
            mutant.omitBarrier("test", barrier);
            assertThrows(EmulatorException.class, () -> run(mutant, SUM, 4, 4), "barrier " + barrier);
        }
    }

    @Test
    void aDeviceRefusesClustersThatItDoesNotHave() {
        try (PtxEmulatorDriver driver = driver(Schedule.of(Order.LOCKSTEP, 0))) {
            long function = function(driver, SUM, 16);
            Launch launch = launch(function, 16, driver.allocate(64));
            String refused = "emulator: cuLaunchKernel failed: CUDA_ERROR_INVALID_CLUSTER_SIZE (912): test, "
                    + "grid=[16,1,1], block=[32,1,1], shared=0";
            assertEquals(refused, messageOf(ClusterRefusedException.class, driver, launch));
            driver.allowLargeClusters(function);
            driver.launch(launch, 0);
            driver.synchronize(0);
            driver.refuseClusters(8);
            assertEquals(refused, messageOf(ClusterRefusedException.class, driver, launch));
            driver.launch(launch(function(driver, SUM, 8), 8, driver.allocate(32)), 0);
            driver.synchronize(0);
        }
    }

    @Test
    void aGridIsWholeClusters() {
        try (PtxEmulatorDriver driver = driver(Schedule.of(Order.LOCKSTEP, 0))) {
            Launch launch = launch(function(driver, SUM, 4), 6, driver.allocate(64));
            assertEquals(
                    "emulator: a grid must be whole clusters: blocks=6, cluster=4, test, grid=[6,1,1], block=[32,1,1], "
                            + "shared=0",
                    messageOf(DriverException.class, driver, launch));
        }
    }

    @Test
    void devicesBeforeClustersDoNotLoadThem() {
        try (PtxEmulatorDriver driver =
                new PtxEmulatorDriver(89, Schedule.of(Order.LOCKSTEP, 0), Approximations.NEAREST)) {
            DriverException refused = assertThrows(DriverException.class, () -> function(driver, SUM, 2));
            assertEquals(
                    "emulator: a module for newer devices: target=sm_90, compute capability=89, module=test",
                    refused.getMessage());
        }
    }

    @Test
    void aWaitThatNobodyEndsIsReported() {
        String wait =
                ".shared .align 8 .b8 mbarrier[8];\nmov.u32 %r4, mbarrier;\nmbarrier.init.shared::cta.b64 [%r4], 3;\n"
                        + "mbarrier.arrive.shared::cta.b64 _, [%r4];\n$L1:\n"
                        + "mbarrier.try_wait.parity.shared::cta.b64 %p3, [%r4], 0;\n@!%p3 bra $L1;\n";
        String found = "emulator: wait that cannot end for an mbarrier: phase=0, missing arrivals=2, missing bytes=0, ";
        for (Order order : Order.values()) {
            try (PtxEmulatorDriver driver = driver(Schedule.of(order, 0))) {
                Launch launch = new Launch(
                        function(driver, wait, 1), "test", 1, 1, new KernelArguments().pointer(driver.allocate(4)));
                driver.launch(launch, 0);
                String message = assertThrows(EmulatorException.class, () -> driver.synchronize(0))
                        .getMessage();
                assertTrue(message.startsWith(found), message);
            }
        }
    }

    private static <E extends Exception> String messageOf(Class<E> type, PtxEmulatorDriver driver, Launch launch) {
        return assertThrows(type, () -> driver.launch(launch, 0)).getMessage();
    }

    private static PtxEmulatorDriver driver(Schedule schedule) {
        return new PtxEmulatorDriver(90, schedule, Approximations.NEAREST);
    }

    /** What thread 0 of each block has in %r6 in the end. */
    private static int[] run(PtxEmulatorDriver driver, String body, int size, int blocks) {
        long out = driver.allocate(4L * blocks);
        long function = function(driver, body, size);
        driver.allowLargeClusters(function);
        driver.launch(launch(function, blocks, out), 0);
        ByteBuffer result = ByteBuffer.allocate(4 * blocks).order(ByteOrder.nativeOrder());
        driver.copyToHost(result, out, 0);
        driver.synchronize(0);
        return IntStream.range(0, blocks).map(block -> result.getInt(4 * block)).toArray();
    }

    private static Launch launch(long function, int blocks, long out) {
        return new Launch(function, "test", blocks, THREADS, new KernelArguments().pointer(out));
    }

    private static long function(PtxEmulatorDriver driver, String body, int size) {
        String ptx = """
                .version 8.1
                .target sm_90
                .address_size 64
                .visible .entry test(.param .u64 out)
                .explicitcluster
                .reqnctapercluster SIZE, 1, 1
                {
                .reg .pred %p<4>;
                .reg .b32 %r<20>;
                .reg .b64 %rd<4>;
                mov.u32 %r1, %tid.x;
                setp.ne.u32 %p1, %r1, 0;
                """.replace("SIZE", Integer.toString(size)) + body + """
                @%p1 bra $L9;
                ld.param.u64 %rd1, [out];
                mov.u32 %r19, %ctaid.x;
                mul.wide.u32 %rd2, %r19, 4;
                add.s64 %rd3, %rd1, %rd2;
                st.global.u32 [%rd3], %r6;
                $L9:
                ret;
                }
                """;
        return driver.function(driver.loadModule("test", ptx.getBytes(StandardCharsets.UTF_8)), "test");
    }
}

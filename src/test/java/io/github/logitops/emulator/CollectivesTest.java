package io.github.logitops.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;
import io.github.logitops.emulator.Schedule.Order;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What lanes do together, against the PTX manual's words, under each schedule. Each lane starts with 100 and its number. */
class CollectivesTest {
    private static final int LANES = 32;

    @ParameterizedTest
    @EnumSource(Order.class)
    void shufflesKeepToTheirSegment(Order order) {
        String of8 = "0x181f"; // segments of 8 lanes
        require(order, "shfl.sync.idx.b32 %r2|%p1, %r1, 3, 31, -1;", lane -> 103);
        require(order, "shfl.sync.idx.b32 %r2|%p1, %r1, 3, " + of8 + ", -1;", lane -> 100 + lane / 8 * 8 + 3);
        require(order, "shfl.sync.bfly.b32 %r2, %r1, 16, 31, -1;", lane -> 100 + (lane ^ 16));
        require(order, "shfl.sync.down.b32 %r2|%p1, %r1, 2, 31, -1;", lane -> 100 + (lane < 30 ? lane + 2 : lane));
        require(
                order,
                "shfl.sync.down.b32 %r2|%p1, %r1, 2, " + of8 + ", -1;",
                lane -> 100 + (lane % 8 < 6 ? lane + 2 : lane));
        require(order, "shfl.sync.up.b32 %r2|%p1, %r1, 2, 0, -1;", lane -> 100 + (lane < 2 ? lane : lane - 2));
        require(order, "shfl.sync.up.b32 %r2|%p1, %r1, 2, 0x1800, -1;", lane -> 100 + (lane % 8 < 2 ? lane : lane - 2));
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void votesCountTheMembersAlone(Order order) {
        String odd = "and.b32 %r3, %r1, 1;\nsetp.eq.s32 %p1, %r3, 1;\n";
        require(order, odd + "vote.sync.ballot.b32 %r2, %p1, -1;", lane -> 0xAAAAAAAA);
        require(order, odd + "vote.sync.any.pred %p2, %p1, -1;\nselp.b32 %r2, 1, 0, %p2;", lane -> 1);
        require(order, odd + "vote.sync.all.pred %p2, %p1, -1;\nselp.b32 %r2, 1, 0, %p2;", lane -> 0);
        String half = "setp.lt.u32 %p2, %r1, 116;\nmov.u32 %r2, 0;\n@!%p2 bra $L1;\n";
        require(order, odd + half + "vote.sync.ballot.b32 %r2, %p1, 0xffff;\n$L1:", lane -> lane < 16 ? 0xAAAA : 0);
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void groupsOfAWarpReduceByThemselves(Order order) {
        require(order, "redux.sync.add.s32 %r2, %r1, -1;", lane -> 32 * 100 + 31 * 16);
        require(order, "redux.sync.max.u32 %r2, %r1, -1;", lane -> 131);
        String mask = "setp.lt.u32 %p1, %r1, 108;\nselp.b32 %r3, 0xff, 0xffffff00, %p1;\n";
        require(order, mask + "redux.sync.min.u32 %r2, %r1, %r3;", lane -> lane < 8 ? 100 : 108);
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void aGuardSendsSomeLanes(Order order) {
        String some = "setp.lt.u32 %p1, %r1, 104;\nmov.u32 %r2, 7;\n@%p1 shfl.sync.bfly.b32 %r2, %r1, 1, 31, 0xf;";
        require(order, some, lane -> lane < 4 ? 100 + (lane ^ 1) : 7);
    }

    /** What each lane has in %r2 in the end. */
    private static void require(Order order, String body, IntUnaryOperator expected) {
        String ptx = """
                .version 7.0
                .target sm_80
                .address_size 64
                .visible .entry test(.param .u64 out)
                {
                .reg .pred %p<3>;
                .reg .b32 %r<5>;
                .reg .b64 %rd<4>;
                ld.param.u64 %rd1, [out];
                mov.u32 %r4, %laneid;
                add.s32 %r1, %r4, 100;
                """ + body
                + "\nmul.wide.u32 %rd2, %r4, 4;\nadd.s64 %rd3, %rd1, %rd2;\nst.global.u32 [%rd3], %r2;\nret;\n}\n";
        for (long seed = 0; seed < 5; seed++) {
            try (PtxEmulatorDriver driver =
                    new PtxEmulatorDriver(80, Schedule.of(order, seed), Approximations.NEAREST)) {
                long module = driver.loadModule("test", ptx.getBytes(StandardCharsets.UTF_8));
                long out = driver.allocate(4 * LANES);
                KernelArguments arguments = new KernelArguments().pointer(out);
                driver.launch(new Launch(driver.function(module, "test"), "test", 1, LANES, arguments), 0);
                ByteBuffer result = ByteBuffer.allocate(4 * LANES).order(ByteOrder.nativeOrder());
                driver.copyToHost(result, out, 0);
                driver.synchronize(0);
                for (int lane = 0; lane < LANES; lane++) {
                    assertEquals(expected.applyAsInt(lane), result.getInt(4 * lane), body + ", lane " + lane);
                }
            }
        }
    }
}

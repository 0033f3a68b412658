package io.github.logitops.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;
import io.github.logitops.emulator.LaunchProfile.Banks;
import io.github.logitops.emulator.LaunchProfile.Traffic;
import io.github.logitops.emulator.Schedule.Order;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The counters, on accesses whose cost is known from the manual. */
class LaunchProfileTest {
    private static final String ELEMENT = "mul.wide.u32 %rd2, %r1, STRIDE;\nadd.s64 %rd3, %rd1, %rd2;\n";
    private static final String SHARED = "mul.lo.u32 %r2, %r1, STRIDE;\nmov.u32 %r3, tile;\nadd.s32 %r4, %r3, %r2;\n";

    @Test
    void neighboursFillSectors() {
        String body = ELEMENT.replace("STRIDE", "4") + "ld.global.f32 %f1, [%rd3];\nst.global.f32 [%rd3], %f1;\n";
        assertEquals(new Traffic(128, 128, 2, 8, 8, Map.of(4, 2L)), traffic(body));
    }

    @Test
    void stridesWasteThem() {
        String body = ELEMENT.replace("STRIDE", "32") + "ld.global.f32 %f1, [%rd3];\n";
        assertEquals(new Traffic(128, 0, 1, 32, 4, Map.of(4, 1L)), traffic(body));
    }

    @Test
    void misalignedNeighboursTouchOneMore() {
        String body = ELEMENT.replace("STRIDE", "4") + "ld.global.f32 %f1, [%rd3+4];\n";
        assertEquals(new Traffic(128, 0, 1, 5, 4, Map.of(4, 1L)), traffic(body));
    }

    @Test
    void vectorsAreWideRequests() {
        String body = ELEMENT.replace("STRIDE", "16") + "ld.global.nc.v4.f32 {%f1, %f2, %f3, %f4}, [%rd3];\n";
        assertEquals(new Traffic(512, 0, 1, 16, 16, Map.of(16, 1L)), traffic(body));
    }

    @Test
    void oneWordForAllIsOneSector() {
        assertEquals(new Traffic(128, 0, 1, 1, 1, Map.of(4, 1L)), traffic("ld.global.f32 %f1, [%rd1];\n"));
    }

    @Test
    void wordsOfOneBankTakeTurns() {
        String store = "st.shared.u32 [%r4], %r1;\n";
        assertEquals(
                new Banks(1, 1, 1), run(SHARED.replace("STRIDE", "4") + store).shared());
        assertEquals(
                new Banks(1, 2, 1), run(SHARED.replace("STRIDE", "8") + store).shared());
        assertEquals(
                new Banks(1, 32, 1),
                run(SHARED.replace("STRIDE", "128") + store).shared());
        String wide = "st.shared.v4.u32 [%r4], {%r1, %r1, %r1, %r1};\n";
        assertEquals(
                new Banks(1, 4, 4), run(SHARED.replace("STRIDE", "16") + wide).shared());
    }

    @Test
    void instructionsAreCountedByThreadAndBarriersByBlock() {
        LaunchProfile profile = run("ex2.approx.ftz.f32 %f1, 0f3F800000;\nbar.sync 0;\nbar.sync 0;\n"
                + "shfl.sync.bfly.b32 %r2, %r1, 1, 31, -1;\n");
        assertEquals(32, profile.exponentials());
        assertEquals(2, profile.barriers());
        assertEquals(1, profile.collectives());
        assertEquals(32 * 7, profile.instructions());
    }

    private static Traffic traffic(String body) {
        return run(body).global().values().iterator().next();
    }

    /** One block of one warp. */
    private static LaunchProfile run(String body) {
        String ptx = """
                .version 6.3
                .target sm_75
                .address_size 64
                .visible .entry test(.param .u64 data)
                {
                .shared .align 16 .b8 tile[4096];
                .reg .b32 %r<5>;
                .reg .f32 %f<5>;
                .reg .b64 %rd<4>;
                ld.param.u64 %rd1, [data];
                mov.u32 %r1, %tid.x;
                """ + body + "ret;\n}\n";
        try (PtxEmulatorDriver driver =
                new PtxEmulatorDriver(75, Schedule.of(Order.LOCKSTEP, 0), Approximations.NEAREST)) {
            driver.startProfiling();
            long data = driver.allocate(4096);
            driver.copyToDevice(data, ByteBuffer.allocate(4096), 0);
            long function = driver.function(driver.loadModule("test", ptx.getBytes(StandardCharsets.UTF_8)), "test");
            driver.launch(new Launch(function, "test", 1, 32, new KernelArguments().pointer(data)), 0);
            driver.synchronize(0);
            return driver.profiles().get(0);
        }
    }
}

package io.github.logitops.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;
import io.github.logitops.memory.DriverException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What reports say, and that what the emulator does not know is refused: small kernels in PTX. */
class ReportsTest {
    private static final int FIRST_BODY_LINE = 14;
    private static final String THREAD = "mov.u32 %r1, %tid.x;\n";
    private static final String ELEMENT = THREAD + "mul.wide.u32 %rd2, %r1, 4;\nadd.s64 %rd3, %rd1, %rd2;\n";
    private static final String OWN_SHARED =
            THREAD + "shl.b32 %r2, %r1, 2;\nmov.u32 %r3, area;\nadd.s32 %r4, %r3, %r2;\nst.shared.u32 [%r4], %r1;\n";
    private static final String NEXT_SHARED = "xor.b32 %r5, %r2, 128;\nadd.s32 %r6, %r3, %r5;\n";

    private final PtxEmulatorDriver driver =
            new PtxEmulatorDriver(75, Schedule.of(Schedule.Order.LOCKSTEP, 0), Approximations.NEAREST);

    @Test
    void anElementTooFar() {
        String increment = "ld.global.u32 %r2, [%rd3];\nadd.s32 %r2, %r2, 1;\nst.global.u32 [%rd3], %r2;\n";
        long data = initialised(64);
        run(ELEMENT + increment, 64, data);
        assertEquals(1, firstInt(data));
        String message = messageOf(ELEMENT + increment, 64, initialised(63));
        assertFound("global load out of bounds", "ld.global.u32 %r2, [%rd3]", 3, 63, message);
        assertTrue(message.contains("offset=252, bytes=4, allocation=252 bytes"), message);
        String before = "st.global.u32 [%rd1+-4], 7;\n";
        assertFound("global store out of bounds", "[%rd1+-4]", 0, 0, messageOf(before, 1, data));
        assertTrue(messageOf(increment.replace("%rd3", "%rd1"), 1, 0).contains("outside of every allocation"));
    }

    @Test
    void freedMemory() {
        long data = initialised(1);
        driver.free(data);
        String message = messageOf("st.global.u32 [%rd1], 7;\n", 1, data);
        assertFound("global store of freed memory", "st.global.u32 [%rd1], 7", 0, 0, message);
        assertThrows(DriverException.class, () -> driver.free(data));
    }

    @Test
    void aMisalignedAccess() {
        String message = messageOf("ld.global.u32 %r1, [%rd1+2];\n", 1, initialised(4));
        assertFound("misaligned global load", "ld.global.u32 %r1, [%rd1+2]", 0, 0, message);
        message = messageOf("mov.u32 %r1, area;\nst.shared.u32 [%r1+1], 0;\n", 1, 0);
        assertFound("misaligned shared store", "st.shared.u32 [%r1+1], 0", 1, 0, message);
    }

    @Test
    void whatNobodyWrote() {
        long data = driver.allocate(8);
        String message = messageOf("st.global.u32 [%rd1], 7;\nld.global.u64 %rd2, [%rd1];\n", 1, data);
        assertFound("global load of uninitialised memory", "ld.global.u64 %rd2, [%rd1]", 1, 0, message);
        assertThrows(DriverException.class, () -> {
            driver.copyToHost(ByteBuffer.allocate(8), data, 0);
            driver.synchronize(0);
        });
        message = messageOf("mov.u32 %r1, area;\nld.shared.u32 %r2, [%r1];\n", 1, 0);
        assertFound("shared load of uninitialised memory", "ld.shared.u32 %r2, [%r1]", 1, 0, message);
    }

    @Test
    void sharedMemoryThatEnds() {
        String message = messageOf("mov.u32 %r1, area;\nst.shared.u32 [%r1+256], 0;\n", 1, 0);
        assertFound("shared store out of bounds", "st.shared.u32 [%r1+256], 0", 1, 0, message);
    }

    @Test
    void aRaceBetweenTwoBarriers() {
        String load = "ld.shared.u32 %r7, [%r6];\n";
        run(OWN_SHARED + "bar.sync 0;\n" + NEXT_SHARED + load, 64, 0);
        String message = messageOf(OWN_SHARED + NEXT_SHARED + load, 64, 0);
        assertTrue(message.contains("race: ") || message.contains("uninitialised"), message);
        String store = "st.shared.u32 [%r4], 0;\n";
        message = messageOf(OWN_SHARED + "bar.sync 0;\n" + NEXT_SHARED + load + store, 64, 0);
        assertTrue(message.contains("race: "), message);
        message = messageOf("mov.u32 %r3, area;\nst.shared.u32 [%r3], 0;\n", 2, 0);
        assertFound("race: shared store", "written by thread 0 with nothing to order the two", 1, 1, message);
    }

    /** Lanes 0 to 7, 8 to 15 and so on meet, each lot for itself. */
    @Test
    void aRaceBetweenLanesThatMeetSome() {
        String readFirstOfEight = ELEMENT + "mov.u32 %r5, %laneid;\nand.b32 %r6, %r5, 24;\nmul.wide.u32 %rd4, %r6, 4;\n"
                + "add.s64 %rd5, %rd1, %rd4;\nld.global.u32 %r7, [%rd5];\nmov.u32 %r4, 255;\nshl.b32 %r4, %r4, %r6;\n";
        String write = "st.global.u32 [%rd3], %r7;\n";
        long data = initialised(32);
        run(readFirstOfEight + "bar.warp.sync %r4;\n" + write, 32, data);
        assertTrue(messageOf(readFirstOfEight + write, 32, data).contains("read by several threads of warp 0"));
        String fours = "and.b32 %r6, %r5, 28;\nmov.u32 %r4, 15;\nshl.b32 %r4, %r4, %r6;\nbar.warp.sync %r4;\n";
        assertTrue(messageOf(readFirstOfEight + fours + write, 32, data).contains("read by several threads of warp 0"));
    }

    @Test
    void dynamicSharedMemory() {
        String own = "mov.u32 %r2, %tid.y;\nmov.u32 %r3, %ntid.x;\nmov.u32 %r4, %tid.x;\n"
                + "mad.lo.s32 %r5, %r2, %r3, %r4;\nmov.u32 %r6, more;\nmad.lo.s32 %r6, %r5, 4, %r6;\n"
                + "st.shared.u32 [%r6], %r5;\nld.shared.u32 %r7, [%r6];\nmul.wide.u32 %rd2, %r5, 4;\n"
                + "add.s64 %rd3, %rd1, %rd2;\nst.global.u32 [%rd3], %r7;\n";
        long data = initialised(16);
        KernelArguments arguments = new KernelArguments().pointer(data + 20);
        driver.launch(new Launch(function(own), "bug", 1, 2, 3, 24, arguments), 0);
        driver.synchronize(0);
        assertEquals(1, firstInt(data + 24));
        assertEquals(5, firstInt(data + 40));
        driver.launch(new Launch(function(own), "bug", 1, 2, 3, 20, arguments), 0);
        String message = assertThrows(EmulatorException.class, () -> driver.synchronize(0))
                .getMessage();
        assertFound("shared store out of bounds", "st.shared.u32 [%r6], %r5", 6, 5, message);
        Launch tooMuch = new Launch(function(own), "bug", 1, 2, 3, 65536, arguments);
        message = assertThrows(EmulatorException.class, () -> driver.launch(tooMuch, 0))
                .getMessage();
        assertTrue(message.contains("more shared memory than a block can have: bytes=65792, maximum=65536"), message);
    }

    @Test
    void aBarrierThatNotAllReach() {
        run("bar.sync 0;\nbar.sync 0;\n", 64, 0);
        String leave = THREAD + "setp.gt.u32 %p1, %r1, 40;\n@%p1 ret;\nbar.sync 0;\n";
        String message = messageOf(leave, 64, 0);
        assertFound("barrier that only 41 of 64 threads reach", "bar.sync 0", 3, 41, message);
        String part = THREAD + "setp.gt.u32 %p1, %r1, 31;\n@%p1 bra $L1;\nbar.sync 0;\n$L1:\nbar.sync 0;\n";
        assertTrue(messageOf(part, 64, 0).contains("different barriers"));
        assertTrue(messageOf(part.replace("31", "15"), 32, 0).contains("different barriers"));
    }

    @Test
    void shufflesWithAbsentLanes() {
        String shuffle = "shfl.sync.bfly.b32 %r2|%p2, %r1, 1, 31, -1;\n";
        run(THREAD + shuffle, 64, 0);
        assertTrue(messageOf(THREAD + shuffle, 31, 0).contains("members that have exited or never were"));
        String part = THREAD + "setp.gt.u32 %p1, %r1, 15;\n@%p1 bra $L1;\n" + shuffle + "bra.uni $L2;\n$L1:\n" + shuffle
                + "$L2:\n";
        assertTrue(messageOf(part, 32, 0).contains("collective that not all of its members reach"));
        String others = THREAD + shuffle.replace("-1", "254");
        assertTrue(messageOf(others, 32, 0).contains("collective by a lane that is not among its members"));
        String across = THREAD + "setp.gt.u32 %p1, %r1, 15;\n@%p1 bra $L1;\n"
                + shuffle.replace("1, 31, -1", "16, 31, 65535") + "$L1:\n";
        assertTrue(messageOf(across, 32, 0).contains("shuffle from a lane that is not there"));
    }

    @Test
    void lanesThatPartedMeetAgain() {
        // Thread t adds 1 to its element t times, which ends after another number of rounds in each lane.
        String count = ELEMENT + "mov.u32 %r2, 0;\n$L1:\nsetp.ge.u32 %p1, %r2, %r1;\n@%p1 bra $L2;\n"
                + "add.s32 %r2, %r2, 1;\nbra.uni $L1;\n$L2:\nshfl.sync.bfly.b32 %r4|%p2, %r2, 5, 31, -1;\n"
                + "st.global.u32 [%rd3], %r4;\n";
        long data = driver.allocate(32 * 4);
        run(count, 32, data);
        ByteBuffer result = ByteBuffer.allocate(32 * 4).order(ByteOrder.nativeOrder());
        driver.copyToHost(result, data, 0);
        driver.synchronize(0);
        for (int i = 0; i < 32; i++) {
            assertEquals(i ^ 5, result.getInt(4 * i));
        }
    }

    @Test
    void aKernelWithoutAnEnd() {
        assertTrue(messageOf("$L1:\nbra.uni $L1;\n", 1, 0).contains("no end after"));
    }

    @Test
    void aDivisionByZero() {
        assertTrue(messageOf(THREAD + "div.u32 %r2, 1, %r1;\n", 1, 0).contains("division by zero"));
    }

    @Test
    void whatTheEmulatorDoesNotKnowIsFoundAtLoad() {
        assertEquals(
                "emulator: unknown instruction: opcode=add.sat.s32, file=bug.sm_75.ptx, line=15, "
                        + "instruction=add.sat.s32 %r1, %r1, 1",
                messageOf("mov.u32 %r1, 0;\nadd.sat.s32 %r1, %r1, 1;\n", 1, 0));
        assertTrue(messageOf("mov.u32 %r1, %warpid;\n", 1, 0).contains("line=14, unexpected=%warpid"));
        assertTrue(messageOf("bar.sync 1;\n", 1, 0).contains("unknown form of an instruction"));
        assertTrue(messageOf("bra.uni $L9;\n", 1, 0).contains("branch to nowhere"));
    }

    @Test
    void moreThreadsThanTheKernelAllows() {
        assertEquals(
                "emulator: wrong number of threads: threads=129, maximum=128, kernel=bug, file=bug.sm_75.ptx",
                messageOf("", 129, 0));
    }

    private static void assertFound(String check, String detail, int bodyLine, int thread, String message) {
        assertTrue(message.startsWith("emulator: " + check), message);
        assertTrue(message.contains(detail), message);
        assertTrue(message.contains("kernel=bug, file=bug.sm_75.ptx, line=" + (FIRST_BODY_LINE + bodyLine)), message);
        assertTrue(message.endsWith("block=0, thread=" + thread + ", schedule=LOCKSTEP 0"), message);
    }

    private String messageOf(String body, int threads, long data) {
        return assertThrows(EmulatorException.class, () -> run(body, threads, data))
                .getMessage();
    }

    private void run(String body, int threads, long data) {
        KernelArguments arguments = new KernelArguments().pointer(data);
        driver.launch(new Launch(function(body), "bug", 1, threads, arguments), 0);
        driver.synchronize(0);
    }

    private long function(String body) {
        String ptx = """
                .version 6.3
                .target sm_75
                .address_size 64
                .shared .align 4 .b8 area[256];
                .extern .shared .align 16 .b8 more[];
                .visible .entry bug(.param .u64 data)
                .maxntid 128, 1, 1
                {
                .reg .pred %p<3>;
                .reg .b32 %r<9>;
                .reg .b64 %rd<9>;
                // data is in %rd1
                ld.param.u64 %rd1, [data];
                """ + body + "ret;\n}\n";
        return driver.function(driver.loadModule("bug", ptx.getBytes(StandardCharsets.UTF_8)), "bug");
    }

    private long initialised(int ints) {
        long address = driver.allocate(4L * ints);
        driver.copyToDevice(address, ByteBuffer.allocate(4 * ints), 0);
        driver.synchronize(0);
        return address;
    }

    private int firstInt(long address) {
        ByteBuffer buffer = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder());
        driver.copyToHost(buffer, address, 0);
        driver.synchronize(0);
        return buffer.getInt(0);
    }
}

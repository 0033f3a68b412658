package io.github.logitops.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;
import io.github.logitops.emulator.Schedule.Order;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests of the tester: each kernel of {@code src/test/cuda/seeded_bugs.cu} is reported under every schedule, with its line in that
 * file, and its clean twin is not.
 */
class SeededBugsTest {
    private static final String PTX = "seeded_bugs.sm_80.ptx";
    private static final String SOURCE = ".*, source=(.*, inlined at )?seeded_bugs.cu:\\d+, .*";
    private static final int THREADS = 64;
    private static final int BLOCKS = 2;
    private static final int ODD_LENGTH = 126;

    /** What a report may say, by schedule: a race that lets a thread read too early is found as one or the other. */
    private static final Map<String, String> REPORTS = Map.ofEntries(
            Map.entry("one_too_far", "global load out of bounds"),
            Map.entry("tail_of_a_vector", "global load out of bounds"),
            Map.entry("misaligned_vector", "misaligned global load"),
            Map.entry("ignored_label_as_index", "global load out of bounds"),
            Map.entry("offset_in_32_bits", "global load out of bounds"),
            Map.entry("shared_too_small", "shared store out of bounds"),
            Map.entry("uninitialised_shared", "shared load of uninitialised memory"),
            Map.entry("uninitialised_global", "global load of uninitialised memory"),
            Map.entry("uninitialised_local", "local load of uninitialised memory"),
            Map.entry("output_not_written", "copy to the host of uninitialised memory: .* byte=68 of 512"),
            Map.entry("read_before_the_write", "race: shared (load|store)|shared load of uninitialised memory"),
            Map.entry("write_before_the_read", "race: shared (load|store)"),
            Map.entry("two_writers", "race: shared store"),
            Map.entry("no_sync_in_a_warp", "race: shared (load|store)|shared load of uninitialised memory"),
            Map.entry("in_place_without_a_barrier", "race: global (load|store)"),
            Map.entry("barrier_of_a_few", "barrier that only 40 of 64 threads reach|threads of a block at different"),
            Map.entry("barrier_after_an_exit", "barrier that only 63 of 64 threads reach"),
            Map.entry("two_barriers_for_one", "threads of a block at different barriers"),
            Map.entry("shuffle_after_an_exit", "collective with members that have exited|collective that not all"),
            Map.entry("shuffle_that_some_miss", "collective that not all|collective with members that have exited"),
            Map.entry("shuffle_without_its_mask", "collective by a lane that is not among its members"),
            Map.entry("shuffle_from_outside", "shuffle from a lane that is not there"),
            Map.entry("copy_without_a_wait", "shared load of uninitialised memory"),
            Map.entry("copy_without_a_barrier", "race: shared (load|store)|shared load of uninitialised memory"),
            Map.entry("two_blocks_one_word", "race: global store"),
            Map.entry("last_block_without_a_fence", "race: global load"));

    private static List<Schedule> schedules() {
        return List.of(
                Schedule.of(Order.LOCKSTEP, 0),
                Schedule.of(Order.ONE_BY_ONE, 0),
                Schedule.of(Order.SHUFFLED, 1),
                Schedule.of(Order.SHUFFLED, 2),
                Schedule.of(Order.SHUFFLED, 3));
    }

    private static Stream<String> bugs() {
        return REPORTS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void isReportedUnderEverySchedule(String name) {
        for (Schedule schedule : schedules()) {
            String message = assertThrows(
                            RuntimeException.class, () -> run("bug_" + name, schedule), () -> name + " " + schedule)
                    .getMessage();
            assertTrue(message.matches("emulator: (" + REPORTS.get(name) + ").*"), message);
            if (!name.equals("output_not_written")) { // which the host finds
                assertTrue(message.contains("kernel=bug_" + name + ", file=" + PTX + ", line="), message);
                assertTrue(message.matches(SOURCE), message);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void itsCleanTwinIsNotReported(String name) {
        for (Schedule schedule : schedules()) {
            run("clean_" + name, schedule);
        }
    }

    @Test
    void everyKernelOfTheFileIsTested() {
        Set<String> kernels =
                new HashSet<>(Parser.parse(PTX, new String(ptx(), StandardCharsets.UTF_8), Approximations.NEAREST)
                        .keySet());
        bugs().forEach(name -> assertTrue(kernels.remove("bug_" + name) && kernels.remove("clean_" + name), name));
        assertEquals(Set.of(), kernels);
    }

    private static void run(String entry, Schedule schedule) {
        try (PtxEmulatorDriver driver = new PtxEmulatorDriver(80, schedule, Approximations.NEAREST)) {
            int n = entry.endsWith("tail_of_a_vector") ? ODD_LENGTH : BLOCKS * THREADS;
            long in = driver.allocate(4L * n);
            long out = driver.allocate(4L * n);
            ByteBuffer values = ByteBuffer.allocate(4 * n).order(ByteOrder.nativeOrder());
            for (int i = 0; i < n; i++) {
                values.putFloat(4 * i, i);
            }
            driver.copyToDevice(in, values, 0);
            long function = driver.function(driver.loadModule("seeded_bugs", ptx()), entry);
            KernelArguments arguments =
                    new KernelArguments().pointer(out).pointer(in).int32(n);
            int blocks = entry.contains("one_too_far") ? BLOCKS + 1 : BLOCKS;
            driver.launch(new Launch(function, entry, blocks, THREADS, arguments), 0);
            driver.synchronize(0);
            driver.copyToHost(ByteBuffer.allocate(4 * n), out, 0);
            driver.synchronize(0);
        }
    }

    private static byte[] ptx() {
        try (InputStream resource = SeededBugsTest.class.getResourceAsStream(PTX)) {
            return resource.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

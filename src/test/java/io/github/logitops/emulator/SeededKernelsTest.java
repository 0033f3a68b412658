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
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests of the tester: each kernel of a file of {@code src/test/cuda} is reported under every schedule, with its line in that file,
 * and its clean twin is not.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SeededKernelsTest {
    private static final int THREADS = 64;

    private final String module;
    private final int computeCapability;
    private final int blocks;
    private final Map<String, String> reports;

    /** What a report may say, by kernel: on one schedule a thread reads too early what on another is overwritten. */
    SeededKernelsTest(String module, int computeCapability, int blocks, Map<String, String> reports) {
        this.module = module;
        this.computeCapability = computeCapability;
        this.blocks = blocks;
        this.reports = reports;
    }

    private static List<Schedule> schedules() {
        return List.of(
                Schedule.of(Order.LOCKSTEP, 0),
                Schedule.of(Order.ONE_BY_ONE, 0),
                Schedule.of(Order.SHUFFLED, 1),
                Schedule.of(Order.SHUFFLED, 2),
                Schedule.of(Order.SHUFFLED, 3));
    }

    Stream<String> bugs() {
        return reports.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void isReportedUnderEverySchedule(String name) {
        for (Schedule schedule : schedules()) {
            String message = assertThrows(
                            RuntimeException.class, () -> run("bug_" + name, schedule), () -> name + " " + schedule)
                    .getMessage();
            assertTrue(message.matches("emulator: (" + reports.get(name) + ").*"), message);
            if (!message.startsWith("emulator: copy to the host")) { // which has no place in the code
                assertTrue(message.contains("kernel=bug_" + name + ", file=" + ptxFile() + ", line="), message);
                assertTrue(message.matches(".*, source=(.*, inlined at )?" + module + ".cu:\\d+, .*"), message);
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
                new HashSet<>(Parser.parse(ptxFile(), new String(ptx(), StandardCharsets.UTF_8), Approximations.NEAREST)
                        .keySet());
        bugs().forEach(name -> assertTrue(kernels.remove("bug_" + name) && kernels.remove("clean_" + name), name));
        assertEquals(Set.of(), kernels);
    }

    /** How many elements a kernel is given. */
    int elements(String entry) {
        return blocks * THREADS;
    }

    /** How many blocks it is launched with. */
    int blocks(String entry) {
        return blocks;
    }

    private void run(String entry, Schedule schedule) {
        try (PtxEmulatorDriver driver = new PtxEmulatorDriver(computeCapability, schedule, Approximations.NEAREST)) {
            int n = elements(entry);
            long in = driver.allocate(4L * n);
            long out = driver.allocate(4L * n);
            ByteBuffer values = ByteBuffer.allocate(4 * n).order(ByteOrder.nativeOrder());
            for (int i = 0; i < n; i++) {
                values.putFloat(4 * i, i);
            }
            driver.copyToDevice(in, values, 0);
            long function = driver.function(driver.loadModule(module, ptx()), entry);
            KernelArguments arguments =
                    new KernelArguments().pointer(out).pointer(in).int32(n);
            driver.launch(new Launch(function, entry, blocks(entry), THREADS, arguments), 0);
            driver.synchronize(0);
            driver.copyToHost(ByteBuffer.allocate(4 * n), out, 0);
            driver.synchronize(0);
        }
    }

    private String ptxFile() {
        return module + ".sm_" + computeCapability + ".ptx";
    }

    private byte[] ptx() {
        try (InputStream resource = SeededKernelsTest.class.getResourceAsStream(ptxFile())) {
            return resource.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

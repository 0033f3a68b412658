package io.github.logitops.cli.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.cli.OutputFile;
import io.github.logitops.cpu.CpuBlocksRig;
import io.github.logitops.emulator.Approximations;
import io.github.logitops.emulator.PtxEmulatorDriver;
import io.github.logitops.emulator.Schedule;
import io.github.logitops.support.EmulatedRig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Work that is to change no number changes none: what {@code logitops check --record} gives is what it gave. */
class RecordsTest {
    private static final Path RECORDS = Path.of("src/test/resources/records");
    private static final int FIRST_WITH_ANOTHER_TANH = 24;

    @Test
    void theCpuModeGivesTheSameBits(@TempDir Path folder) throws IOException {
        try (LogitOps ops = CpuBlocksRig.plain().open()) {
            if (Runtime.version().feature() < FIRST_WITH_ANOTHER_TANH
                    && System.getProperty("os.arch").equals("amd64")) {
                requireSame(ops, "cpu-mode.txt", folder);
            } else {
                assertEquals(List.of(), Goldens.differences(ops, withinBounds(folder)));
            }
        }
    }

    /** Within their bounds: exponentials are others there. */
    @Test
    void theFastestWayOfTheCpuModeGivesTheSameNumbers(@TempDir Path folder) throws IOException {
        try (LogitOps ops = LogitOps.open(Backend.CPU)) {
            assertEquals(List.of(), Goldens.differences(ops, withinBounds(folder)));
        }
    }

    @Test
    void theEmulatorGivesTheSameBits(@TempDir Path folder) throws IOException {
        Schedule schedule = Schedule.of(Schedule.Order.LOCKSTEP, 0);
        try (LogitOps ops = EmulatedRig.open(new PtxEmulatorDriver(80, schedule, Approximations.NEAREST))) {
            requireSame(ops, "emulator.txt", folder);
        }
    }

    /** The record of the CPU mode, as of other kernels: F64 need not be the same to the bit. */
    private static Path withinBounds(Path folder) throws IOException {
        return Files.write(folder.resolve("outputs.txt"), outputs(RECORDS.resolve("cpu-mode.txt")));
    }

    private static void requireSame(LogitOps ops, String name, Path folder) throws IOException {
        boolean rerecord = System.getProperty("logitops.rerecord") != null;
        Path actual = rerecord ? RECORDS.resolve(name) : folder.resolve(name);
        Goldens.record(ops, OutputFile.tried("check", actual));
        List<String> recorded = outputs(RECORDS.resolve(name));
        List<String> given = outputs(actual);
        assertEquals(List.of(), without(given, recorded), "other bits");
        assertEquals(recorded.size(), given.size());
    }

    private static List<String> without(List<String> lines, List<String> others) {
        Set<String> all = new HashSet<>(others);
        return lines.stream().filter(line -> !all.contains(line)).toList();
    }

    /** All but the heading, which names device and kernels. */
    private static List<String> outputs(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
    }
}

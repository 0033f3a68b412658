package io.github.logitops.cli.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.cli.CommandRun;
import io.github.logitops.cli.OutputFile;
import io.github.logitops.cli.ShippedPtx;
import io.github.logitops.support.EmulatedRig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoldensTest {
    @Test
    void theEmulatorGivesWhatDevicesGave() throws IOException {
        List<Path> recorded;
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/goldens"))) {
            recorded = files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        }
        for (Path file : recorded) {
            try (LogitOps emulated = new EmulatedRig().open()) {
                assertEquals(List.of(), Goldens.differences(emulated, file), file.toString());
            }
        }
    }

    @Test
    void anEmulatedDeviceGivesItsOutputsAgain(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("emulated.txt");
        EmulatedRig rig = new EmulatedRig();
        try (LogitOps first = rig.open();
                LogitOps second = rig.open()) { // of another compute capability
            Goldens.record(first, OutputFile.tried("check", file));
            assertEquals(List.of(), Goldens.differences(second, file));
        }
    }

    @Test
    void outputsAreTheSameAgain(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("new/cpu.txt");
        CommandRun run = CommandRun.of("check", "--backend=CPU", "--record=" + file);
        assertEquals(0, run.exitCode());
        assertEquals("check: recorded file=" + file, run.lastLine());
        try (LogitOps ops = LogitOps.open(Backend.CPU)) {
            assertEquals(List.of(), Goldens.differences(ops, file));
        }
        assertTrue(Files.size(file) < 1 << 20, "bytes: " + Files.size(file));
    }

    @Test
    void aBitOfF64AndABoundOfF32AreSeen(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("cpu.txt");
        try (LogitOps ops = LogitOps.open(Backend.CPU)) {
            Goldens.record(ops, OutputFile.tried("check", file));
            List<String> lines = Files.readAllLines(file);
            spoil(lines, "F64 DENSE classes=1, softmax.forward y row 0 = ", "0x1.0000000000001p0");
            spoil(lines, "F32 DENSE classes=1, softmax.forward y row 0 = ", "0x1.00001p0"); // within the bound
            spoil(lines, "F32 DENSE classes=1, softmax.forward y row 1 = ", "0x1.0002p0");
            lines.add("no such output = 0x1.0p0");
            lines.remove("F32 DENSE classes=1, softmax.forward y row 2 = 0x1.0p0");
            Files.write(file, lines);
            assertEquals(
                    List.of(
                            "F64 DENSE classes=1, softmax.forward y row 0: recorded=0x1.0000000000001p0, actual=0x1.0p0",
                            "F32 DENSE classes=1, softmax.forward y row 1: recorded=0x1.0002p0, actual=0x1.0p0",
                            "F32 DENSE classes=1, softmax.forward y row 2: not recorded",
                            "no such output: recorded, and not there any more"),
                    Goldens.differences(ops, file));
        }
    }

    @Test
    void ofOtherKernelsABoundOfF64IsSeenAndABitOrANewerOutputIsNot(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("cpu.txt");
        try (LogitOps ops = LogitOps.open(Backend.CPU)) {
            Goldens.record(ops, OutputFile.tried("check", file));
            List<String> lines = Files.readAllLines(file);
            assertEquals("# kernels " + ShippedPtx.hash(), lines.get(1));
            lines.set(1, "# kernels 0123");
            spoil(lines, "F64 DENSE classes=1, softmax.forward y row 0 = ", "0x1.0000000000001p0"); // within the bound
            spoil(lines, "F64 DENSE classes=1, softmax.forward y row 1 = ", "0x1.00000001p0");
            assertTrue(lines.remove("F64 DENSE classes=1, softmax.forward y row 2 = 0x1.0p0"));
            Files.write(file, lines);
            assertEquals(
                    List.of("F64 DENSE classes=1, softmax.forward y row 1: recorded=0x1.00000001p0, actual=0x1.0p0"),
                    Goldens.differences(ops, file));
        }
    }

    private static void spoil(List<String> lines, String output, String value) {
        assertTrue(lines.contains(output + "0x1.0p0"));
        lines.replaceAll(line -> line.startsWith(output) ? output + value : line);
    }
}

package io.github.logitops.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.cpu.HostDriver;
import io.github.logitops.driver.Launch;
import io.github.logitops.emulator.PtxEmulatorDriver;
import io.github.logitops.support.WatchedDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class CeilingsTest {
    private static final Path PTX = Path.of("src/tools/resources/io/github/logitops/cli/bench");

    /** As many bytes, and each field where the PTX loads it and as what; no kernel runs here. */
    @Test
    void eachIsGivenTheArgumentsThatItReads() throws IOException {
        WatchedDriver driver = new WatchedDriver(new HostDriver());
        Ceilings ceilings = new Ceilings(driver);
        ceilings.copy(0, 0, 16, 0);
        ceilings.triad(0, 0, 0, 16, 0);
        ceilings.read(0, 0, 16, 0);
        ceilings.fill(0, 0, 16, 0);
        List<Launch> launches = driver.launches();
        assertEquals(
                List.of("ceiling_copy", "ceiling_triad", "ceiling_read", "ceiling_fill"),
                launches.stream().map(Launch::entry).toList());
        for (Launch launch : launches) {
            try (PtxEmulatorDriver device = new PtxEmulatorDriver(90)) {
                byte[] ptx = Files.readAllBytes(PTX.resolve(launch.entry() + ".sm_75.ptx"));
                long module = device.loadModule(launch.entry(), ptx);
                device.requireTaken(device.function(module, launch.entry()), launch);
            }
        }
    }
}

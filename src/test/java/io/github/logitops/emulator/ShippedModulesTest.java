package io.github.logitops.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The emulator knows every instruction that ships, whether or not a test gets to it. */
class ShippedModulesTest {
    private static final Path FOLDER = Path.of("src/main/resources/io/github/logitops/ptx");
    private static final int KERNELS = 137;

    @ParameterizedTest
    @ValueSource(ints = {75, 80, 90})
    void everyKernelCanBeRead(int architecture) throws IOException {
        int kernels = 0;
        try (Stream<Path> files = Files.list(FOLDER)) {
            List<Path> modules = files.filter(file -> file.toString().endsWith(".sm_" + architecture + ".ptx"))
                    .toList();
            for (Path module : modules) {
                kernels += Parser.parse(
                                module.getFileName().toString(), Files.readString(module), Approximations.NEAREST)
                        .size();
            }
        }
        assertEquals(KERNELS, kernels);
    }
}

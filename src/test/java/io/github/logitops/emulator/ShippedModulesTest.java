package io.github.logitops.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The emulator knows every instruction that ships, whether or not a test gets to it. */
class ShippedModulesTest {
    private static final Path FOLDER = Path.of("src/main/resources/io/github/logitops/ptx");
    private static final int KERNELS = 169;

    @Test
    void everyKernelCanBeRead() throws IOException {
        Set<String> kernels = new TreeSet<>();
        try (Stream<Path> files = Files.list(FOLDER)) {
            List<Path> modules =
                    files.filter(file -> file.toString().endsWith(".ptx")).toList();
            for (Path module : modules) {
                String name = module.getFileName().toString();
                kernels.addAll(Parser.parse(name, Files.readString(module), Approximations.NEAREST)
                        .keySet());
            }
        }
        assertEquals(KERNELS, kernels.size());
    }
}

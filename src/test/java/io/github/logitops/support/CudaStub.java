package io.github.logitops.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import jcuda.LibUtils;

/** The libcuda.so.1 of src/test/c/libcuda.c: compiled here, and put in front of a real one for child processes. */
public final class CudaStub {
    private CudaStub() {}

    /** Compiles it into {@code directory}. Skips the test where gcc or JCuda's natives are missing. */
    public static void compile(Path directory) throws IOException, InterruptedException {
        assumeTrue(
                LibUtils.calculateOS() == LibUtils.OSType.LINUX && LibUtils.calculateArch() == LibUtils.ArchType.X86_64,
                "JCuda's natives are for Linux on x86-64");
        Process gcc;
        try {
            gcc = new ProcessBuilder(
                            ("gcc -std=gnu11 -O1 -Wall -Wextra -Werror -shared -fPIC -pthread -Wl,-soname,libcuda.so.1 -o "
                                            + directory.resolve("libcuda.so.1") + " src/test/c/libcuda.c")
                                    .split(" "))
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "no gcc: " + e.getMessage());
            return;
        }
        String messages = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, gcc.waitFor(), messages);
    }

    /** The environment of a process that is to find the stub in {@code directory}, with its log beside it. */
    public static Map<String, String> environment(Path directory) {
        return new HashMap<>(Map.of(
                "LD_LIBRARY_PATH",
                directory.toString(),
                "LOGITOPS_STUB_LOG",
                directory.resolve("calls.log").toString()));
    }
}

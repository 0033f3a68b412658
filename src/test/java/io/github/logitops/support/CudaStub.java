package io.github.logitops.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jcuda.LibUtils;

/**
 * The libcuda.so.1 of src/test/c/libcuda.c and the cuBLAS of libcublas.c: compiled here, and put in front of real ones for child
 * processes.
 */
public final class CudaStub {
    private CudaStub() {}

    /** Compiles it into {@code directory}. Skips the test where gcc or JCuda's natives are missing. */
    public static void compile(Path directory) throws IOException, InterruptedException {
        compile(directory, "libcuda.so.1", "src/test/c/libcuda.c");
    }

    /**
     * Compiles a cuBLAS.
     *
     * @param name such as libcublas.so.13
     * @param symbols the version of its symbols
     * @param number its own version, such as 130100
     */
    public static void compileCublas(Path directory, String name, String symbols, int number)
            throws IOException, InterruptedException {
        Path script = Files.writeString(directory.resolve(name + ".map"), symbols + " { global: *; };");
        compile(directory, name, "-DVERSION=" + number, "-Wl,--version-script=" + script, "src/test/c/libcublas.c");
    }

    private static void compile(Path directory, String name, String... arguments)
            throws IOException, InterruptedException {
        assumeTrue(
                LibUtils.calculateOS() == LibUtils.OSType.LINUX && LibUtils.calculateArch() == LibUtils.ArchType.X86_64,
                "JCuda's natives are for Linux on x86-64");
        List<String> command =
                new ArrayList<>(List.of("gcc -std=gnu11 -O1 -Wall -Wextra -Werror -shared -fPIC -pthread".split(" ")));
        command.addAll(
                List.of("-Wl,-soname," + name, "-o", directory.resolve(name).toString()));
        command.addAll(List.of(arguments));
        Process gcc;
        try {
            gcc = new ProcessBuilder(command).redirectErrorStream(true).start();
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

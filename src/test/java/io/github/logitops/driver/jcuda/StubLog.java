package io.github.logitops.driver.jcuda;

import static jcuda.driver.JCudaDriver.cuInit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the stub of src/test/c/libcuda.c was called with, and what it can be told. For the process that it runs in. */
final class StubLog {
    private static final Path FILE = Path.of(System.getenv("LOGITOPS_STUB_LOG"));

    private int seen = lines().size();

    /** The calls since the last look that start with one of these names; all but those about the context if none. */
    List<String> calls(String... names) {
        List<String> lines = lines();
        List<String> fresh = lines.subList(seen, lines.size());
        seen = lines.size();
        return fresh.stream()
                .filter(line -> names.length == 0
                        ? !line.startsWith("cuCtx")
                        : List.of(names).contains(line.split(" ")[0]))
                .toList();
    }

    /** The n-th call from now on fails with this code. */
    static void refuse(int n, int code) {
        cuInit(n << 16 | code);
    }

    /** Whether the call to refuse came. */
    static boolean hasRefused() {
        return cuInit(1) != 0;
    }

    private static List<String> lines() {
        try {
            return Files.readAllLines(FILE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

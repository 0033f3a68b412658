package io.github.logitops.support;

import io.github.logitops.cli.ShippedPtx;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The compiler of the PTX that ships: only the version that the manifest names gives the same bytes. */
public final class Nvcc {
    private Nvcc() {}

    /** Whether it is on the PATH, and the assembler with it; {@code directory} is for what it says. */
    public static boolean isHere(Path directory) throws IOException {
        if (!onPath("nvcc") || !onPath("ptxas")) {
            return false;
        }
        String version = "V" + ShippedPtx.manifest().getProperty("nvcc.version");
        return ChildJvm.start(new ProcessBuilder("nvcc", "--version"), directory).await().lines().stream()
                .anyMatch(line -> line.endsWith(version));
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}

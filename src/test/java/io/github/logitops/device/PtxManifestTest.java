package io.github.logitops.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.logitops.support.Nvcc;
import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The PTX that ships is what the sources give. */
@Order(1) // what takes longest begins first
@Execution(ExecutionMode.CONCURRENT)
class PtxManifestTest {
    private static final String REMEDY = "run scripts/build-kernels.sh: ";

    @Test
    void theManifestMatchesTheSources() throws IOException {
        Map<String, String> actual = new TreeMap<>();
        try (Stream<Path> files = Files.walk(Path.of("kernels"))) {
            for (Path file :
                    files.filter(f -> f.toString().matches(".*\\.cuh?")).toList()) {
                actual.put(file.toString().replace(File.separatorChar, '/'), sha256(file));
            }
        }
        assertEquals(actual, recorded("source."), REMEDY);
    }

    @Test
    void theManifestMatchesThePtx() throws IOException {
        Map<String, String> actual = new TreeMap<>();
        try (Stream<Path> files = Files.list(PtxFile.FOLDER)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".ptx")).toList()) {
                actual.put(file.getFileName().toString(), sha256(file));
            }
        }
        assertEquals(actual, recorded("ptx."), REMEDY);
    }

    @Test
    void theCompilerGivesThePtxThatIsCommitted(@TempDir Path folder) throws IOException, InterruptedException {
        assumeTrue(Nvcc.isHere(folder), "no nvcc and ptxas of the manifest's version on the PATH");
        Path output = folder.resolve("output");
        int status = run(output, 600, "scripts/build-kernels.sh", "--check");
        assertEquals(0, status, () -> read(output));
    }

    /** Runs a command to its end and returns its status. */
    private static int run(Path output, long seconds, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertTrue(process.waitFor(seconds, TimeUnit.SECONDS), () -> "still running: " + read(output));
        } finally {
            process.destroy();
        }
        return process.exitValue();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static Map<String, String> recorded(String prefix) throws IOException {
        Map<String, String> recorded = new TreeMap<>();
        manifest().forEach((key, value) -> {
            if (key.toString().startsWith(prefix)) {
                recorded.put(key.toString().substring(prefix.length()), value.toString());
            }
        });
        return recorded;
    }

    private static Properties manifest() throws IOException {
        Properties manifest = new Properties();
        try (Reader reader = Files.newBufferedReader(PtxFile.FOLDER.resolve("manifest.properties"))) {
            manifest.load(reader);
        }
        return manifest;
    }

    private static String sha256(Path file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every Java platform has it
        }
    }
}

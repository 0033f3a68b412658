package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.logitops.support.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
    private static final byte[] CONTENT = "new".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    /** Everything below the folder, by relative path. */
    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.skip(1)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    private static void assertRefused(Path path, String cause) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> OutputFile.tried("bench", path));
        assertEquals("bench: cannot write: file=" + path + ", cause=" + cause, e.getMessage());
    }

    @Test
    void tryingLeavesNothingAndWritingTheFileAlone() throws IOException {
        OutputFile file = OutputFile.tried("bench", folder.resolve("a/b/c.txt"));
        assertEquals(List.of(), files());
        file.write(CONTENT);
        assertEquals(List.of("a", "a/b", "a/b/c.txt"), files());
        assertEquals("new", Files.readString(folder.resolve("a/b/c.txt")));
    }

    @Test
    void aFileThatIsThereIsReplaced() throws IOException {
        Path path = Files.writeString(folder.resolve("a.txt"), "old and longer");
        OutputFile file = OutputFile.tried("bench", path);
        assertEquals("old and longer", Files.readString(path));
        file.write(CONTENT);
        assertEquals("new", Files.readString(path));
        assertEquals(List.of("a.txt"), files());
    }

    @Test
    void othersMayReadItAsAnyFile() throws IOException {
        Path plain = Files.writeString(folder.resolve("plain.txt"), "");
        Path path = folder.resolve("a.txt");
        OutputFile.tried("bench", path).write(CONTENT);
        assertEquals(Files.getPosixFilePermissions(plain), Files.getPosixFilePermissions(path));
    }

    @Test
    void aLinkIsFollowedAndKept() throws IOException {
        Path path = Files.writeString(folder.resolve("a.txt"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), path);
        OutputFile.tried("bench", link).write(CONTENT);
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(path));
    }

    @Test
    void whatCannotBeWrittenIsNamedBeforehand() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "old");
        assertRefused(folder, "Is a directory");
        assertRefused(file.resolve("a.txt"), "Not a directory");
        assertRefused(file.resolve("a/b.txt"), "Not a directory");
        assertRefused(folder.resolve("a".repeat(300)), "File name too long");
        assertEquals(List.of("file"), files());
        assertEquals("old", Files.readString(file));
    }

    @Test
    void whatIsReadOnlyIsNamedBeforehand() throws IOException {
        Path closed = Files.createDirectory(folder.resolve("closed"));
        Path file = Files.writeString(folder.resolve("file"), "old");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        assumeFalse(Files.isWritable(closed), "root may write anywhere");
        assertRefused(closed.resolve("a.txt"), "Permission denied");
        assertRefused(closed.resolve("a/b.txt"), "Permission denied");
        assertRefused(file, "Permission denied");
    }

    /** Writes more than it may. */
    static final class Large {
        public static void main(String[] args) {
            OutputFile file = OutputFile.tried("bench", Path.of(args[0]));
            try {
                file.write(new byte[1 << 20]);
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    /** There is room for what is tried, and not for the content: as if the disk had filled up meanwhile. */
    @Test
    void aFailureInTheMiddleLeavesWhatWasThere() throws IOException {
        Path old =
                Files.writeString(Files.createDirectory(folder.resolve("out")).resolve("old.txt"), "old");
        for (Path path : List.of(old, folder.resolve("out/a/b.txt"))) {
            ProcessBuilder child = ChildJvm.builder(Large.class, folder, List.of("-XX:-UsePerfData"), path.toString());
            child.command().addAll(0, List.of("sh", "-c", "ulimit -f 128 && exec \"$@\"", "sh"));
            ChildJvm.End end = ChildJvm.start(child, folder).await();
            assertEquals(List.of("bench: cannot write: file=" + path + ", cause=File too large"), end.lines());
        }
        assertEquals("old", Files.readString(old));
        assertEquals(
                List.of("out", "out/old.txt"),
                files().stream()
                        .filter(file -> file.startsWith("out") && !file.startsWith("output"))
                        .toList());
    }

    @Test
    void aDeviceStaysADevice() throws IOException {
        OutputFile.tried("bench", Path.of("/dev/null")).write(CONTENT);
        assertTrue(!Files.isRegularFile(Path.of("/dev/null")));
        OutputFile full = OutputFile.tried("bench", Path.of("/dev/full"));
        IOException e = assertThrows(IOException.class, () -> full.write(CONTENT));
        assertEquals("bench: cannot write: file=/dev/full, cause=No space left on device", e.getMessage());
    }
}

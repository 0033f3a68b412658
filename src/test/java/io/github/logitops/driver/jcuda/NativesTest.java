package io.github.logitops.driver.jcuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.logitops.support.ChildJvm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativesTest {
    private static final String LIBRARY = "JCudaDriver";

    @TempDir
    Path directory;

    private byte[] content;
    private Path published;

    @BeforeEach
    void readTheResource() throws IOException {
        String file = Natives.fileName(LIBRARY);
        try (InputStream resource = getClass().getClassLoader().getResourceAsStream("lib/" + file)) {
            assumeTrue(resource != null, "JCuda's natives are not for this platform");
            content = resource.readAllBytes();
        }
        published = directory.resolve(file);
    }

    @Test
    void publishesIntoAFolderThatDoesNotExistYet() throws IOException {
        Path folder = directory.resolve("a/b");
        Natives.publish(LIBRARY, folder);
        assertArrayEquals(content, Files.readAllBytes(folder.resolve(Natives.fileName(LIBRARY))));
        assertEquals(List.of(Natives.fileName(LIBRARY)), names(folder));
    }

    @Test
    void replacesWhatDiffers() throws IOException {
        byte[] changed = content.clone();
        changed[changed.length / 2]++;
        for (byte[] leftover : List.of(new byte[0], Arrays.copyOf(content, content.length / 2), changed)) {
            Files.write(published, leftover);
            Natives.publish(LIBRARY, directory);
            assertArrayEquals(content, Files.readAllBytes(published));
        }
        assertEquals(List.of(Natives.fileName(LIBRARY)), names(directory));
    }

    @Test
    void leavesAnEqualFileAlone() throws IOException {
        Natives.publish(LIBRARY, directory);
        Object inode = Files.getAttribute(published, "unix:ino");
        Object modified = Files.getLastModifiedTime(published);
        Natives.publish(LIBRARY, directory);
        assertEquals(inode, Files.getAttribute(published, "unix:ino"));
        assertEquals(modified, Files.getLastModifiedTime(published));
        Files.write(published, new byte[1]);
        Natives.publish(LIBRARY, directory);
        assertNotEquals(inode, Files.getAttribute(published, "unix:ino"), "replaced as a whole, not written into");
    }

    @Test
    void doesNothingWhereThereIsNoSuchLibrary() throws IOException {
        Natives.publish("JCudaForAnotherPlatform", directory);
        assertEquals(List.of(), names(directory));
    }

    /** Without CUDA, the complaint about libcuda.so.1 is the proof that JCuda's own library was whole. */
    @Test
    void processesMayStartTogether() throws IOException, InterruptedException {
        for (int round = 0; round < 5; round++) {
            Path empty = Files.createDirectory(directory.resolve("round" + round));
            Path gate = Files.createDirectory(directory.resolve("gate" + round));
            List<ChildJvm> children = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                children.add(ChildJvm.start(GatedOpenMain.class, empty, Map.of(), gate.toString(), "0"));
            }
            for (int waited = 0; names(gate).size() < 4 && waited < 10_000; waited += 5) {
                Thread.sleep(5);
            }
            Files.createFile(gate.resolve("go"));
            for (ChildJvm child : children) {
                ChildJvm.End end = child.await();
                String last = end.lines().get(end.lines().size() - 1);
                assertEquals(0, end.exitCode(), last);
                assertTrue(
                        last.equals("libcuda.so.1: cannot open shared object file") || last.startsWith("opened"), last);
            }
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}

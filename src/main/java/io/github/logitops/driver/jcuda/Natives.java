package io.github.logitops.driver.jcuda;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import jcuda.JCudaVersion;
import jcuda.LibUtils;

/**
 * Puts JCuda's native libraries where JCuda looks for them, before it looks. Left alone, JCuda unpacks them itself: byte by
 * byte under their final name, where another process finds half a library, and it takes any file of that name for the real
 * one. Here the name appears at once and complete, and what is already there must be equal.
 */
final class Natives {
    private Natives() {}

    /**
     * Publishes a library in {@code java.io.tmpdir}. Does nothing where the class path has none for this platform.
     *
     * @param library such as JCudaDriver
     * @throws IOException if what is there differs and cannot be replaced
     */
    static void publish(String library) throws IOException {
        publish(library, Path.of(System.getProperty("java.io.tmpdir")));
    }

    static void publish(String library, Path directory) throws IOException {
        String file = fileName(library);
        byte[] content;
        // Not Class.getResource: on the module path that looks into one module, and the natives are in another.
        try (InputStream resource = Natives.class.getClassLoader().getResourceAsStream("lib/" + file)) {
            if (resource == null) {
                return;
            }
            content = resource.readAllBytes();
        }
        if (!holds(directory.resolve(file), content)) {
            Files.createDirectories(directory);
            replace(directory.resolve(file), content);
        }
    }

    /** What JCuda calls the library on this platform, such as libJCudaDriver-12.6.0-linux-x86_64.so. */
    static String fileName(String library) {
        return LibUtils.createLibraryFileName(LibUtils.createPlatformLibraryName(library + "-" + JCudaVersion.get()));
    }

    private static boolean holds(Path file, byte[] content) throws IOException {
        return Files.isRegularFile(file)
                && Files.size(file) == content.length
                && Arrays.equals(Files.readAllBytes(file), content);
    }

    private static void replace(Path file, byte[] content) throws IOException {
        Path complete = Files.createTempFile(file.getParent(), "logitops-", ".tmp", readableByAll());
        try {
            Files.write(complete, content);
            Files.move(complete, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!holds(file, content)) { // else another process was faster, and Windows guards what is loaded
                throw e;
            }
        } finally {
            Files.deleteIfExists(complete);
        }
    }

    /** So that another user's process can compare and load it, too. */
    private static FileAttribute<?>[] readableByAll() {
        if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            return new FileAttribute<?>[0];
        }
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--"))
        };
    }
}

package io.github.logitops.driver.jcuda;

import io.github.logitops.driver.LoadFailure;
import io.github.logitops.memory.DriverException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.concurrent.Callable;
import jcuda.JCudaVersion;
import jcuda.LibUtils;

/**
 * Puts JCuda's native libraries where JCuda looks for them, before it looks. Left alone, JCuda unpacks them itself: byte by
 * byte under their final name, where another process finds half a library, and it takes any file of that name for the real
 * one. Here the name appears at once and complete, and what is already there must be equal.
 */
final class Natives {
    private static final String FOLDER = "java.io.tmpdir";

    private Natives() {}

    /**
     * Publishes a library in {@code java.io.tmpdir} and has JCuda load it.
     *
     * @param library such as JCudaDriver
     * @param use what calls JCuda for the first time, so that it loads the library
     * @return what {@code use} returns
     * @throws DriverException with the plain reason if any of it fails
     */
    static <T> T load(String library, Callable<T> use) {
        return LoadFailure.explain(() -> within(unpack(library), use));
    }

    private static Path unpack(String library) {
        try {
            Path directory = directory();
            publish(library, directory);
            return directory;
        } catch (IOException | SecurityException | InvalidPathException e) { // its class is half of what it says
            throw new DriverException("cannot unpack " + library + " into " + FOLDER + ": " + e, e);
        }
    }

    private static Path directory() {
        String name = System.getProperty(FOLDER);
        if (name == null || name.isEmpty()) { // JCuda would take the root folder
            throw new DriverException("no folder for JCuda's natives: " + FOLDER + "=" + name);
        }
        return Path.of(name).toAbsolutePath();
    }

    /**
     * Calls with {@code java.io.tmpdir} absolute. JCuda hands it to System.load as it stands, and that refuses a relative path; to
     * load the library here first changes nothing, for JCuda does so again when its classes are initialized. The property is the
     * process's, so it changes for this call alone, and names the same folder all the time.
     */
    private static <T> T within(Path directory, Callable<T> use) throws Exception {
        String name = System.getProperty(FOLDER);
        if (Path.of(name).isAbsolute()) {
            return use.call();
        }
        System.setProperty(FOLDER, directory.toString());
        try {
            return use.call();
        } finally {
            System.getProperties().replace(FOLDER, directory.toString(), name); // unless somebody else set another
        }
    }

    /**
     * Publishes a library. Does nothing where the class path has none for this platform.
     *
     * @throws IOException if what is there differs and cannot be replaced
     */
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

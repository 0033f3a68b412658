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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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

    /**
     * The same with a library that asks for one of several others, which may not all be here: for the first that is. If that is not the
     * first one, a copy of the library that asks for it is published in a folder of its own.
     *
     * @param names of what it asks for, of one length; the first as it was built
     * @return which it is
     * @throws DriverException with the plain reason of each if none is here
     */
    static String loadFirst(String library, List<String> names, Callable<?> use) {
        return LoadFailure.explain(() -> {
            Asking first = first(library, names);
            within(first.folder, use);
            return first.name;
        });
    }

    /** A library that was published, and what it asks for. */
    private record Asking(String name, Path folder) {}

    private static Asking first(String library, List<String> names) {
        try {
            Path directory = directory();
            byte[] content = content(library);
            if (content.length == 0) { // not for this platform, as JCuda will say
                return new Asking(names.get(0), directory);
            }
            Set<String> refusals = new LinkedHashSet<>(); // such as of the folder, for all of them
            for (String name : names) {
                byte[] asking = ElfLibrary.needing(content, names.get(0), name);
                String refusal = refusal(asking, directory);
                if (refusal == null) {
                    Path folder = name.equals(names.get(0)) ? directory : directory.resolve("logitops-" + name);
                    publish(library, asking, folder);
                    return new Asking(name, folder);
                }
                refusals.add(refusal);
            }
            throw new DriverException(String.join("; ", refusals));
        } catch (IOException | SecurityException | InvalidPathException e) {
            throw cannotUnpack(library, e);
        }
    }

    /** Why the system does not load a library, or null: then it has, as a copy that nobody asks for. */
    private static String refusal(byte[] content, Path directory) throws IOException {
        Files.createDirectories(directory);
        Path copy = Files.createTempFile(directory, "logitops-", ".so");
        try {
            Files.write(copy, content);
            System.load(copy.toString());
            return null;
        } catch (UnsatisfiedLinkError e) {
            return LoadFailure.loaderReason(e);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private static Path unpack(String library) {
        try {
            Path directory = directory();
            publish(library, directory);
            return directory;
        } catch (IOException | SecurityException | InvalidPathException e) { // its class is half of what it says
            throw cannotUnpack(library, e);
        }
    }

    private static DriverException cannotUnpack(String library, Exception cause) {
        return new DriverException("cannot unpack " + library + " into " + FOLDER + ": " + cause, cause);
    }

    private static Path directory() {
        String name = System.getProperty(FOLDER);
        if (name == null || name.isEmpty()) { // JCuda would take the root folder
            throw new DriverException("no folder for JCuda's natives: " + FOLDER + "=" + name);
        }
        return Path.of(name).toAbsolutePath();
    }

    /**
     * Calls with this folder as {@code java.io.tmpdir}. JCuda hands that to System.load as it stands, which refuses a relative path; to
     * load the library here first changes nothing, for JCuda does so again when its classes are initialized. The property is the
     * process's, so it changes for this call alone, and to an absolute path of the same folder or to one in it.
     */
    private static <T> T within(Path directory, Callable<T> use) throws Exception {
        String name = System.getProperty(FOLDER);
        if (directory.toString().equals(name)) {
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
        byte[] content = content(library);
        if (content.length > 0) {
            publish(library, content, directory);
        }
    }

    /** Of a library for this platform; empty if the class path has none. */
    private static byte[] content(String library) throws IOException {
        // Not Class.getResource: on the module path that looks into one module, and the natives are in another.
        try (InputStream resource = Natives.class.getClassLoader().getResourceAsStream("lib/" + fileName(library))) {
            return resource == null ? new byte[0] : resource.readAllBytes();
        }
    }

    private static void publish(String library, byte[] content, Path directory) throws IOException {
        String file = fileName(library);
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

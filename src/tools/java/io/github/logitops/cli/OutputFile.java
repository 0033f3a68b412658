package io.github.logitops.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;

/**
 * A file that a command writes. The place is tried before the work that the content takes. The content is written beside the
 * place and moved there whole: a failure leaves what was there before, and nothing else. Devices and pipes are written as they
 * are.
 */
public final class OutputFile {
    private static final byte[] PROBE = new byte[4096]; // a full disk may still have room for a name

    private final String command;
    private final Path path;

    private OutputFile(String command, Path path) {
        this.command = command;
        this.path = path;
    }

    /**
     * The file at {@code path}, which need not be there, nor its folder.
     *
     * @throws IllegalArgumentException if it could not be written now
     */
    public static OutputFile tried(String command, Path path) {
        OutputFile file = new OutputFile(command, path);
        try {
            file.probe();
            return file;
        } catch (IOException e) {
            throw new IllegalArgumentException(file.failure(e), e);
        }
    }

    /** Replaces the file, and makes its folder if there is none. */
    public void write(byte[] content) throws IOException {
        try {
            BasicFileAttributes there = attributes();
            if (isPlain(there)) {
                replace(target(there), content);
            } else {
                Files.write(path, content, StandardOpenOption.WRITE);
            }
        } catch (IOException e) {
            throw new IOException(failure(e), e);
        }
    }

    /** Who writes it, for messages. */
    String command() {
        return command;
    }

    /** Its place, as it was given. */
    @Override
    public String toString() {
        return path.toString();
    }

    private void probe() throws IOException {
        BasicFileAttributes there = attributes();
        if (there != null && there.isDirectory()) {
            throw new FileSystemException(path.toString(), null, "Is a directory");
        }
        if (there != null && !Files.isWritable(path)) {
            throw new AccessDeniedException(path.toString());
        }
        if (isPlain(there)) {
            Path probe = newName(nearestFolder(target(there)));
            try {
                Files.write(probe, PROBE, StandardOpenOption.CREATE_NEW);
            } finally {
                Files.deleteIfExists(probe);
            }
        }
    }

    private static void replace(Path target, byte[] content) throws IOException {
        Path folder = target.getParent();
        Path oldFolder = nearestFolder(target);
        try {
            Files.createDirectories(folder);
            Path whole = newName(folder);
            try {
                Files.write(whole, content, StandardOpenOption.CREATE_NEW);
                Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(whole);
            }
        } catch (IOException e) {
            deleteFolders(folder, oldFolder, e);
            throw e;
        }
    }

    /** Deletes {@code folder} and those around it up to {@code kept}, unless something is in them. */
    private static void deleteFolders(Path folder, Path kept, IOException cause) {
        try {
            for (Path made = folder; !made.equals(kept); made = made.getParent()) {
                Files.deleteIfExists(made);
            }
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** What is there; null if nothing is. */
    private BasicFileAttributes attributes() throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static boolean isPlain(BasicFileAttributes there) {
        return there == null || there.isRegularFile();
    }

    /** Where links lead: what they are is kept. */
    private Path target(BasicFileAttributes there) throws IOException {
        return there == null ? path.toAbsolutePath() : path.toRealPath();
    }

    /** The innermost folder around {@code target} that is there. */
    private static Path nearestFolder(Path target) {
        Path folder = target.getParent();
        while (Files.notExists(folder)) {
            folder = folder.getParent();
        }
        return folder;
    }

    /** Not by {@link Files#createTempFile}, which makes files that nobody else may read. */
    private static Path newName(Path folder) {
        return folder.resolve(".logitops-" + UUID.randomUUID() + ".tmp");
    }

    private String failure(IOException e) {
        return command + ": cannot write: file=" + path + ", cause=" + Reason.of(e);
    }
}

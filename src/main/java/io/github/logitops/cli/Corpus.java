package io.github.logitops.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.PatternSyntaxException;

/**
 * The text to train on.
 *
 * @param text the files' bytes, one file after the other
 * @param files how many there are
 */
record Corpus(byte[] text, int files) {
    /**
     * Reads a file, or those files below a folder whose name goes with one of {@code globs}: not those in hidden folders and in
     * {@code target}, and in the order of their relative paths, so that it is the same text on every machine.
     *
     * @throws IllegalArgumentException if there is nothing to read
     */
    static Corpus read(Path source, List<String> globs) {
        try {
            if (!Files.isDirectory(source)) {
                return new Corpus(Files.readAllBytes(source), 1);
            }
            var found =
                    new SourceFiles(source, globs.stream().map(Corpus::matcher).toList());
            Files.walkFileTree(source, found);
            if (found.byName.isEmpty()) {
                throw new IllegalArgumentException("train: no file to read: text=" + source + ", include=" + globs);
            }
            var text = new ByteArrayOutputStream();
            for (Path file : found.byName.values()) {
                Files.copy(file, text);
            }
            return new Corpus(text.toByteArray(), found.byName.size());
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "train: text cannot be read: text=" + source + ", cause="
                            + e.getClass().getSimpleName() + ": " + e.getMessage(),
                    e);
        }
    }

    private static PathMatcher matcher(String glob) {
        try {
            return FileSystems.getDefault().getPathMatcher("glob:" + glob);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("train: not a file name pattern: include=" + glob, e);
        }
    }

    private static final class SourceFiles extends SimpleFileVisitor<Path> {
        final TreeMap<String, Path> byName = new TreeMap<>(); // by relative path with / on every system
        private final Path root;
        private final List<PathMatcher> wanted;

        SourceFiles(Path root, List<PathMatcher> wanted) {
            this.root = root;
            this.wanted = wanted;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            if (folder.equals(root)) { // whatever its name; that of / is null
                return FileVisitResult.CONTINUE;
            }
            String name = folder.getFileName().toString();
            boolean skipped = name.startsWith(".") || name.equals("target");
            return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            Path name = file.getFileName();
            if (attributes.isRegularFile() && wanted.stream().anyMatch(glob -> glob.matches(name))) {
                byName.put(root.relativize(file).toString().replace('\\', '/'), file);
            }
            return FileVisitResult.CONTINUE;
        }
    }
}

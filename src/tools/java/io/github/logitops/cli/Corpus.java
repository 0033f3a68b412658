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
 * The text to train on: what files there are is known before they are read.
 *
 * @param files in their order
 * @param bytes in all of them
 */
record Corpus(List<Path> files, long bytes) {
    /**
     * Finds a file, or those files below a folder whose name goes with one of {@code globs}: not those in hidden folders and in
     * {@code target}, and in the order of their relative paths, so that it is the same text on every machine.
     *
     * @throws IllegalArgumentException if there is nothing to read
     */
    static Corpus find(Path source, List<String> globs) {
        try {
            if (!Files.isDirectory(source)) {
                return new Corpus(List.of(source), Files.size(source));
            }
            var found =
                    new SourceFiles(source, globs.stream().map(Corpus::matcher).toList());
            Files.walkFileTree(source, found);
            if (found.byName.isEmpty()) {
                throw new IllegalArgumentException("train: no file to read: text=" + source + ", include=" + globs);
            }
            return new Corpus(List.copyOf(found.byName.values()), found.bytes);
        } catch (IOException e) {
            throw unreadable(source, e);
        }
    }

    /**
     * That the text fits the heap, with {@code besides} more bytes that training on it takes.
     *
     * @throws IllegalStateException if not
     */
    void requireFits(Heap heap, long besides) {
        if (bytes > Heap.LONGEST_ARRAY) { // whatever the heap
            throw new IllegalStateException("train: the corpus does not fit a Java array: bytes=" + bytes + ", longest="
                    + Heap.LONGEST_ARRAY + ", heap=" + heap.bytes() + "; give less text");
        }
        if (bytes + besides > heap.bytes()) {
            throw new IllegalStateException("train: the corpus does not fit: bytes=" + bytes + ", needed="
                    + (bytes + besides) + ", heap=" + heap.bytes() + "; give less text, or a larger heap with -Xmx");
        }
    }

    /** The files' bytes, one file after the other. */
    byte[] read() {
        var text = new Text(Math.toIntExact(bytes));
        for (Path file : files) {
            try {
                Files.copy(file, text);
            } catch (IOException e) {
                throw unreadable(file, e);
            }
        }
        return text.bytes();
    }

    /** Grows if a file did meanwhile, or if it is a pipe; else the text is not held twice. */
    private static final class Text extends ByteArrayOutputStream {
        Text(int bytes) {
            super(bytes);
        }

        byte[] bytes() {
            return count == buf.length ? buf : toByteArray();
        }
    }

    private static IllegalArgumentException unreadable(Path file, IOException e) {
        return new IllegalArgumentException("train: cannot read: text=" + file + ", cause=" + Reason.of(e), e);
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
        long bytes;
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
                bytes += attributes.size();
                byName.put(root.relativize(file).toString().replace('\\', '/'), file);
            }
            return FileVisitResult.CONTINUE;
        }
    }
}

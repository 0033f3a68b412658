package io.github.logitops.emulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text of modules, and that of others in their place. */
final class PtxText {
    static final Pattern TARGET = Pattern.compile("^\\.target sm_(\\d+)", Pattern.MULTILINE);

    private static final Pattern CLUSTER = Pattern.compile("\\.reqnctapercluster [^\\n]*");

    private PtxText() {}

    static String of(byte[] ptx) {
        return new String(ptx, StandardCharsets.UTF_8);
    }

    /** The name of a module's file. */
    static String file(String name, byte[] ptx) {
        Matcher target = TARGET.matcher(of(ptx));
        return name + (target.find() ? ".sm_" + target.group(1) : "") + ".ptx";
    }

    /** What a folder has in place of a module; if there is nothing, the module. */
    static byte[] replacement(Path replacements, String name, byte[] ptx) {
        Path file = replacements == null ? null : replacements.resolve(file(name, ptx));
        try {
            return file != null && Files.exists(file) ? withClusterOf(ptx, Files.readString(file)) : ptx;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A text with the size of cluster that the host wrote into another. */
    private static byte[] withClusterOf(byte[] ptx, String text) {
        Matcher cluster = CLUSTER.matcher(of(ptx));
        String changed = cluster.find() ? CLUSTER.matcher(text).replaceFirst(cluster.group()) : text;
        return changed.getBytes(StandardCharsets.UTF_8);
    }
}

package io.github.logitops.emulator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the instructions of the shipped PTX are from. It has no line information, so on a machine with nvcc a module is compiled
 * once more, with it, when the first report asks.
 */
final class SourceLines {
    private static final String UNKNOWN = "unknown without nvcc";
    private static final Pattern SHIPPED = Pattern.compile("(\\w+)\\.sm_(\\d+)\\.ptx");
    private static final Map<String, Map<String, Entry>> MODULES = new ConcurrentHashMap<>();

    private SourceLines() {}

    /** The place of the instruction of this index, as in {@code softmax.cuh:31}. */
    static String of(String module, String entry, int index) {
        Entry known = MODULES.computeIfAbsent(module, SourceLines::compile).get(entry);
        if (known == null || index >= known.code().length) {
            return UNKNOWN;
        }
        String source = known.code()[index].statement().source();
        return source == null ? UNKNOWN : source;
    }

    private static Map<String, Entry> compile(String module) {
        Matcher shipped = SHIPPED.matcher(module);
        if (!shipped.matches()
                || !Path.of("kernels", shipped.group(1) + ".cu").toFile().exists()) {
            return Map.of();
        }
        try {
            Process process = new ProcessBuilder(
                            "scripts/build-kernels.sh", "--lines", shipped.group(1), shipped.group(2))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String ptx = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? Parser.parse(module, ptx, Approximations.NEAREST) : Map.of();
        } catch (IOException e) {
            return Map.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Map.of();
        }
    }
}

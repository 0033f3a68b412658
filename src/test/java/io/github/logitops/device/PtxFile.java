package io.github.logitops.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the head of a PTX file and of its entries say.
 *
 * @param module the module's name, that of its entry
 * @param architecture 75, 80 or 90
 * @param version of the PTX language, as in 7.0
 * @param target as in sm_80
 * @param bodies by entry: all that follows the parameters, up to the next entry
 * @param shared by name: the bytes of each variable in shared memory; which entry has it, its body says
 */
record PtxFile(
        String module,
        int architecture,
        String version,
        String target,
        Map<String, String> bodies,
        Map<String, Integer> shared) {
    /** Where they are, in the sources. */
    static final Path FOLDER = Path.of("src/main/resources/io/github/logitops/ptx");

    private static final Pattern NAME = Pattern.compile("(\\w+)\\.sm_(\\d+)\\.ptx");
    private static final Pattern VERSION = Pattern.compile("^\\.version (\\S+)$", Pattern.MULTILINE);
    private static final Pattern TARGET = Pattern.compile("^\\.target (\\S+)$", Pattern.MULTILINE);
    private static final Pattern ENTRY = Pattern.compile("^\\.visible \\.entry (\\w+)\\([^)]*\\)", Pattern.MULTILINE);

    private static final Pattern MAX_THREADS = Pattern.compile("\\.maxntid (\\d+), 1, 1");
    private static final Pattern SHARED = Pattern.compile("\\.shared \\.align \\d+ \\.b8 (\\w+)\\[(\\d+)\\]");

    /** Every file that ships. */
    static List<PtxFile> all() throws IOException {
        List<PtxFile> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(FOLDER)) {
            for (Path file : files.sorted().toList()) {
                Matcher name = NAME.matcher(file.getFileName().toString());
                if (name.matches()) {
                    all.add(parse(name.group(1), Integer.parseInt(name.group(2)), Files.readString(file)));
                }
            }
        }
        return all;
    }

    private static PtxFile parse(String module, int architecture, String text) {
        Map<String, String> bodies = new TreeMap<>();
        Map<String, Integer> shared = new TreeMap<>();
        SHARED.matcher(text)
                .results()
                .forEach(variable -> shared.put(variable.group(1), Integer.valueOf(variable.group(2))));
        Matcher entry = ENTRY.matcher(text);
        while (entry.find()) {
            int end = text.indexOf("\n.visible", entry.end());
            bodies.put(entry.group(1), text.substring(entry.end(), end < 0 ? text.length() : end));
        }
        return new PtxFile(module, architecture, first(VERSION, text), first(TARGET, text), bodies, shared);
    }

    /** The names of its entries. */
    Set<String> entries() {
        return bodies.keySet();
    }

    /** The threads that a block of an entry may have. */
    int maxThreads(String entry) {
        return Integer.parseInt(first(MAX_THREADS, bodies.get(entry)));
    }

    /** The bytes of an entry's own variables in shared memory. */
    int ownSharedBytes(String entry) {
        return shared.entrySet().stream()
                .filter(variable -> bodies.get(entry).contains(variable.getKey()))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    private static String first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : "";
    }
}

package io.github.logitops.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/** The kernels that ship are those whose names the library computes. */
class PtxEntriesTest {
    /** By architecture: the oldest version of the language that has it as a target, and sending from block to block. */
    private static final Map<Integer, String> VERSIONS = Map.of(75, "6.3", 80, "7.0", 90, "8.1");

    /** On every device: those of an older architecture are there too, unless it has its own. Only clusters are new on sm_90. */
    @Test
    void entriesAreTheComputedNamesEachInItsFile() throws IOException {
        TreeSet<String> computed = new TreeSet<>();
        Kernels.all().forEach(kernel -> computed.add(kernel.entry()));
        TreeSet<String> clusters = new TreeSet<>(computed);
        clusters.removeIf(entry -> !entry.contains("_cluster_"));
        computed.removeAll(clusters);
        Map<Integer, TreeSet<String>> shipped = new TreeMap<>();
        for (PtxFile file : PtxFile.all()) {
            assertEquals(Set.of(file.module()), file.entries());
            shipped.computeIfAbsent(file.architecture(), architecture -> new TreeSet<>())
                    .add(file.module());
        }
        assertEquals(computed, shipped.get(75));
        assertEquals(Set.of(), difference(shipped.get(80), shipped.get(75)));
        assertEquals(clusters, shipped.get(90));
    }

    /** What an architecture has nothing of its own for does not ship for it. */
    @Test
    void noFileIsShippedTwice() throws IOException {
        Map<String, String> older = new TreeMap<>();
        for (PtxFile file : PtxFile.all()) { // by name: 75 before 80
            String body = file.bodies().get(file.module());
            assertNotEquals(older.put(file.module(), body), body, file.module());
        }
    }

    @Test
    void everyFileAsksForNoMoreThanItsTargetNeeds() throws IOException {
        for (PtxFile file : PtxFile.all()) {
            assertEquals("sm_" + file.architecture(), file.target(), file.module());
            assertEquals(VERSIONS.get(file.architecture()), file.version(), file.module());
        }
    }

    /** Compressed as a jar does it, file by file. */
    @Test
    void thePtxIsASmallPartOfADownload() throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.list(PtxFile.FOLDER)) {
            for (Path file : files.toList()) {
                ByteArrayOutputStream jar = new ByteArrayOutputStream();
                try (ZipOutputStream zip = new ZipOutputStream(jar)) {
                    zip.putNextEntry(new ZipEntry(file.getFileName().toString()));
                    zip.write(Files.readAllBytes(file));
                }
                bytes += jar.size();
            }
        }
        assertTrue(bytes < 5_000_000, "bytes: " + bytes);
    }

    private static Set<String> difference(Set<String> these, Set<String> those) {
        Set<String> difference = new TreeSet<>(these);
        difference.removeAll(those);
        return difference;
    }
}

package io.github.logitops.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernels that ship are those whose names the library computes. */
class PtxEntriesTest {
    /** By architecture: the oldest version of the language that has it as a target. */
    private static final Map<Integer, String> VERSIONS = Map.of(75, "6.3", 80, "7.0", 90, "7.8");

    @ParameterizedTest
    @ValueSource(ints = {75, 80, 90})
    void entriesAreTheComputedNames(int architecture) throws IOException {
        Map<String, String> computed = new TreeMap<>();
        Kernel.all().forEach(kernel -> computed.put(kernel.entry(), kernel.module()));
        Map<String, String> shipped = new TreeMap<>();
        for (PtxFile file : PtxFile.all()) {
            if (file.architecture() == architecture) {
                file.entries().forEach(entry -> shipped.put(entry, file.module()));
            }
        }
        assertEquals(computed, shipped);
        assertEquals(137, shipped.size());
    }

    @Test
    void everyFileAsksForNoMoreThanItsTargetNeeds() throws IOException {
        for (PtxFile file : PtxFile.all()) {
            assertEquals("sm_" + file.architecture(), file.target(), file.module());
            assertEquals(VERSIONS.get(file.architecture()), file.version(), file.module());
        }
    }

    @Test
    void theIndexListsEveryEntryWithItsFileAndTier() throws IOException {
        TreeSet<String> expected = new TreeSet<>();
        for (PtxFile file : PtxFile.all()) {
            file.entries().forEach(entry -> expected.add(entry + " " + file.module() + ".cu " + tier(entry)));
        }
        String readme = Files.readString(Path.of("kernels/README.md"));
        List<String> listed = readme.substring(
                        readme.indexOf("<!-- index: begin -->"), readme.indexOf("<!-- index: end -->"))
                .lines()
                .filter(line -> line.contains(".cu]("))
                .map(line -> line.split("\\s*\\|\\s*"))
                .map(cells -> cells[2] + " " + cells[3].replaceAll("\\[(.*)]\\(\\1\\)", "$1") + " " + cells[4])
                .toList();
        assertEquals(lines(expected), lines(new TreeSet<>(listed)));
        assertEquals(expected.size(), listed.size(), "an entry is listed twice");
    }

    private static String tier(String entry) {
        return Stream.of(Tier.values())
                .map(Tier::suffix)
                .filter(suffix -> entry.contains("_" + suffix + "_"))
                .findFirst()
                .orElse("-");
    }

    private static String lines(TreeSet<String> lines) {
        return lines.stream().collect(Collectors.joining("\n"));
    }
}

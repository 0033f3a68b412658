package io.github.logitops.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernels that ship are those whose names the library computes, and take what it passes. */
class PtxEntriesTest {
    /** By architecture: the oldest version of the language that has it as a target. */
    private static final Map<Integer, String> VERSIONS = Map.of(75, "6.3", 80, "7.0", 90, "7.8");

    private static final String POINTER = "u64";
    private static final String INT64 = "u64"; // PTX types hold bits: nvcc declares every 64-bit integer as u64
    private static final String INT32 = "u32";
    private static final String FLOAT64 = "f64";

    @ParameterizedTest
    @ValueSource(ints = {75, 80, 90})
    void entriesAreTheComputedNames(int architecture) throws IOException {
        Map<String, String> computed = new TreeMap<>();
        Kernel.all().forEach(kernel -> computed.put(kernel.entry(), kernel.module()));
        Map<String, String> shipped = new TreeMap<>();
        for (PtxFile file : PtxFile.all()) {
            if (file.architecture() == architecture) {
                file.entries().keySet().forEach(entry -> shipped.put(entry, file.module()));
            }
        }
        assertEquals(computed, shipped);
        assertEquals(84, shipped.size());
    }

    @Test
    void parametersAreWhatLaunchesPass() throws IOException {
        for (PtxFile file : PtxFile.all()) {
            List<String> expected = parameters(file.module());
            file.entries()
                    .forEach((entry, types) -> assertEquals(expected, types, entry + " sm_" + file.architecture()));
        }
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
            file.entries().keySet().forEach(entry -> expected.add(entry + " " + file.module() + ".cu " + tier(entry)));
        }
        String readme = Files.readString(Path.of("kernels/README.md"));
        List<String> listed = readme.substring(
                        readme.indexOf("<!-- index: begin -->"), readme.indexOf("<!-- index: end -->"))
                .lines()
                .filter(line -> line.matches("\\| \\w+\\..*"))
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

    /** The types of a kernel's parameters: outputs, inputs, optional inputs, shape, strides, numbers. */
    private static List<String> parameters(String module) {
        return switch (module) {
            case "softmax_fwd", "log_softmax_fwd" -> of(pointers(2), shape(), strides(2));
            case "softmax_bwd", "log_softmax_bwd" -> of(pointers(4), shape(), strides(3), List.of(FLOAT64));
            case "cross_entropy_fwd" -> of(pointers(5), shape(), strides(1), ignored(), List.of(FLOAT64));
            case "cross_entropy_bwd" -> of(pointers(7), shape(), strides(2), ignored(), List.of(FLOAT64, FLOAT64));
            case "cross_entropy_fused" -> of(pointers(8), shape(), strides(2), ignored(), List.of(FLOAT64, FLOAT64));
            case "label_stats" -> of(pointers(4), List.of(INT64, INT32), ignored(), List.of(INT32));
            case "loss_reduce" -> of(pointers(3), List.of(INT64));
            default -> throw new AssertionError("say what " + module + " takes");
        };
    }

    private static List<String> pointers(int count) {
        return Collections.nCopies(count, POINTER);
    }

    /** Rows, inner, columns. */
    private static List<String> shape() {
        return List.of(INT64, INT64, INT32);
    }

    /** Outer and axis stride of each tensor. */
    private static List<String> strides(int tensors) {
        return Collections.nCopies(2 * tensors, INT64);
    }

    /** The ignored label, and whether there is one. */
    private static List<String> ignored() {
        return List.of(INT64, INT32);
    }

    @SafeVarargs
    private static List<String> of(List<String>... parts) {
        List<String> all = new ArrayList<>();
        for (List<String> part : parts) {
            all.addAll(part);
        }
        return all;
    }
}

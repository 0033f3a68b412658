package io.github.logitops.driver.jcuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The committed PTX compiles for every GPU that would be given it, and no kernel spills registers. But for what clusters have: JCuda's
 * natives bring a compiler that does not know the language's version 8.1; scripts/build-kernels.sh assembles it.
 */
@Order(3) // what takes longest begins first
@Execution(ExecutionMode.CONCURRENT)
class NvPtxCompilerTest {
    private static final List<Path> PTX = List.of(
            Path.of("src/main/resources/io/github/logitops/ptx"),
            Path.of("src/tools/resources/io/github/logitops/cli/bench"));
    private static final Pattern FILE = Pattern.compile(".*\\.sm_(\\d+)\\.ptx");
    private static final Pattern ENTRY = Pattern.compile("\\.entry\\s+(\\w+)");

    /** Which architectures run the PTX that is compiled for one. */
    private static final Map<String, List<Integer>> TARGETS =
            Map.of("75", List.of(75), "80", List.of(80, 86, 89), "90", List.of());

    @BeforeAll
    static void needsTheCompiler() {
        assumeTrue(NvPtxCompiler.isAvailable(), "JCuda's natives are not for this platform");
    }

    @Test
    void countsRegistersOfEachEntry() {
        NvPtxCompiler.Compiled compiled = NvPtxCompiler.compile(bytes("""
                        .version 7.0
                        .target sm_75
                        .address_size 64
                        .visible .entry one(.param .u64 p) {
                            .reg .u64 %a;
                            ld.param.u64 %a, [p];
                            st.global.u32 [%a], 1;
                            ret;
                        }
                        .visible .entry two() { ret; }
                        """), 75);
        assertTrue(compiled.cubinBytes() > 1000, compiled.toString());
        assertEquals(Set.of("one", "two"), compiled.entries().keySet());
        assertTrue(compiled.entries().get("one").registers() >= 2, compiled.toString());
    }

    @Test
    void saysWhatIsWrong() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> NvPtxCompiler.compile(bytes(".version 9.0\n.target sm_75\n.address_size 64\n"), 75));
        assertTrue(e.getMessage().contains("Unsupported .version 9.0"), e.getMessage());
    }

    @TestFactory
    Stream<DynamicTest> everyModuleCompilesWithoutSpills() throws IOException {
        List<Case> cases = new ArrayList<>();
        for (Path folder : PTX) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(file -> file.toString().endsWith(".ptx"))
                        .sorted()
                        .flatMap(file -> targets(file).stream().map(target -> new Case(file, target)))
                        .forEach(cases::add);
            }
        }
        assertTrue(cases.size() > 0, "no PTX in " + PTX);
        Map<Case, Object> outcomes =
                new ConcurrentHashMap<>(); // compiled beforehand: in parallel it takes half the time
        cases.parallelStream().forEach(each -> outcomes.put(each, each.outcome()));
        return cases.stream().map(each -> dynamicTest(each.toString(), () -> each.check(outcomes.get(each))));
    }

    @Test
    void theClusterExperimentCompiles() throws IOException {
        Path ptx = Path.of("src/tools/resources/io/github/logitops/cli/experiments/cluster.ptx");
        assertEquals(
                Set.of("cluster_ranks"),
                NvPtxCompiler.compile(Files.readAllBytes(ptx), 90).entries().keySet());
    }

    private static List<Integer> targets(Path file) {
        Matcher name = FILE.matcher(file.getFileName().toString());
        assertTrue(name.matches() && TARGETS.containsKey(name.group(1)), "for which architectures? " + file);
        return TARGETS.get(name.group(1));
    }

    private record Case(Path file, int target) {
        /** Usages by entry, or what went wrong. */
        Object outcome() {
            try {
                return NvPtxCompiler.compile(Files.readAllBytes(file), target).entries();
            } catch (IOException | IllegalArgumentException e) {
                return e;
            }
        }

        void check(Object outcome) throws IOException {
            if (!(outcome instanceof Map<?, ?> entries)) {
                fail((Exception) outcome);
                return;
            }
            Set<String> declared = new TreeSet<>();
            Matcher entry = ENTRY.matcher(Files.readString(file));
            while (entry.find()) {
                declared.add(entry.group(1));
            }
            assertEquals(declared, entries.keySet());
            List<?> spilling = entries.entrySet().stream()
                    .filter(each -> ((NvPtxCompiler.Usage) each.getValue()).spilledBytes() > 0)
                    .toList();
            assertEquals(List.of(), spilling);
        }

        @Override
        public String toString() {
            return file.getFileName() + " for sm_" + target;
        }
    }

    private static byte[] bytes(String ptx) {
        return ptx.getBytes(StandardCharsets.UTF_8);
    }
}

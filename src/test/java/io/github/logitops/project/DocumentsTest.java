package io.github.logitops.project;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertIterableEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.cli.CommandRun;
import io.github.logitops.cli.ShippedPtx;
import io.github.logitops.spec.Op;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What documents say of the project is so: the sample is code that runs, paths exist, versions and tables are current. */
class DocumentsTest {
    /** Files and folders of the project in backticks or as the target of a link. */
    private static final Pattern PATH = Pattern.compile(
            "[`(](?:\\./)?((?:docs|src|scripts|kernels|docker|\\.ci)/[\\w./-]+|[A-Z]+\\.md|pom\\.xml|mvnw)[`)]");

    /** The page that says what has run where; that of times says when and on what they were measured. */
    private static final Path STATUS = Path.of("docs/status.md");

    private static final Path TIMES = Path.of("docs/benchmarks.md");

    /** What documents would say if they told themselves what has run where. */
    private static final Pattern OWN_STATUS = Pattern.compile(
            "\\b(has|have|was|were)( not| never)? (run|been run|been built|been measured|held) (on|in|the|yet)\\b"
                    + "|\\b(not|never) (run|built|tried|measured|known)( on a GPU)? yet\\b|\\bnever held\\b",
            Pattern.CASE_INSENSITIVE);

    @Test
    void theReadmeSampleIsCodeThatCompiles() throws IOException {
        String source = read("src/test/java/io/github/logitops/project/ReadmeSample.java");
        String sample = source.substring(
                source.indexOf("// README: begin\n") + "// README: begin\n".length(), source.indexOf("// README: end"));
        Matcher inReadme = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(read("README.md"));
        assertTrue(inReadme.find(), "README.md has no Java sample");
        assertEquals(sample, inReadme.group(1));
    }

    @Test
    void theReadmeSampleRuns() {
        PrintStream console = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            ReadmeSample.run(new float[6], new float[6], new float[96], new int[] {0, -100}, new float[] {1, 1, 1});
        } finally {
            System.setOut(console);
        }
        List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(2, lines.size());
        assertTrue(lines.get(0).startsWith("backend="), lines.get(0));
        assertEquals("loss 1.0986 over 1 rows", lines.get(1));
    }

    @Test
    void everyPathInADocumentExists() throws IOException {
        TreeSet<String> missing = new TreeSet<>();
        int found = 0;
        for (Path document : documents()) {
            Matcher path = PATH.matcher(Files.readString(document));
            while (path.find()) {
                found++;
                boolean exists = Files.exists(Path.of(path.group(1)))
                        || document.getParent() != null
                                && Files.exists(document.getParent().resolve(path.group(1)));
                if (!exists) {
                    missing.add(document + ": " + path.group(1));
                }
            }
        }
        assertEquals(new TreeSet<>(), missing);
        assertTrue(found > 10, "only " + found + " paths found: does the pattern still fit?");
    }

    @Test
    void theReadmeNamesThisVersion() throws IOException {
        Matcher version = Pattern.compile("<artifactId>logitops</artifactId>\\s*<version>([^<]+)</version>")
                .matcher(read("pom.xml"));
        assertTrue(version.find());
        assertTrue(read("README.md").contains("<version>" + version.group(1) + "</version>"));
    }

    @Test
    void decisionsAreNumberedWithoutGapsAndListed() throws IOException {
        List<String> names = filesIn("docs/decisions", "\\d{4}-.*\\.md").stream()
                .map(file -> file.getFileName().toString())
                .toList();
        String index = read("docs/decisions/README.md");
        for (int i = 0; i < names.size(); i++) {
            assertTrue(names.get(i).startsWith(String.format("%04d-", i + 1)), names.toString());
            assertTrue(index.contains("(" + names.get(i) + ")"), names.get(i) + " is not in the index");
        }
    }

    @Test
    void whatHasRunWhereIsToldInOnePlace() throws IOException {
        TreeSet<String> told = new TreeSet<>();
        for (Path document : documents()) {
            Matcher status = OWN_STATUS.matcher(Files.readString(document).replaceAll("\\s+", " "));
            while (status.find() && !document.equals(STATUS) && !document.equals(TIMES)) {
                told.add(document + ": " + status.group());
            }
        }
        assertEquals(new TreeSet<>(), told, "belongs into " + STATUS);
        assertTrue(OWN_STATUS.matcher(Files.readString(STATUS)).find(), "does the pattern still fit?");
    }

    @Test
    void theStatusKnowsWhetherAGpuHasRunTheseKernels() throws IOException {
        String status = read(STATUS.toString()).replaceAll("\\s+", " ");
        boolean recorded = false;
        for (Path file : filesIn("src/test/resources/goldens", ".*\\.txt")) {
            recorded |= Files.readAllLines(file).contains("# kernels " + ShippedPtx.hash());
        }
        assertEquals(!recorded, status.contains("The kernels have changed since"));
    }

    @Test
    void theStatusNamesTheCommitOfEachMeasurement() throws IOException {
        String status = Files.readString(STATUS);
        List<Path> measured = filesIn("docs/benchmarks", "(\\w+-)?nvidia-.*\\.json");
        for (Path file : measured) {
            String commit = file.getFileName().toString().replaceAll(".*-([0-9a-f]{7})[0-9a-f]*\\.json", "$1");
            assertTrue(status.contains("commit " + commit), file + ": its commit is not in " + STATUS);
        }
        assertTrue(!measured.isEmpty(), "does the pattern still fit?");
    }

    @Test
    void theTablesOfTimesAreThoseOfTheirData() throws IOException {
        List<String> lines = Files.readAllLines(TIMES);
        List<String> tables =
                lines.subList(lines.indexOf("<!-- report: begin -->") + 1, lines.indexOf("<!-- report: end -->"));
        assertIterableEquals(
                CommandRun.of("report", "docs/benchmarks").out(), tables, "run scripts/update-benchmarks.sh");
    }

    @ParameterizedTest
    @EnumSource
    void operatorsMdHasEveryOp(Op op) throws IOException {
        String call = op == Op.CROSS_ENTROPY_SHARD ? "`shard(" : "`" + op.callName() + "(";
        assertTrue(read("docs/operators.md").contains(call), call);
    }

    private static String read(String file) throws IOException {
        return Files.readString(Path.of(file));
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>(filesIn("", ".*\\.md"));
        for (String folder : List.of("docs", "docker", "kernels", "src")) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                files.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
            }
        }
        return documents;
    }

    /** Those whose names match. */
    private static List<Path> filesIn(String folder, String name) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            return files.filter(file -> file.getFileName().toString().matches(name))
                    .sorted()
                    .toList();
        }
    }
}

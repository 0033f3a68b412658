package io.github.logitops.project;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.LogitOps;
import io.github.logitops.cli.Main;
import io.github.logitops.support.ChildJvm;
import io.github.logitops.support.Nvcc;
import io.github.logitops.support.TestMethods;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Adds an op, the largest logit of each row, to a copy of the project, by CONTRIBUTING's list and by nothing else. */
@EnabledOnOs(OS.LINUX)
@Order(2) // what takes longest begins first
@Execution(ExecutionMode.CONCURRENT)
class ToyOpTest {
    private static final ToyPieces PIECES = new ToyPieces(Path.of("src/test/toy-op"));
    private static final int MOST_PLACES = 12;
    private static final Pattern PLACE = Pattern.compile("^\\d+\\. `([^`]+)`", Pattern.MULTILINE);
    private static final Pattern COMPILER_ARGUMENT = Pattern.compile("<arg>([^<]+)</arg>");

    private static final String TESTS = "io.github.logitops.";
    private static final List<String> WITHOUT_KERNELS = List.of(
            TESTS + "spec.OpTest",
            TESTS + "project.PublicTypesTest#areThoseOfTheList",
            TESTS + "cli.check.OracleCheckTest",
            TESTS + "cli.bench.BenchOpTest#everyMethodOfTheTableOfOpsIsMeasuredAndNothingElse",
            TESTS + "cpu.CpuExecutorTest",
            TESTS + "device.KernelExecutorTest#everyProblemIsKnown");
    private static final List<String> WITH_KERNELS = List.of(
            TESTS + "device.PtxEntriesTest",
            TESTS + "device.PtxManifestTest#theManifestMatchesTheSources",
            TESTS + "device.PtxManifestTest#theManifestMatchesThePtx",
            TESTS + "device.EveryKernelIsEmulatedTest#testsAboutAllKernelsAlikeLeaveNoneOut",
            TESTS + "cli.check.EveryKernelTest");

    @TempDir
    Path directory;

    @Test
    void touchesThePlacesOfTheList() throws IOException {
        List<String> places = PLACE.matcher(Files.readString(Path.of("CONTRIBUTING.md")))
                .results()
                .map(ToyOpTest::ofRowMax)
                .toList();
        List<String> touched = PIECES.places().stream().map(Path::toString).toList();
        for (String place : places) {
            assertEquals(1, touched.stream().filter(file -> file.matches(place)).count(), place);
        }
        assertEquals(places.size(), touched.size());
        assertTrue(places.size() <= MOST_PLACES, () -> "places: " + places.size());
    }

    /** A place of the list, in which names of ops and rooms stand in angle brackets, as a regular expression. */
    private static String ofRowMax(MatchResult place) {
        return place.group(1)
                .replace(".", "\\.")
                .replace("<op>_<direction>", "row_max_fwd")
                .replace("<Op>", "RowMax")
                .replace("<Room>", "\\w+");
    }

    @Test
    void worksLikeEveryOther() throws Exception {
        copyProject();
        PIECES.addTo(directory);
        boolean kernels = Nvcc.isHere(directory);
        if (kernels) {
            run(new ProcessBuilder("bash", "scripts/build-kernels.sh", "--only", "row_max_fwd"));
        }
        String libraries = withoutLibrary(System.getProperty("java.class.path"));
        compile("src/main/java", "classes", libraries);
        compile("src/tools/java", "tools", String.join(File.pathSeparator, "classes", libraries));
        compile("src/test/java", "tests", String.join(File.pathSeparator, "classes", "tools", libraries));

        List<String> checked =
                java(libraries, Main.class.getName(), "check", "--backend=CPU", "--op=rowMax", "--seed=7");
        assertTrue(checked.stream().anyMatch(line -> line.startsWith("| rowMax.forward ")), checked::toString);
        java(libraries, TestMethods.class.getName(), WITHOUT_KERNELS.toArray(String[]::new));
        if (kernels) {
            java(libraries, TestMethods.class.getName(), WITH_KERNELS.toArray(String[]::new));
            java(libraries, TESTS + "cli.check.EmulatedCheck", "rowMax");
        }
    }

    @Test
    void aPlaceThatIsGoneIsNamed() throws IOException {
        Path pieces = Files.createDirectories(directory.resolve("pieces"));
        Files.writeString(pieces.resolve("a.txt.insert"), ">>> after: b\nmore\n");
        Path project = Files.createDirectories(directory.resolve("project"));
        Files.writeString(project.resolve("a.txt"), "a\n  b\nc\n");
        ToyPieces toy = new ToyPieces(pieces);
        toy.addTo(project);
        assertEquals(List.of("a", "  b", "more", "c"), Files.readAllLines(project.resolve("a.txt")));
        for (String text : List.of("a\nc\n", "b\nb\n")) {
            Files.writeString(project.resolve("a.txt"), text);
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> toy.addTo(project));
            assertEquals(
                    "toy op: a line must be there once to be inserted at: piece=a.txt.insert, line=b", e.getMessage());
        }
    }

    /** All but tests; of these the one that the op changes. */
    private void copyProject() throws IOException {
        List<Path> sources = new ArrayList<>(
                List.of(Path.of("kernels"), Path.of("scripts"), Path.of("src/main"), Path.of("src/tools")));
        PIECES.places().stream().filter(place -> place.startsWith("src/test")).forEach(sources::add);
        for (Path source : sources) {
            try (Stream<Path> files = Files.walk(source)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Path copy = directory.resolve(file);
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    private void compile(String sources, String classes, String classPath) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--release", "17", "-proc:none", "-parameters"));
        String pom = Files.readString(Path.of("pom.xml"));
        COMPILER_ARGUMENT
                .matcher(pom.substring(0, pom.indexOf("</compilerArgs>"))) // those of all sources
                .results()
                .forEach(argument -> arguments.add(argument.group(1)));
        arguments.addAll(List.of("-d", directory.resolve(classes).toString(), "-cp", resolved(classPath)));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (Stream<Path> files = Files.walk(directory.resolve(sources));
                var manager = compiler.getStandardFileManager(null, null, null)) {
            List<Path> units = files.filter(
                            file -> file.toString().endsWith(".java") && !file.endsWith("module-info.java"))
                    .toList();
            boolean compiled = compiler.getTask(
                            said, manager, null, arguments, null, manager.getJavaFileObjectsFromPaths(units))
                    .call();
            assertTrue(compiled, said::toString);
        }
    }

    /** What {@code main} prints in a virtual machine of its own that has the copy's classes. */
    private List<String> java(String libraries, String main, String... arguments) {
        String classPath = String.join(
                File.pathSeparator,
                "tests",
                "tools",
                "classes",
                "src/tools/resources",
                "src/main/resources",
                libraries);
        List<String> command = new ArrayList<>(List.of("-Dlogitops.op=rowMax", "-cp", resolved(classPath), main));
        command.addAll(List.of(arguments));
        return run(ChildJvm.builder(directory, command));
    }

    private List<String> run(ProcessBuilder builder) {
        ChildJvm.End end =
                ChildJvm.start(builder.directory(directory.toFile()), directory).await();
        assertEquals(0, end.exitCode(), () -> String.join("\n", end.lines()));
        return end.lines();
    }

    /** What is relative lies in the copy. */
    private String resolved(String classPath) {
        return Stream.of(classPath.split(File.pathSeparator))
                .map(entry -> directory.resolve(entry).toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String withoutLibrary(String classPath) throws URISyntaxException {
        Path library = Path.of(LogitOps.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        return Stream.of(classPath.split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath())
                .filter(entry -> !entry.equals(library))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }
}

package io.github.logitops.project;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The import table of docs/architecture.md, and how long files are. */
@AnalyzeClasses(packages = "io.github.logitops", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ROOT = "io.github.logitops";
    private static final int MOST_LINES = 399; // of a Java file

    @ArchTest
    static final ArchRule spec = imports("spec");

    @ArchTest
    static final ArchRule driver = imports("driver");

    @ArchTest
    static final ArchRule memory = imports("memory", "org.slf4j", "spec", "driver");

    @ArchTest
    static final ArchRule op = imports("op", "spec", "memory");

    @ArchTest
    static final ArchRule cpu = imports("cpu", "org.slf4j", "spec", "driver", "memory", "op");

    @ArchTest
    static final ArchRule device = imports("device", "org.slf4j", "spec", "driver", "memory", "op");

    /** The only package that imports JCuda; the others' lists do not have it. */
    @ArchTest
    static final ArchRule jcuda = imports("driver.jcuda", "org.slf4j", "jcuda..", "driver");

    @ArchTest
    static final ArchRule reference = imports("reference", "spec");

    @ArchTest
    static final ArchRule facade = imports("", "org.slf4j", "spec", "driver", "memory", "op", "cpu", "device");

    /** The command line is a user like any other, who also has the oracle: memory is for Tensor and Stream, op for GradScale. */
    @ArchTest
    static final ArchRule cli = imports(
            "cli",
            "org.slf4j",
            "picocli..",
            "me.tongfei.progressbar..",
            "org.knowm.xchart..",
            "",
            "spec",
            "memory",
            "op",
            "reference",
            ROOT + ".cli.check",
            ROOT + ".cli.bench",
            ROOT + ".cli.experiments");

    @ArchTest
    static final ArchRule check = imports("cli.check", "picocli..", "", "spec", "memory", "op", "reference", "cli");

    /** Takes the time below the session: it has the driver's events, and the kernels that only carry memory. */
    @ArchTest
    static final ArchRule bench = imports(
            "cli.bench",
            "picocli..",
            "com.google.gson..",
            "org.knowm.xchart..",
            "",
            "spec",
            "memory",
            "op",
            "reference",
            "driver",
            "device",
            "cli");

    /** Asks a real driver what nothing else can tell. */
    @ArchTest
    static final ArchRule experiments = imports("cli.experiments", "picocli..", "", "driver", "cli");

    /** What is allowed besides java: libraries' packages with a dot in their names, and ours without. */
    private static ArchRule imports(String name, String... allowed) {
        List<String> packages = new ArrayList<>(List.of("java..", "javax.imageio..", ours(name)));
        for (String each : allowed) {
            packages.add(each.contains(".") ? each : ours(each));
        }
        return classes()
                .that()
                .resideInAPackage(ours(name))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(packages.toArray(String[]::new)));
    }

    private static String ours(String name) {
        return name.isEmpty() ? ROOT : ROOT + "." + name;
    }

    @Test
    void filesAreShort() throws IOException {
        List<String> longer = new ArrayList<>();
        try (Stream<Path> sources = Files.walk(Path.of("src"))) {
            for (Path file : sources.filter(each -> each.toString().endsWith(".java"))
                    .sorted()
                    .toList()) {
                int lines = Files.readAllLines(file).size();
                if (lines > MOST_LINES) {
                    longer.add(file + ": lines=" + lines);
                }
            }
        }
        assertEquals(List.of(), longer);
    }

    /** The emulator sees what a device sees, so it cannot cheat. */
    @Test
    void emulator() {
        JavaClasses emulator = new ClassFileImporter().importPackages(ROOT + ".emulator");
        classes()
                .that()
                .haveNameNotMatching(".*Test(\\$.*)?")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage("java..", ours("emulator"), ours("driver")))
                .check(emulator);
    }
}

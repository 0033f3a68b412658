package io.github.logitops.project;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysFalse;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.github.logitops.memory.DriverException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The import table of docs/architecture.md. */
class ArchitectureTest {
    private static final String ROOT = "io.github.logitops";

    private static final String ERRORS = "of memory the errors of devices";

    private static final JavaClasses LIBRARY = new ClassFileImporter().importPath("target/classes");
    private static final JavaClasses TOOLS = new ClassFileImporter().importPath("target/tools-classes");

    /** What a package of the library may import besides java and itself; those above come before those below. */
    private static final Map<String, List<String>> LIBRARY_IMPORTS = Map.ofEntries(
            entry("", List.of("org.slf4j", "cpu", "device", "op", "pool", "driver", "memory", "spec", "base")),
            entry(
                    "cpu",
                    List.of(
                            "org.slf4j",
                            "dev.ludovic.netlib.blas",
                            "jdk.incubator.vector",
                            "op",
                            "driver",
                            "element",
                            "memory",
                            "spec",
                            "base")),
            entry("device", List.of("org.slf4j", "op", "driver", "memory", "spec", "base")),
            entry("op", List.of("pool", "memory", "spec", "base")),
            entry("pool", List.of("org.slf4j", "driver", "element", "memory", "spec", "base")),
            entry("driver.jcuda", List.of("org.slf4j", "jcuda..", "driver", ERRORS, "base")),
            entry("driver", List.of(ERRORS)),
            entry("memory", List.of("spec", "base")),
            entry("element", List.of("spec")),
            entry("spec", List.of("base")),
            entry("base", List.of()));

    /** The tools are users like any other, who also have the oracle; bench and experiments measure below the session. */
    private static final Map<String, List<String>> TOOLS_IMPORTS = Map.of(
            "reference",
            List.of("spec", "element"),
            "cli",
            List.of(
                    "org.slf4j",
                    "picocli..",
                    "me.tongfei.progressbar..",
                    "org.knowm.xchart..",
                    "",
                    "memory",
                    "spec",
                    "base",
                    "driver", // whether blocks share rows here
                    "device",
                    "cli.check",
                    "cli.bench",
                    "cli.experiments"),
            "cli.check",
            List.of("picocli..", "", "memory", "spec", "base", "element", "reference", "cli"),
            "cli.bench",
            List.of(
                    "picocli..",
                    "com.google.gson..",
                    "org.knowm.xchart..",
                    "",
                    "memory",
                    "spec",
                    "base",
                    "element",
                    "reference",
                    "op",
                    "driver",
                    "device",
                    "cli"),
            "cli.experiments",
            List.of("picocli..", "driver", ERRORS, "cli"));

    @TestFactory
    Stream<DynamicTest> packagesImportWhatTheyMay() {
        return Stream.concat(
                LIBRARY_IMPORTS.entrySet().stream().map(each -> imports(LIBRARY, each.getKey(), each.getValue())),
                TOOLS_IMPORTS.entrySet().stream().map(each -> imports(TOOLS, each.getKey(), each.getValue())));
    }

    @Test
    void everyPackageIsInTheTable() {
        assertEquals(packages(LIBRARY), new TreeSet<>(LIBRARY_IMPORTS.keySet()));
        assertEquals(packages(TOOLS), new TreeSet<>(TOOLS_IMPORTS.keySet()));
    }

    private static TreeSet<String> packages(JavaClasses classes) {
        return classes.stream()
                .map(each -> each.getPackageName().replaceFirst("^" + ROOT + "\\.?", ""))
                .filter(name -> !name.isEmpty() || classes == LIBRARY)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void noArrowRunsBackUp() {
        SlicesRuleDefinition.slices()
                .assignedFrom(new EachPackage())
                .should()
                .beFreeOfCycles()
                .check(LIBRARY);
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".LogitOps")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName(ROOT + ".LogitOps")
                .check(LIBRARY);
    }

    private static final class EachPackage implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            return javaClass.getPackageName().startsWith(ROOT)
                    ? SliceIdentifier.of(javaClass.getPackageName())
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    }

    /** Libraries' packages have a dot in their names, and ours a known one or none. */
    private static DynamicTest imports(JavaClasses in, String name, List<String> allowed) {
        List<String> packages = new ArrayList<>(List.of("java..", "javax.imageio..", ours(name)));
        for (String each : allowed) {
            if (each.equals(ERRORS)) {
                continue;
            }
            boolean foreign = each.contains(".") && !each.startsWith("cli.");
            packages.add(foreign ? each : ours(each));
        }
        ArchRule rule = classes()
                .that()
                .resideInAPackage(ours(name))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(packages.toArray(String[]::new))
                        .or(allowed.contains(ERRORS) ? assignableTo(DriverException.class) : alwaysFalse()));
        return dynamicTest(name.isEmpty() ? "the root" : name, () -> rule.check(in));
    }

    private static String ours(String name) {
        return name.isEmpty() ? ROOT : ROOT + "." + name;
    }

    /** The emulator sees what a device sees, so it cannot cheat; of memory it has the errors that drivers throw. */
    @Test
    void emulator() {
        JavaClasses tests = new ClassFileImporter().importPath("target/test-classes");
        classes()
                .that()
                .resideInAPackage(ours("emulator"))
                .and()
                .haveNameNotMatching(".*Test(\\$.*)?")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage("java..", ours("emulator"), ours("driver"))
                        .or(assignableTo(DriverException.class)))
                .check(tests);
    }
}

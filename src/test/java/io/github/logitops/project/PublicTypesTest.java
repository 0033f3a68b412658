package io.github.logitops.project;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What users can name: the public types of the exported packages, as src/test/resources/public-types.txt lists them. */
class PublicTypesTest {
    private static final Path LIBRARY = Path.of("target/classes");
    private static final Path LIST = Path.of("src/test/resources/public-types.txt");
    private static final int MOST = 45;

    @Test
    void areThoseOfTheList() throws IOException {
        Set<String> exported = exported();
        List<String> types = new ClassFileImporter()
                .importPath(LIBRARY).stream()
                        .filter(type -> exported.contains(type.getPackageName()))
                        .filter(PublicTypesTest::isNamedByUsers)
                        .map(JavaClass::getName)
                        .sorted()
                        .toList();
        assertEquals(Files.readAllLines(LIST), types);
        assertTrue(types.size() <= MOST, () -> "public types: " + types.size());
    }

    private static boolean isNamedByUsers(JavaClass type) {
        boolean open = type.getModifiers().contains(JavaModifier.PUBLIC);
        return open
                && type.getEnclosingClass().map(PublicTypesTest::isNamedByUsers).orElse(true);
    }

    private static Set<String> exported() throws IOException {
        try (InputStream module = Files.newInputStream(LIBRARY.resolve("module-info.class"))) {
            return ModuleDescriptor.read(module).exports().stream()
                    .filter(export -> !export.isQualified())
                    .map(ModuleDescriptor.Exports::source)
                    .collect(Collectors.toSet());
        }
    }
}

package io.github.logitops.project;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.github.logitops.LogitOps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What users can name: the public types of the exported packages, as src/test/resources/public-types.txt lists them. */
class PublicTypesTest {
    private static final Path MODULE = Path.of("src/main/java/module-info.java");
    private static final Pattern EXPORT = Pattern.compile("^ *exports ([\\w.]+);$", Pattern.MULTILINE);
    private static final Path LIST = Path.of("src/test/resources/public-types.txt");
    private static final int MOST = 63; // to be raised on purpose, with what users then gain

    @Test
    void areThoseOfTheList() throws IOException {
        Set<String> exported = exported();
        List<String> types = new ClassFileImporter()
                .importUrl(LogitOps.class.getProtectionDomain().getCodeSource().getLocation()).stream()
                        .filter(type -> exported.contains(type.getPackageName()))
                        .filter(PublicTypesTest::isNamedByUsers)
                        .map(JavaClass::getName)
                        .sorted()
                        .toList();
        assertEquals(Files.readAllLines(LIST), types);
    }

    @Test
    void areFewEnoughToKnow() throws IOException {
        int types = Files.readAllLines(LIST).size();
        assertTrue(types <= MOST, () -> "public types: " + types);
    }

    private static boolean isNamedByUsers(JavaClass type) {
        boolean open = type.getModifiers().contains(JavaModifier.PUBLIC);
        return open
                && type.getEnclosingClass().map(PublicTypesTest::isNamedByUsers).orElse(true);
    }

    private static Set<String> exported() throws IOException {
        return EXPORT.matcher(Files.readString(MODULE))
                .results()
                .map(export -> export.group(1))
                .collect(Collectors.toSet());
    }
}

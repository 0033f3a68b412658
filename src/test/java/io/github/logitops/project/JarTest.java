package io.github.logitops.project;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JarTest {
    /** The command line's libraries are optional and not in the jar: alone, it has nothing that {@code java -jar} could run. */
    @ParameterizedTest
    @ValueSource(strings = {"<mainClass>", "<Main-Class>"})
    void namesNoMainClass(String element) throws IOException {
        assertFalse(Files.readString(Path.of("pom.xml")).contains(element), element);
    }
}

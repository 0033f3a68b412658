package examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the program prints is what the README shows. Spark gave no task a GPU. */
class ReadmeTest {
    @Test
    void showsWhatIsPrinted() throws IOException {
        PrintStream standardOutput = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            SparkFit.main(new String[0]);
        } finally {
            System.setOut(standardOutput);
        }
        String printed = bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
        String readme = Files.readString(Path.of("../README.md")).replace("\r\n", "\n");
        assertTrue(readme.contains("```\n" + printed + "```\n"), printed);
    }
}

package examples;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What programs print is what the README shows, which is from the CPU mode. */
class ReadmeTest {
    private static final List<Class<?>> PROGRAMS = List.of(
            CausalAttention.class,
            Distill.class,
            ImbalancedClasses.class,
            LossScaling.class,
            PolicyGradient.class,
            Segmentation.class);

    @BeforeAll
    static void onlyInTheCpuMode() {
        try (LogitOps ops = LogitOps.open(Backend.AUTO)) {
            assumeTrue(ops.backendReport().selected() == Backend.CPU);
        }
    }

    @TestFactory
    List<DynamicTest> showsWhatIsPrinted() {
        return PROGRAMS.stream()
                .map(program -> DynamicTest.dynamicTest(program.getSimpleName(), () -> {
                    String printed = printedBy(program);
                    assertTrue(readme().contains("```\n" + printed + "```\n"), printed);
                }))
                .toList();
    }

    private static String printedBy(Class<?> program) throws ReflectiveOperationException {
        PrintStream standardOutput = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            program.getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(standardOutput);
        }
        return printed.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    private static String readme() throws IOException {
        return Files.readString(Path.of("../README.md")).replace("\r\n", "\n");
    }
}

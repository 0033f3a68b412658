package io.github.logitops.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.spec.Shape;
import io.github.logitops.support.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which way to compute a block a virtual machine takes, and what it says of it. */
class BlockMathsTest {
    private static final String FLAG = "--add-modules=jdk.incubator.vector";
    private static final String ALL_COMPILERS =
            "-XX:TieredStopAtLevel=4"; // virtual machines of tests have the quick one

    @TempDir
    private Path directory;

    @Test
    void withoutTheVectorApiItIsThePlainOne() {
        assertOpens("plain loops (Vector API: no: --add-modules jdk.incubator.vector is not given)", List.of());
    }

    @Test
    void vectorsThatAreTooShortAreNotTaken() {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "x86 has an option for shorter vectors");
        assertOpens(
                "plain loops (Vector API: no: doubles at once=2, needed=4)",
                List.of(FLAG, ALL_COMPILERS, "-XX:UseAVX=0"));
    }

    @Test
    void withoutTheCompilerThatKnowsVectorsTheyAreNotTaken() {
        assumeTrue(System.getProperty("java.vm.name").contains("HotSpot")
                || System.getProperty("java.vm.name").contains("OpenJDK"));
        String expected = "plain loops (Vector API: no: its vectors would be objects: compiler=";
        assertOpens(expected, List.of(FLAG, "-XX:TieredStopAtLevel=1"));
        assertOpens(expected, List.of(FLAG, "-Xint"));
    }

    @Test
    void theReportSaysWhatFloatsAreComputedWith() {
        assertTrue(CpuExecutor.description(true)
                .endsWith(" doubles at once, fast: "
                        + BlockMaths.best().floats().orElseThrow().name()));
        assertEquals(BlockMaths.description(), CpuExecutor.description(false));
        assertOpens(
                "plain loops (Vector API: no: --add-modules jdk.incubator.vector is not given), fast: no",
                List.of("-Dfast=true"));
    }

    private void assertOpens(String expected, List<String> options) {
        ChildJvm.End end =
                ChildJvm.start(options, DeviceMain.class, directory, Map.of()).await();
        assertEquals(0, end.exitCode(), end.lines().toString());
        assertTrue(end.lines().stream().anyMatch(line -> line.contains("heap, " + expected)), end.lines()::toString);
        assertEquals("[0.5, 0.5]", end.lines().get(end.lines().size() - 1));
    }

    /** Prints the device, and the softmax of two equal logits. */
    static final class DeviceMain {
        public static void main(String[] arguments) {
            try (LogitOps ops =
                    LogitOps.open(Backend.CPU, OpenOptions.defaults().withFastCpu(Boolean.getBoolean("fast")))) {
                System.out.println(ops.backendReport().device());
                float[] y = ops.softmax().forward(new float[2], Shape.of(1, 2));
                System.out.println(List.of(y[0], y[1]));
            }
        }
    }
}

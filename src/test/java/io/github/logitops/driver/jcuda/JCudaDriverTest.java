package io.github.logitops.driver.jcuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.logitops.driver.DriverException;
import io.github.logitops.support.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The real JCuda, with no CUDA below it or with a stub: see src/test/c/libcuda.c. */
class JCudaDriverTest {
    @TempDir
    Path directory;

    @Test
    void withoutCudaOpenSaysWhyEachTime() {
        List<String> lines = ChildJvm.start(OpenMain.class, directory, Map.of(), "0").await().lines().stream()
                .filter(line -> !line.isBlank() && !line.startsWith("WARNING")) // of native access, since JDK 24
                .toList();
        assumeTrue(!lines.get(0).startsWith("opened"), "there is a GPU here");
        String reason = "libcuda.so.1: cannot open shared object file";
        assertEquals(List.of(reason, reason), lines);
    }

    @Test
    void theReasonIsOneLineOfJCudasMessage() {
        assertEquals("libcuda.so.1: cannot open shared object file", CudaLibrary.reason(new UnsatisfiedLinkError("""
                        Error while loading native library "JCudaDriver-12.6.0-linux-x86_64"
                        Stack trace from the attempt to load the library as a file:
                        java.lang.UnsatisfiedLinkError: no JCudaDriver-12.6.0-linux-x86_64 in java.library.path: /lib
                        \tat java.base/java.lang.ClassLoader.loadLibrary(ClassLoader.java:2434)
                        Stack trace from the attempt to load the library as a resource:
                        java.lang.UnsatisfiedLinkError: /t/libJCudaDriver-12.6.0-linux-x86_64.so: \
                        libcuda.so.1: cannot open shared object file: No such file or directory
                        \tat java.base/jdk.internal.loader.NativeLibraries.load(Native Method)
                        """)));
        assertEquals(
                "No resource found with name '/lib/libJCudaDriver-12.6.0-linux-aarch64.so'",
                CudaLibrary.reason(new UnsatisfiedLinkError("""
                        Stack trace from the attempt to load the library as a resource:
                        java.io.IOException: No resource found with name '/lib/libJCudaDriver-12.6.0-linux-aarch64.so'
                        """)));
        assertEquals(
                "This CUDA version is not available on MacOS",
                CudaLibrary.reason(new ExceptionInInitializerError(
                        new DriverException("This CUDA version is not available on MacOS"))));
        assertEquals(
                "Could not initialize class jcuda.driver.JCudaDriver",
                CudaLibrary.reason(new NoClassDefFoundError("Could not initialize class jcuda.driver.JCudaDriver")));
    }

    @Test
    void openRefusesWhatCannotRunOurKernels() throws Exception {
        CudaStub.compile(directory);
        assertOpens("0 0 0", "0", "no CUDA device");
        assertOpens("2 9 0", "2", "no CUDA device with this ordinal: ordinal=2, devices=2");
        assertOpens("2 9 0", "-1", "no CUDA device with this ordinal: ordinal=-1, devices=2");
        assertOpens(
                "1 7 0",
                "0",
                "compute capability below 7.5: Stub 0, compute capability 7.0, 1024 MiB, driver for CUDA 12.6");
        assertOpens("2 7 5", "1", "opened Stub 1, compute capability 7.5, 1024 MiB, driver for CUDA 12.6");
    }

    private void assertOpens(String devices, String ordinal, String outcome) {
        Map<String, String> environment = CudaStub.environment(directory);
        environment.put("LOGITOPS_STUB_DEVICE", devices);
        ChildJvm.End end =
                ChildJvm.start(OpenMain.class, directory, environment, ordinal).await();
        assertTrue(end.lines().contains(outcome), end.lines().toString());
    }

    @TestFactory
    Stream<DynamicTest> onAStub() throws Exception {
        CudaStub.compile(directory);
        ChildJvm.End end = ChildJvm.start(StubMain.class, directory, CudaStub.environment(directory))
                .await();
        Stream<DynamicTest> scenarios = end.lines().stream()
                .filter(line -> line.startsWith(StubMain.OUTCOME))
                .map(line -> line.split("\t"))
                .map(outcome -> dynamicTest(outcome[1], () -> {
                    if (!outcome[2].equals("ok")) {
                        fail(outcome[2]);
                    }
                }));
        DynamicTest all =
                dynamicTest("runsToItsEnd", () -> assertEquals(0, end.exitCode(), String.join("\n", end.lines())));
        return Stream.concat(scenarios, Stream.of(all));
    }
}
